"""A customer whose replies are checked against the scenario; a rejected one is never said, and not remembered."""

from tautraj.users.base import Customer, UserContext
from tautraj.users.reply_check import make_checked_customer


def verify(context: UserContext, *, attempts: int) -> Customer:
    """Speak, have it checked, speak anew as if nothing had been drafted."""
    return make_checked_customer(context, attempts, lambda draft, why: None)
