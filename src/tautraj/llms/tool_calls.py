"""Between an llm's answers, the record's tool calls and the messages of the OpenAI protocol."""

import json
import math
from typing import Any, NamedTuple

from tautraj.llms.reply import Message, RawCall, Reply
from tautraj.trajectory import ToolCall


class SideChannels(NamedTuple):
    """What came with an action and nobody else heard."""

    thought: str | None = None
    """Text beside it."""
    dropped: tuple[ToolCall, ...] = ()
    """Further calls of the same answer, not carried out."""


NO_SIDE_CHANNELS = SideChannels()

MAX_DEPTH = 100
"""Levels of a call's arguments; pydantic writes down 255, those of the record around them included."""


def take_first_call(reply: Reply) -> tuple[ToolCall | None, SideChannels]:
    """The one call of an answer that is carried out, and what came with it; (None, nothing) for plain text."""
    if not reply.tool_calls:
        return None, NO_SIDE_CHANNELS
    call, *more = (parse_call(raw) for raw in reply.tool_calls)
    return call, SideChannels(reply.text.strip() or None, tuple(more))


def parse_call(raw: RawCall) -> ToolCall:
    """The call as the record keeps it: its arguments, or its own text where they are not a JSON object."""
    arguments = parse_json_object(raw.arguments)
    if arguments is None:
        return ToolCall(id=raw.id, name=raw.name, arguments={}, raw=raw.arguments)
    return ToolCall(id=raw.id, name=raw.name, arguments=arguments)


def parse_json_object(text: str) -> dict[str, Any] | None:
    """The object that `text` is; None for anything else, and for what cannot be written down as JSON again."""
    try:
        value = json.loads(text, parse_constant=_reject_number, parse_float=_parse_finite)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair cannot
        deep = _measure_depth(value) > MAX_DEPTH
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not deep else None


def to_openai_call(call: ToolCall, signature: str | None = None) -> dict[str, Any]:
    """The call in an assistant message; `signature` is what the provider signed it with and wants back."""
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    sent: dict[str, Any] = {"id": call.id, "type": "function", "function": function}
    return sent if signature is None else {**sent, "provider_specific_fields": {"thought_signature": signature}}


def to_assistant_message(reply: Reply, call: ToolCall | None) -> Message:
    """The message that remembers an answer, with the one call of it that was carried out."""
    message: Message = {"role": "assistant", "content": reply.text or None, **reply.reasoning_fields}
    if call is not None:
        message["tool_calls"] = [to_openai_call(call, reply.tool_calls[0].signature)]
    return message


def to_tool_message(call_id: str, content: str) -> Message:
    """The message that answers a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def drop_reasoning(reply: Reply) -> Reply:
    """The answer with nothing of its reasoning to send back."""
    return reply._replace(
        reasoning_fields={}, tool_calls=tuple(call._replace(signature=None) for call in reply.tool_calls)
    )


def _measure_depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_measure_depth, inner), default=0)


def _parse_finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _reject_number(digits)


def _reject_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")
