"""An answer of an llm, read: what was said and called, reasoned, and what it cost.

Not here: how it was asked for (`chat`), what the words mean (`agents`, `users`).
"""

import json
import re
import time
from typing import Any, NamedTuple

from tautraj.config import Llm
from tautraj.errors import ContentRefused, MalformedResponse
from tautraj.redaction import redact_keys
from tautraj.trajectory import LlmCall

Message = dict[str, Any]


class RawCall(NamedTuple):
    """A tool call as the model wrote it."""

    id: str
    name: str
    arguments: str
    signature: str | None = None
    """Signed reasoning of the call that the provider wants back with it."""


class Reply(NamedTuple):
    text: str
    """"" when it only called a tool or said nothing."""
    tool_calls: tuple[RawCall, ...]
    reasoning: str | None
    reasoning_fields: dict[str, Any]
    """Reasoning that the provider wants back: keys of the assistant message that will remember this answer."""
    llm_call: LlmCall


def read_reply(llm: Llm, response: Any, started: float, retries: int) -> Reply:
    """litellm's response, asked for since `started` (Unix time, s). Raises `ProviderError` where it is no answer."""
    choices = getattr(response, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise MalformedResponse(f"{llm.name} at {llm.provider.name}: an answer without choices")
    message = choices[0].message
    if choices[0].finish_reason == "content_filter" and not (message.content or message.tool_calls):
        raise ContentRefused(f"{llm.name} at {llm.provider.name}: the answer was withheld by the content filter")
    thought, text = _split_thinking(message.content if isinstance(message.content, str) else "")
    calls = [_read_raw_call(index, call) for index, call in enumerate(message.tool_calls or [])]
    reasoning = getattr(message, "reasoning_content", None) or thought or None
    if reasoning:
        text = text.lstrip()  # the lines that parted it from the reasoning
    back = _read_reasoning_fields(
        message, reasoning if llm.provider.reasoning_back else None, signed=any(c.signature for c in calls)
    )
    text, made, reasoning, back = _sanitise([text, calls, reasoning, back], llm)
    return Reply(
        text, tuple(RawCall(*one) for one in made), reasoning, back, _build_llm_call(llm, response, started, retries)
    )


def _read_raw_call(index: int, call: Any) -> RawCall:
    """litellm hides Gemini's signature of a call in its id."""
    call_id, _, signature = (call.id or f"call_{index}").partition("__thought__")
    return RawCall(call_id, call.function.name or "", call.function.arguments or "{}", signature or None)


def _read_reasoning_fields(message: Any, reasoning: str | None, signed: bool) -> dict[str, Any]:
    """Whoever signs its reasoning wants it back; plain reasoning goes back only where `reasoning` is given."""
    blocks = [dict(block) for block in getattr(message, "thinking_blocks", None) or []]
    if any(block.get("signature") or block.get("type") == "redacted_thinking" for block in blocks):
        return {"thinking_blocks": blocks}
    fields = getattr(message, "provider_specific_fields", None) or {}
    if not signed and fields.get("thought_signatures"):
        return {"provider_specific_fields": {"thought_signatures": list(fields["thought_signatures"])}}
    return {"reasoning_content": reasoning} if reasoning else {}


def _build_llm_call(llm: Llm, response: Any, started: float, retries: int) -> LlmCall:
    usage = getattr(response, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    return LlmCall(
        llm=llm.name,
        tokens_in=getattr(usage, "prompt_tokens", None),
        tokens_out=getattr(usage, "completion_tokens", None),
        tokens_cached=getattr(details, "cached_tokens", None),
        usd=_compute_usd(llm, response),
        started=started,
        seconds=round(time.time() - started, 6),
        retries=retries,
        finish=getattr(response.choices[0], "finish_reason", None),
    )


def _compute_usd(llm: Llm, response: Any) -> float | None:
    """By the prices set, else by litellm's table; a model it does not know comes out as None or as 0.0."""
    usage = getattr(response, "usage", None)
    per_in, per_out = llm.usd_per_million_tokens_in, llm.usd_per_million_tokens_out
    if per_in is not None and per_out is not None and usage is not None:
        return float(usage.prompt_tokens * per_in + usage.completion_tokens * per_out) / 1e6
    cost = getattr(response, "_hidden_params", {}).get("response_cost")
    return float(cost) if cost else None


def _sanitise(value: list[Any], llm: Llm) -> list[Any]:
    """What can be written down: no key that a gateway echoes, and U+FFFD for half a surrogate pair."""
    text = json.dumps(redact_keys(value, llm.provider.api_base), ensure_ascii=False)
    return list(json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))


def _split_thinking(text: str) -> tuple[str | None, str]:
    """(What an open model reasoned inline before it answered, its answer); an answer cut off before that is empty."""
    before, closed, after = text.partition("</think>")
    opened = re.match(r"\s*<think>", before)  # not there where the model's template writes it
    if not (opened or closed):
        return None, text
    return before[opened.end() if opened else 0 :].strip() or None, after.lstrip()
