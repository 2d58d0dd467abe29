"""The customer seat: one file per strategy; `users.base` says what a strategy is given."""

from tautraj.users.base import Customer, UserContext

__all__ = ["Customer", "UserContext"]
