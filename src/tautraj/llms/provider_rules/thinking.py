"""What a provider demands of a request while its model reasons.

Not here: the fields of an answer that go back (`llms.provider_rules.returned_fields`).
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

Message = dict[str, Any]

SAMPLING = ("temperature", "top_p", "top_k")
"""Parameters that Claude refuses beside thinking."""

THINKING = ("thinking", "reasoning_effort")

PLAIN_FIELDS = {"role", "content", "tool_calls"}


def add_empty_reasoning(messages: Sequence[Message]) -> list[Message]:
    """The messages; once one has `reasoning_content`, each message with calls has the key, as DeepSeek demands."""
    if not any("reasoning_content" in message for message in messages):
        return list(messages)
    return [
        {**message, "reasoning_content": ""}
        if message.get("tool_calls") and "reasoning_content" not in message
        else message
        for message in messages
    ]


def find_refused_parameters(name: str, request: Mapping[str, Any]) -> Sequence[str]:
    """The parameters of litellm's that the model `name` would refuse together with the rest of `request`.

    Claude refuses sampling beside thinking. It also wants a call to go back with the thinking before it: where
    reasoning is not sent back, or the call is one that a task or a branch begins with, it answers the call's result
    without thinking.
    """
    thinking, effort = request.get("thinking"), request.get("reasoning_effort")
    is_off = isinstance(thinking, dict) and thinking.get("type") == "disabled"
    if "claude" not in name.lower() or ((thinking is None or is_off) and effort in (None, "none")):
        return ()
    return THINKING if _is_thinking_missing(request["messages"]) else SAMPLING


def _is_thinking_missing(messages: Sequence[Message]) -> bool:
    """Whether the last message of the model is a call with its result, and none of its messages has its thinking."""
    behind = itertools.takewhile(lambda message: message["role"] != "assistant", reversed(messages))
    if not any(message["role"] == "tool" for message in behind):
        return False
    return not any(message["role"] == "assistant" and message.keys() - PLAIN_FIELDS for message in messages)
