"""The airline as the rules agent knows it."""

from tautraj.agents.rules.airline.desk import AIRLINE_DESK

__all__ = ["AIRLINE_DESK"]
