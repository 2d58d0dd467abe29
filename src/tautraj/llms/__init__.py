"""The chat client of all seats: litellm, typed failures, the only retry of a call, rate limits, tokens and cost."""

from tautraj.llms.chat import Ask, chat
from tautraj.llms.reply import Reply

__all__ = ["Ask", "Reply", "chat"]
