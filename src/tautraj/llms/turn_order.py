"""The order of roles that strict servers require of a request's messages, for all seats.

Two rules. Mistral's API refuses a user turn right behind a tool result: no request has one. Chat templates for text
(Gemma, Llama 2, Mistral) refuse a conversation unless, after the system prompt, user and assistant take turns and the
user begins: a request without tools keeps this order. With tools the agent's greeting stays first, as τ² sends it,
unless the seat has `extra.ensure_alternating_roles`; litellm, whose setting that is, leaves such a greeting in place.

Pure: what a seat remembers is not changed. Not here: the messages (`agents.message_history`, `users.llm`).
"""

from collections.abc import Sequence
from typing import Any

from tautraj.config import Llm
from tautraj.llms.reply import Message

OPENING = "(The conversation begins.)"
"""The user turn before a conversation that the seat itself opened. Neither side said it."""

SILENCE = "(No reply.)"
"""The user turn between two assistant turns."""


def must_alternate(llm: Llm, tools: Sequence[dict[str, Any]]) -> bool:
    """Whether user and assistant must take turns in a request with these tools."""
    return not tools or bool(llm.extra.get("ensure_alternating_roles"))


def arrange_turns(messages: Sequence[Message], *, alternate: bool) -> list[Message]:
    """The messages in an order that strict servers accept; merged texts are separated by a blank line.

    A user turn behind a tool result goes into the result. `alternate`: also make user and assistant take turns, calls
    and their results not counted, and the user begin.
    """
    arranged: list[Message] = []
    for message in messages:
        previous = arranged[-1] if arranged else {"role": "system"}
        if _may_merge(previous, message, alternate):
            text = "\n\n".join(filter(None, [previous["content"], message["content"]]))
            arranged[-1] = {**previous, "content": text}
            continue
        if alternate and message["role"] == "assistant" and previous["role"] in ("system", "assistant"):
            arranged.append({"role": "user", "content": OPENING if previous["role"] == "system" else SILENCE})
        arranged.append(message)
    return arranged


def _may_merge(previous: Message, message: Message, alternate: bool) -> bool:
    """Content other than text stays as it is."""
    roles = ("tool", "user") if alternate else ("tool",)
    is_text = isinstance(previous.get("content"), str) and isinstance(message.get("content"), str)
    return message["role"] == "user" and previous["role"] in roles and is_text
