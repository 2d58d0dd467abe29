"""The agent seat: one file per agent; `agents.base` says what an agent is given."""

from tautraj.agents.base import Backstage, Environment, Stage

__all__ = ["Backstage", "Environment", "Stage"]
