"""A customer that reflects on a rejected reply and rewrites it; only what is said is remembered."""

from tautraj.users.base import Customer, UserContext
from tautraj.users.reply_check import make_checked_customer

REWRITE_PROMPT = """\
(This is not from the agent.) You were about to say:
{draft}
That would be wrong: {why}
Say what you say instead. Write that message only."""


def reflection(context: UserContext, *, attempts: int) -> Customer:
    """Speak, have it checked, rewrite it in the light of the objection."""
    return make_checked_customer(context, attempts, lambda draft, why: REWRITE_PROMPT.format(draft=draft, why=why))
