"""What one call sends: litellm's arguments, and what a provider demands of a conversation that it reasons in.

Not here: sending it (`llms.chat`), the fields of an answer that go back (`llms.returned_fields`).
"""

import itertools
import os
from collections.abc import Sequence
from typing import Any

from tautraj.config import Llm
from tautraj.llms.reply import Message

SAMPLING = ("temperature", "top_p", "top_k")
"""Parameters that Claude refuses beside thinking."""

THINKING = ("thinking", "reasoning_effort")

PLAIN_FIELDS = {"role", "content", "tool_calls"}


def build_request(
    llm: Llm, messages: Sequence[Message], tools: Sequence[dict[str, Any]], seed: int | None
) -> dict[str, Any]:
    """The arguments of `litellm.completion`; neither `messages` nor `tools` is changed."""
    provider = llm.provider
    route = "hosted_vllm" if llm.is_served_by_run else provider.route  # servers started by the run
    request: dict[str, Any] = {
        "model": f"{route}/{llm.name}",
        "messages": _add_empty_reasoning(messages),
        "timeout": provider.timeout_seconds,
        "num_retries": 0,  # litellm's and the SDK's retries are off: only `llms.chat` retries
        "max_retries": 0,
        "drop_params": True,  # some models accept no seed or temperature
        "api_base": provider.api_base,
        "api_key": read_api_key(llm) or ("none" if provider.api_key_env is None else None),
        "temperature": llm.temperature,
        "max_tokens": llm.max_tokens,
        "seed": seed,
        "tools": tools or None,
        **llm.extra,
    }
    refused = _find_refused(request) if "claude" in llm.name.lower() else ()
    return {key: value for key, value in request.items() if value is not None and key not in refused}


def read_api_key(llm: Llm) -> str | None:
    """API key from the environment; None if the provider needs none or the variable is not set."""
    name = llm.provider.api_key_env
    return os.environ.get(name) or None if name else None


def _add_empty_reasoning(messages: Sequence[Message]) -> list[Message]:
    """The messages; once one has `reasoning_content`, each message with calls has the key, as DeepSeek demands."""
    if not any("reasoning_content" in message for message in messages):
        return list(messages)
    return [
        {**message, "reasoning_content": ""}
        if message.get("tool_calls") and "reasoning_content" not in message
        else message
        for message in messages
    ]


def _find_refused(request: dict[str, Any]) -> Sequence[str]:
    """The arguments that Claude would refuse: sampling beside thinking, or thinking in the middle of its calls.

    Claude wants a call to go back with the thinking before it. Where reasoning is not sent back, or the call is one
    that a task or a branch begins with, it answers the call's result without thinking.
    """
    thinking, effort = request.get("thinking"), request.get("reasoning_effort")
    is_off = isinstance(thinking, dict) and thinking.get("type") == "disabled"
    if (thinking is None or is_off) and effort in (None, "none"):
        return ()
    return THINKING if _is_thinking_missing(request["messages"]) else SAMPLING


def _is_thinking_missing(messages: Sequence[Message]) -> bool:
    """Whether the last message of the model is a call with its result, and none of its messages has its thinking."""
    behind = list(itertools.takewhile(lambda message: message["role"] != "assistant", reversed(messages)))
    if not any(message["role"] == "tool" for message in behind):
        return False
    return not any(message["role"] == "assistant" and message.keys() - PLAIN_FIELDS for message in messages)
