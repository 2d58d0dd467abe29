"""The customer seat: one file per strategy; `users.base` defines what a strategy receives."""

from tautraj.users.base import Customer, UserContext

__all__ = ["Customer", "UserContext"]
