"""Converts between llm replies, the record's tool calls and OpenAI messages."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from tautraj.config import Llm
from tautraj.llms.reply import Message, RawCall, Reply
from tautraj.trajectory import LlmCall, ToolCall, Turn


class SideChannels(NamedTuple):
    """Parts of a reply that are recorded and reach neither the customer nor the world."""

    thought: str | None = None
    """Text that came with a tool call."""
    dropped: tuple[ToolCall, ...] = ()
    """Further calls of the same reply, not executed."""


NO_SIDE_CHANNELS = SideChannels()

MAX_DEPTH = 100
"""Nesting levels of a call's arguments; pydantic serializes 255, including those of the surrounding record."""


def take_first_call(reply: Reply) -> tuple[ToolCall | None, SideChannels]:
    """The first call of a reply, the only one to execute, and its side channels; (None, empty) for plain text."""
    if not reply.tool_calls:
        return None, NO_SIDE_CHANNELS
    call, *more = (parse_call(raw) for raw in reply.tool_calls)
    return call, SideChannels(reply.text.strip() or None, tuple(more))


def parse_call(raw: RawCall) -> ToolCall:
    """The call as recorded. If its arguments are not a JSON object, `arguments` is {} and `raw` holds the text."""
    arguments = parse_json_object(raw.arguments)
    if arguments is None:
        return ToolCall(id=raw.id, name=raw.name, arguments={}, raw=raw.arguments)
    return ToolCall(id=raw.id, name=raw.name, arguments=arguments)


def parse_json_object(text: str) -> dict[str, Any] | None:
    """`text` as a JSON object; None if it is none, is deeper than `MAX_DEPTH` or cannot be serialized again."""
    try:
        value = json.loads(text, parse_constant=_reject_number, parse_float=_parse_finite)
        json.dumps(value, ensure_ascii=False).encode()  # raises on a lone surrogate
        is_too_deep = _measure_depth(value) > MAX_DEPTH
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not is_too_deep else None


def to_openai_call(call: ToolCall, fields: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """The call in OpenAI's format for an assistant message. `fields`: see `RawCall.fields`.

    The name of a tool that does not exist may have any form; providers refuse those that no tool can have.
    """
    name = re.sub(r"[^A-Za-z0-9_-]", "_", call.name)[:64] or "unnamed"
    function = {"name": name, "arguments": json.dumps(call.arguments, ensure_ascii=False)}
    return {"id": call.id, "type": "function", "function": function, **fields}


def to_assistant_message(reply: Reply, call: ToolCall | None) -> Message:
    """A reply as an assistant message. `call`: the call that was executed, if any. Blank text is none."""
    text = reply.text if reply.text.strip() else None
    message: Message = {"role": "assistant", "content": text, **reply.reasoning_fields}
    if call is not None:
        message["tool_calls"] = [to_openai_call(call, reply.tool_calls[0].fields)]
    return message


def to_tool_message(call_id: str, content: str) -> Message:
    """The result of the call `call_id` as a message."""
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def to_given_messages(call: ToolCall, observation: str) -> list[Message]:
    """A call that no llm of this episode made, and its result, under an id that every provider accepts.

    Mistral refuses ids other than nine letters or digits; the record keeps the id as it is.
    """
    call_id = make_accepted_id(call.id)
    openai_call = to_openai_call(call.model_copy(update={"id": call_id}))
    return [
        {"role": "assistant", "content": None, "tool_calls": [openai_call]},
        to_tool_message(call_id, observation),
    ]


def make_accepted_id(call_id: str) -> str:
    """The id itself if it is nine letters or digits, else its hash."""
    return call_id if re.fullmatch("[A-Za-z0-9]{9}", call_id) else hashlib.sha256(call_id.encode()).hexdigest()[:9]


def restore_reply(turn: Turn, call: ToolCall | None, text: str, llm: Llm | None) -> Reply:
    """The reply that a recorded turn was made of, for an agent that goes on after it.

    `call`: the one to show in it. What only its own provider reads (signatures, reasoning, ids) is in it if `llm`
    made the turn.
    """
    is_own = llm is not None and bool(turn.calls) and turn.calls[-1].llm == llm.name
    signed = dict(turn.signed[-1]) if is_own and turn.signed else {}
    of_calls = signed.pop("tool_calls", None) or [{}]
    if is_own and llm is not None and llm.provider.reasoning_back and turn.reasoning:
        signed = {"reasoning_content": turn.reasoning, **signed}
    calls: tuple[RawCall, ...] = ()
    if call is not None:
        call_id = call.id if is_own else make_accepted_id(call.id)
        arguments = json.dumps(call.arguments, ensure_ascii=False) if call.raw is None else call.raw
        calls = (RawCall(call_id, call.name, arguments, of_calls[0]),)
    made = turn.calls[-1] if turn.calls else LlmCall.free("", turn.started)
    return Reply(text, calls, turn.reasoning, signed, made)


def drop_reasoning(reply: Reply) -> Reply:
    """The reply without reasoning fields and signatures, so that no reasoning is sent back."""
    return reply._replace(
        reasoning_fields={}, tool_calls=tuple(call._replace(fields={}) for call in reply.tool_calls)
    )


def _measure_depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_measure_depth, inner), default=0)


def _parse_finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _reject_number(digits)


def _reject_number(word: str) -> float:
    raise ValueError(f"{word} is not a JSON number")
