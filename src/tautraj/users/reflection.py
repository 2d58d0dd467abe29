"""A customer that rewrites a rejected draft given the objection. Only the final reply stays in its history."""

from tautraj.config.components import declare_native_tools
from tautraj.users.base import Customer, UserContext
from tautraj.users.reply_check import make_checked_customer

REWRITE_PROMPT = """\
(This is not from the agent.) You were about to say:
{draft}
That would be wrong: {why}
Say what you say instead. Write that message only."""


@declare_native_tools
def reflection(context: UserContext, *, attempts: int) -> Customer:
    """Draft a reply, check it, and rewrite a rejected draft given the objection."""
    return make_checked_customer(context, attempts, lambda draft, why: REWRITE_PROMPT.format(draft=draft, why=why))
