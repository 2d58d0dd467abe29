"""Parses an llm's response: text, tool calls, reasoning, usage and cost.

Not here: sending the request (`llms.chat`), interpreting the text (`agents`, `users`).
"""

import json
import re
import time
from typing import Any, NamedTuple

from tautraj.config import Llm
from tautraj.errors import ContentRefused, MalformedResponse
from tautraj.llms.provider_rules.answer_repair import make_call_id
from tautraj.llms.provider_rules.raw_answer import RawAnswer
from tautraj.llms.provider_rules.returned_fields import is_signed, read_call_fields, read_message_fields
from tautraj.redaction import redact_keys
from tautraj.trajectory import LlmCall

Message = dict[str, Any]

SPACE_BEFORE_TEXT = re.compile(r'(": ?") ')
"""With which SmolLM2's template lets a text in a call begin, so that a name is split as in what the customer said."""


class RawCall(NamedTuple):
    """A tool call as the model wrote it."""

    id: str
    name: str
    arguments: str
    fields: dict[str, Any] = {}  # noqa: RUF012 - never changed
    """What the provider added to the call (signatures) and requires back with it."""


class Reply(NamedTuple):
    text: str
    """"" when there are only tool calls, or nothing."""
    tool_calls: tuple[RawCall, ...]
    reasoning: str | None
    reasoning_fields: dict[str, Any]
    """What the provider requires back: keys to add to the assistant message made of this reply."""
    llm_call: LlmCall
    unreadable_call: str | None = None
    """What the provider says of a tool call that it could not read; None without one. `text` came beside it."""

    @property
    def signed(self) -> dict[str, Any]:
        """What the provider requires back and is not plain text, that of the calls under `tool_calls`."""
        fields = {name: value for name, value in self.reasoning_fields.items() if is_signed(name, value)}
        of_calls = [call.fields for call in self.tool_calls if call.fields]
        return {**fields, "tool_calls": of_calls} if of_calls else fields


def read_reply(llm: Llm, response: Any, raw: RawAnswer, started: float, retries: int) -> Reply:
    """Parse litellm's response to a call begun at `started` (Unix time, s). Raises `ProviderError` without one."""
    choices = getattr(response, "choices", None)
    ending = redact_keys(raw.describe_ending(), llm.provider.api_base)
    if not choices or getattr(choices[0], "message", None) is None:
        raise MalformedResponse(f"{llm.name} at {llm.provider.name}: an answer without choices{ending}")
    message = choices[0].message
    if llm.is_local:
        raw = _undo_template(message, raw)
    if choices[0].finish_reason == "content_filter" and not (message.content or message.tool_calls):
        words = f"the answer was withheld by the content filter{ending}"
        raise ContentRefused(f"{llm.name} at {llm.provider.name}: {words}")
    inline_reasoning, text = _split_thinking(message.content if isinstance(message.content, str) else "")
    calls = [_read_raw_call(call) for call in message.tool_calls or []]
    reasoning = getattr(message, "reasoning_content", None) or inline_reasoning or None
    if reasoning:
        text = text.lstrip()  # blank lines between reasoning and text
    fields = read_message_fields(message, raw, reasoning)
    if not llm.provider.reasoning_back:
        fields = {name: value for name, value in fields.items() if is_signed(name, value)}
    if not (text or calls or raw.is_usual or raw.is_call_unreadable):
        raise MalformedResponse(f"{llm.name} at {llm.provider.name}: an answer without content{ending}")
    unreadable = (raw.detail or raw.finish) if raw.is_call_unreadable and not calls else None
    finish = raw.name_finish(choices[0].finish_reason)
    text, calls, reasoning, fields, unreadable, finish = _sanitise(
        [text, calls, reasoning, fields, unreadable, finish], llm
    )
    return Reply(
        text=text,
        tool_calls=tuple(RawCall(*call) for call in calls),
        reasoning=reasoning,
        reasoning_fields=fields,
        llm_call=_build_llm_call(llm, response, finish, started, retries),
        unreadable_call=unreadable,
    )


def _undo_template(message: Any, raw: RawAnswer) -> RawAnswer:
    """Take off what the chat template writes around a thought, before a call and before its texts: rows have no such.

    llama.cpp leaves it. Changes `message`, litellm's; returns the answer as the provider would have sent it.
    """
    for call in message.tool_calls or []:
        call.function.arguments = SPACE_BEFORE_TEXT.sub(r"\1", call.function.arguments or "")
    if message.tool_calls and isinstance(message.content, str):
        message.content = message.content.removesuffix("\n")
    if not (thought := getattr(message, "reasoning_content", None)):
        return raw
    message.reasoning_content = thought.strip("\n")
    return raw._replace(message={**(raw.message or {}), "reasoning_content": message.reasoning_content})


def _read_raw_call(call: Any) -> RawCall:
    """litellm appends Gemini's signature of a call to the call's id. Blank arguments are none."""
    call_id, _, signature = (call.id or make_call_id()).partition("__thought__")
    fields = read_call_fields(call)
    if signature:
        fields.setdefault("provider_specific_fields", {"thought_signature": signature})
    arguments = call.function.arguments or ""
    return RawCall(call_id, call.function.name or "", arguments if arguments.strip() else "{}", fields)


def _build_llm_call(llm: Llm, response: Any, finish: str | None, started: float, retries: int) -> LlmCall:
    tokens_in, tokens_out = read_counts(response)
    details = getattr(getattr(response, "usage", None), "prompt_tokens_details", None)
    return LlmCall(
        llm=llm.name,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tokens_cached=getattr(details, "cached_tokens", None),
        usd=_compute_usd(llm, response),
        started=started,
        seconds=round(time.time() - started, 6),
        retries=retries,
        finish=finish,
    )


def read_counts(response: Any) -> tuple[int | None, int | None]:
    """Tokens in and out; None: not reported. No call has 0 tokens in: litellm's word for unknown."""
    usage = getattr(response, "usage", None)
    tokens_in, tokens_out = getattr(usage, "prompt_tokens", None) or None, getattr(usage, "completion_tokens", None)
    return tokens_in, tokens_out if tokens_in else tokens_out or None


def _compute_usd(llm: Llm, response: Any) -> float | None:
    """From the configured prices, else litellm's cost; None if that is unknown (litellm reports None or 0.0)."""
    tokens_in, tokens_out = read_counts(response)
    if tokens_in is None or tokens_out is None:
        return None
    per_in, per_out = llm.usd_per_million_tokens_in, llm.usd_per_million_tokens_out
    if per_in is not None and per_out is not None:
        return float(tokens_in * per_in + tokens_out * per_out) / 1e6
    cost = getattr(response, "_hidden_params", {}).get("response_cost")
    return float(cost) if cost and cost > 0 else None


def _sanitise(value: list[Any], llm: Llm) -> list[Any]:
    """Redact keys that a gateway echoes; replace lone surrogates with U+FFFD, so that the value can be stored."""
    text = json.dumps(redact_keys(value, llm.provider.api_base), ensure_ascii=False)
    return list(json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))


def _split_thinking(text: str) -> tuple[str | None, str]:
    """(inline reasoning of an open model or None, text). The text is "" if the response ended in the reasoning."""
    before, closed, after = text.partition("</think>")
    opened = re.match(r"\s*<think>", before)  # missing where the model's chat template writes it
    if not (opened or closed):
        return None, text
    return before[opened.end() if opened else 0 :].strip() or None, after.lstrip()
