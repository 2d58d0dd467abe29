"""What the filters need of a trajectory, small enough that the candidates of all runs fit into memory.

Not here: the conversation (`export.messages`), the filters (`export.selection.filters`).
"""

import json
from array import array
from typing import NamedTuple

from tautraj.benchmarks.origins import TaskOrigin
from tautraj.export.similarity import compute_sketch
from tautraj.grading.writes import find_writes
from tautraj.metrics import total_usd
from tautraj.trajectory import Labels, Parent, Trajectory, count_turns

EMPTY_SKETCH = array("I")


class Candidate(NamedTuple):
    """A trajectory that may become rows."""

    run: str
    """Run directory, a path or URL."""
    id: str
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
    """Of the agent's model, in and out."""
    usd: float | None
    """Of all seats; None: unpriced."""
    operations: tuple[str, ...]
    """Names of the writing tools that changed something, in order."""
    sketch: "array[int]"
    """Sketch of its messages and calls; empty where similarity is not asked for."""
    origin: TaskOrigin | None
    """What its world says of its task; None: it is no synthetic task, or its world was changed since."""
    cell: str
    """Directory name of its cell, as its branches name it."""
    parent: Parent | None
    """Where it leaves another episode; None: it is no branch."""

    @property
    def task_key(self) -> tuple[str, str, str]:
        """Identifies the task over all runs."""
        return self.benchmark, self.domain, self.task_id


def build_candidate(
    run: str,
    trajectory: Trajectory,
    writing_tools: frozenset[str],
    *,
    with_sketch: bool,
    origin: TaskOrigin | None = None,
) -> Candidate:
    usage = trajectory.usage
    model = usage.get("model")
    return Candidate(
        run=run,
        id=trajectory.id,
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
        turns=count_turns(trajectory.turns),
        tokens=model.tokens_in + model.tokens_out if model else 0,
        usd=total_usd(seat_usage.usd for seat_usage in usage.values()),
        operations=tuple(turn.tool_call.name for turn in find_writes(trajectory, writing_tools) if turn.tool_call),
        sketch=compute_sketch(_extract_text(trajectory)) if with_sketch else EMPTY_SKETCH,
        origin=origin,
        cell=trajectory.cell,
        parent=trajectory.parent,
    )


def _extract_text(trajectory: Trajectory) -> str:
    """Messages and calls; tool results follow from them."""
    texts = (
        turn.message or (turn.tool_call and turn.tool_call.name + json.dumps(turn.tool_call.arguments)) or ""
        for turn in trajectory.turns
    )
    return " ".join(texts)
