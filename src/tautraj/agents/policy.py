"""The policy of a training: its trainer acts for it, in the trainer's own process (`training.rollouts`)."""

from tautraj.agents.base import AgentContext
from tautraj.errors import SeatError


def policy(context: AgentContext) -> None:
    """Not played here. Raises `SeatError`; a run with it is refused before it starts (`runs.startup`)."""
    raise SeatError(f"task {context.task_id}: agent=policy is played by a trainer. See docs/training.md")
