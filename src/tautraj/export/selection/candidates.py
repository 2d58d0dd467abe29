"""What choosing needs of a trajectory: small enough that those of all runs fit into memory.

Not here: the conversation (`messages`), who is chosen (`choosing`).
"""

import json
from array import array
from typing import NamedTuple

from tautraj.export.similarity import compute_sketch
from tautraj.grading.labels import find_writes
from tautraj.metrics import total_usd
from tautraj.trajectory import Labels, Trajectory

EMPTY_SKETCH = array("I")


class Candidate(NamedTuple):
    run: str
    """Its run directory."""
    id: str
    cell: str
    benchmark: str
    domain: str
    split: str
    task_id: str
    trial: int
    agent: str
    model: str
    user: str
    prompt_hash: str
    """Start of the system prompt's sha256."""
    reward: float | None
    labels: Labels | None
    turns: int
    tokens: int
    """In and out of the agent's model."""
    usd: float | None
    """Of all seats; None: unpriced."""
    operations: tuple[str, ...]
    """Names of the writing tools that changed something, in order."""
    sketch: "array[int]"
    """Of what was said and called; empty where nobody compares."""


def build_candidate(
    run: str, trajectory: Trajectory, writing_tools: frozenset[str], *, with_sketch: bool
) -> Candidate:
    usage = trajectory.usage
    model = usage.get("model")
    return Candidate(
        run=run,
        id=trajectory.id,
        cell=trajectory.cell,
        benchmark=trajectory.benchmark,
        domain=trajectory.domain,
        split=trajectory.split,
        task_id=trajectory.task_id,
        trial=trajectory.trial,
        agent=trajectory.agent,
        model=trajectory.model,
        user=trajectory.user,
        prompt_hash=trajectory.prompt_hashes.get("system", "")[:12],
        reward=trajectory.reward,
        labels=trajectory.labels,
        turns=sum(not turn.given for turn in trajectory.turns),
        tokens=model.tokens_in + model.tokens_out if model else 0,
        usd=total_usd(spent.usd for spent in usage.values()),
        operations=tuple(turn.tool_call.name for turn in find_writes(trajectory, writing_tools) if turn.tool_call),
        sketch=compute_sketch(_extract_text(trajectory)) if with_sketch else EMPTY_SKETCH,
    )


def _extract_text(trajectory: Trajectory) -> str:
    """What was said and called; answers of the world follow from it."""
    said = (
        turn.message or (turn.tool_call and turn.tool_call.name + json.dumps(turn.tool_call.arguments)) or ""
        for turn in trajectory.turns
    )
    return " ".join(said)
