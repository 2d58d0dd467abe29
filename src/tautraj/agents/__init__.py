"""The agent seat: one file per agent; `agents.base` defines what an agent receives."""

from tautraj.agents.base import AgentContext, Environment, GoldContext

__all__ = ["AgentContext", "Environment", "GoldContext"]
