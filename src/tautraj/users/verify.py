"""A customer that drafts again when a draft is rejected. Rejected drafts never enter its history.

Not here: the check and the redrafting (`users.reply_check`).
"""

from tautraj.config.components import declare_native_tools
from tautraj.users.base import Customer, UserContext
from tautraj.users.reply_check import make_checked_customer


@declare_native_tools
def verify(context: UserContext, *, attempts: int) -> Customer:
    """Draft a reply, check it, and draft again without mentioning the rejected draft."""
    return make_checked_customer(context, attempts, lambda draft, why: None)
