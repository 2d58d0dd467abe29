"""One chat client for every seat: litellm, typed failures, the only retry of a call, rate limits, tokens and cost."""

from tautraj.llms.answers import Reply
from tautraj.llms.chat import Ask, chat

__all__ = ["Ask", "Reply", "chat"]
