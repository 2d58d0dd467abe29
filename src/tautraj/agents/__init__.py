"""The agent seat: one file per agent; `agents.base` says what an agent is given."""

from tautraj.agents.base import AgentContext, Environment, GoldContext

__all__ = ["GoldContext", "Environment", "AgentContext"]
