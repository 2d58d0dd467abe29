"""Native tool calls with worked examples in the system prompt: successful train episodes of a run directory."""

from functools import lru_cache
from typing import Any

from pydantic import PositiveInt

from tautraj.agents.base import AgentContext, require_system_prompt
from tautraj.agents.message_history import MessageHistory
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent
from tautraj.agents.text_protocol import format_transcript
from tautraj.config import Run
from tautraj.config.components import attach_check, declare_native_tools
from tautraj.errors import ConfigError
from tautraj.metrics import is_success
from tautraj.store import Store
from tautraj.trajectory import Trajectory

HEADING = "\n\n# Examples\nConversations with other customers that went well."


def _check(run: Run, *, examples: str, k: int, **_: Any) -> None:
    require_system_prompt(run)
    trajectories = load_examples(examples)
    foreign = {(t.benchmark, t.domain) for t in trajectories} - {(run.benchmark.name, run.domain.name)}
    if foreign or len(trajectories) <= k:  # an example may be of the task being played, which is left out
        raise ConfigError(
            f"agent.examples={examples} holds successful train episodes of {len(trajectories)} tasks"
            f"{', of another domain' if foreign else ''}; {k} examples need more than {k} of benchmark="
            f"{run.benchmark.name} domain={run.domain.name}. Run with split=train and set agent.examples to that run"
        )


@declare_native_tools
@attach_check(_check)
def few_shot(context: AgentContext, *, examples: str, k: PositiveInt, replay_reasoning: bool) -> None:
    """Put `k` successful train episodes of the run directory `examples` into the system prompt.

    The first `k` tasks for every episode; the task being played is skipped.
    """
    trajectories = [t for t in load_examples(examples) if t.task_id != context.task_id][:k]
    sections = [f"<example>\n{format_transcript(t.turns)}\n</example>" for t in trajectories]
    system = "\n\n".join([context.system + HEADING, *sections])
    run_agent(
        EnvToolAgent(context, MessageHistory(context, system, context.tools, replay_reasoning=replay_reasoning))
    )


@lru_cache(maxsize=4)
def load_examples(examples: str) -> tuple[Trajectory, ...]:
    """The first successful train episode of each task, in order of file name. Cached. Raises `StoreError`."""
    by_task: dict[str, Trajectory] = {}
    for trajectory in Store(examples).read_episodes():
        if trajectory.split == "train" and is_success(trajectory.reward):
            by_task.setdefault(trajectory.task_id, trajectory)
    return tuple(by_task.values())
