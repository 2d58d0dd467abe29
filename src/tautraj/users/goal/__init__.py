"""The customer of a synthetic task: a program that follows its goal.

Not here: goals themselves (`benchmarks.goals`).
"""

from tautraj.users.goal.customer import goal

__all__ = ["goal"]
