"""Between an llm's answers, the record's tool calls and the messages of the OpenAI protocol."""

import json
import math
from typing import Any, NamedTuple

from tautraj.llms.reply import Message, RawCall, Reply
from tautraj.trajectory import ToolCall


class Aside(NamedTuple):
    """What came with an action and nobody else heard."""

    thought: str | None = None
    """Text beside it."""
    dropped: tuple[ToolCall, ...] = ()
    """Further calls of the same answer, not carried out."""


NOTHING = Aside()

DEEPEST = 100
"""Levels of a call's arguments; pydantic writes down 255, those of the record around them included."""


def first(reply: Reply) -> tuple[ToolCall | None, Aside]:
    """The one call of an answer that is carried out, and what came with it; (None, nothing) for plain text."""
    if not reply.tool_calls:
        return None, NOTHING
    call, *more = (parsed(raw) for raw in reply.tool_calls)
    return call, Aside(reply.text.strip() or None, tuple(more))


def parsed(raw: RawCall) -> ToolCall:
    """The call as the record keeps it: its arguments, or its own text where they are not a JSON object."""
    arguments = json_object(raw.arguments)
    if arguments is None:
        return ToolCall(id=raw.id, name=raw.name, arguments={}, raw=raw.arguments)
    return ToolCall(id=raw.id, name=raw.name, arguments=arguments)


def json_object(text: str) -> dict[str, Any] | None:
    """The object that `text` is; None for anything else, and for what cannot be written down as JSON again."""
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair cannot
        deep = _levels(value) > DEEPEST
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not deep else None


def native(call: ToolCall, signature: str | None = None) -> dict[str, Any]:
    """The call in an assistant message; `signature` is what the provider signed it with and wants back."""
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    sent: dict[str, Any] = {"id": call.id, "type": "function", "function": function}
    return sent if signature is None else {**sent, "provider_specific_fields": {"thought_signature": signature}}


def assistant(reply: Reply, call: ToolCall | None) -> Message:
    """The message that remembers an answer, with the one call of it that was carried out."""
    message: Message = {"role": "assistant", "content": reply.text or None, **reply.back}
    if call is not None:
        message["tool_calls"] = [native(call, reply.tool_calls[0].signature)]
    return message


def result(call_id: str, content: str) -> Message:
    """The message that answers a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def without_reasoning(reply: Reply) -> Reply:
    """The answer with nothing of its reasoning to send back."""
    return reply._replace(back={}, tool_calls=tuple(call._replace(signature=None) for call in reply.tool_calls))


def _levels(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_levels, inner), default=0)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refused(digits)


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")
