"""Native tool calls, with worked examples out of a run directory: train episodes that the benchmark graded 1.0."""

from functools import lru_cache
from typing import Any

from pydantic import PositiveInt

from tautraj.agents.base import AgentContext
from tautraj.agents.message_history import MessageHistory
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent
from tautraj.agents.text_protocol import format_transcript
from tautraj.config import Run
from tautraj.config.components import attach_check
from tautraj.errors import ConfigError
from tautraj.store import Store
from tautraj.trajectory import Trajectory

HEADING = "\n\n# Examples\nConversations with other customers that went well."


def _check(run: Run, *, examples: str, k: int, **_: Any) -> None:
    found = load_examples(examples)
    strangers = {(t.benchmark, t.domain) for t in found} - {(run.benchmark.name, run.domain.name)}
    if strangers or len(found) <= k:  # one may be of the very task that is played
        raise ConfigError(
            f"agent.examples={examples} holds successful train episodes of {len(found)} tasks"
            f"{', of another domain' if strangers else ''}; {k} examples need more than {k} of benchmark="
            f"{run.benchmark.name} domain={run.domain.name}. Play some with split=train, and name their run directory"
        )


@attach_check(_check)
def few_shot(context: AgentContext, *, examples: str, k: PositiveInt, replay_reasoning: bool) -> None:
    """Play with `k` successful train episodes of the run directory `examples` in the system prompt.

    The same for every episode, but never one of the task that is being played.
    """
    shown = [t for t in load_examples(examples) if t.task_id != context.task_id][:k]
    worked = [f"<example>\n{format_transcript(t.turns)}\n</example>" for t in shown]
    system = "\n\n".join([context.system + HEADING, *worked])
    run_agent(
        EnvToolAgent(context, MessageHistory(context, system, context.tools, replay_reasoning=replay_reasoning))
    )


@lru_cache(maxsize=4)
def load_examples(examples: str) -> tuple[Trajectory, ...]:
    """One episode a task, in the order of their names, read once per process. Raises `StoreError`."""
    by_task: dict[str, Trajectory] = {}
    for trajectory in Store(examples).read_episodes():
        if trajectory.split == "train" and trajectory.reward == 1.0:
            by_task.setdefault(trajectory.task_id, trajectory)
    return tuple(by_task.values())
