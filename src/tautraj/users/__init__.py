"""The customer seat: one file per strategy; `users.base` says what a strategy is given."""

from tautraj.users.base import Customer, Scene

__all__ = ["Customer", "Scene"]
