"""Ask an llm: one call, its retries, its limits, what it cost.

Messages and tools are the OpenAI protocol's; litellm speaks the provider's own. Not here: what the words mean
(`agents`, `users`).
"""

import json
import os
import random
import re
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import tenacity

from tautraj.config import Llm
from tautraj.errors import (
    ContentRefused,
    MalformedResponse,
    ProviderError,
    TransientProviderError,
    boundary,
    translated,
)
from tautraj.keys import hidden
from tautraj.llms.limits import limits_of
from tautraj.trajectory import LlmCall

Message = dict[str, Any]
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds; between attempts, where the provider does not name its own wait."""


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
    back: dict[str, Any]
    """Reasoning that the provider wants back: keys of the assistant message that will remember this answer."""
    call: LlmCall


class Ask(Protocol):
    """A seat's llm, its settings bound and its record kept."""

    def __call__(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> Reply: ...


def chat(
    llm: Llm, messages: Sequence[Message], tools: Sequence[dict[str, Any]] = (), *, seed: int | None = None
) -> Reply:
    """One answer of `llm`; retried while the failure is transient and `retry_seconds` last.

    Raises the typed `ProviderError` of the last attempt.
    """
    import litellm

    litellm.suppress_debug_info = True
    litellm.drop_params = False  # tau2 sets it for everyone, and litellm then asks twice on a 422; ours goes per call
    started = time.time()
    request = _request(llm, messages, tools, seed)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientProviderError),
        stop=tenacity.stop_before_delay(llm.provider.retry_seconds),  # when the next wait would end after that
        wait=_wait,
        reraise=True,
    )
    for attempt in retrying:
        with attempt:
            response = _ask_once(llm, request)
            with boundary(MalformedResponse, f"{llm.name} at {llm.provider.name}: reading the answer"):
                reply = _read(llm, response, started, retries=attempt.retry_state.attempt_number - 1)
    return reply


def api_key(llm: Llm) -> str | None:
    """From the environment; None when the provider needs none or none is set."""
    name = llm.provider.api_key_env
    return os.environ.get(name) or None if name else None


def _request(
    llm: Llm, messages: Sequence[Message], tools: Sequence[dict[str, Any]], seed: int | None
) -> dict[str, Any]:
    provider = llm.provider
    route = "hosted_vllm" if llm.local else provider.route  # llama.cpp's server speaks OpenAI's protocol
    request: dict[str, Any] = {
        "model": f"{route}/{llm.name}",
        "messages": list(messages),
        "timeout": provider.timeout_seconds,
        "num_retries": 0,  # litellm's own and the SDK's: this module is the only place that retries
        "max_retries": 0,
        "drop_params": True,  # seed and temperature are not everywhere
        "api_base": provider.api_base,
        "api_key": api_key(llm) or ("none" if provider.api_key_env is None else None),
        "temperature": llm.temperature,
        "max_tokens": llm.max_tokens,
        "seed": seed,
        "tools": list(tools) or None,
        **llm.extra,
    }
    return {key: value for key, value in request.items() if value is not None}


def _ask_once(llm: Llm, request: dict[str, Any]) -> Any:
    import litellm

    from tautraj.llms.failures import as_ours

    size = sum(len(str(message)) for message in request["messages"]) + len(str(request.get("tools", "")))
    with limits_of(llm.provider).call(chars=size) as room, translated(lambda error: as_ours(error, llm)):
        response = litellm.completion(**request)
        usage = getattr(response, "usage", None)
        room.tokens_in = getattr(usage, "prompt_tokens", None)
        room.tokens_out = getattr(usage, "completion_tokens", None)
        return response


def _read(llm: Llm, response: Any, started: float, retries: int) -> Reply:
    choices = getattr(response, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise MalformedResponse(f"{llm.name} at {llm.provider.name}: an answer without choices")
    message = choices[0].message
    if choices[0].finish_reason == "content_filter" and not (message.content or message.tool_calls):
        raise ContentRefused(f"{llm.name} at {llm.provider.name}: the answer was withheld by the content filter")
    thought, text = _split_thinking(message.content if isinstance(message.content, str) else "")
    calls = [_raw_call(index, call) for index, call in enumerate(message.tool_calls or [])]
    reasoning = getattr(message, "reasoning_content", None) or thought or None
    if reasoning:
        text = text.lstrip()  # the lines that parted it from the reasoning
    back = _back(message, reasoning if llm.provider.reasoning_back else None, signed=any(c.signature for c in calls))
    text, made, reasoning, back = _fit([text, calls, reasoning, back], llm)
    return Reply(text, tuple(RawCall(*one) for one in made), reasoning, back, _call(llm, response, started, retries))


def _raw_call(index: int, call: Any) -> RawCall:
    """litellm hides Gemini's signature of a call in its id."""
    call_id, _, signature = (call.id or f"call_{index}").partition("__thought__")
    return RawCall(call_id, call.function.name or "", call.function.arguments or "{}", signature or None)


def _back(message: Any, reasoning: str | None, signed: bool) -> dict[str, Any]:
    """Whoever signs its reasoning wants it back; plain reasoning goes back only where `reasoning` is given."""
    blocks = [dict(block) for block in getattr(message, "thinking_blocks", None) or []]
    if any(block.get("signature") or block.get("type") == "redacted_thinking" for block in blocks):
        return {"thinking_blocks": blocks}
    fields = getattr(message, "provider_specific_fields", None) or {}
    if not signed and fields.get("thought_signatures"):
        return {"provider_specific_fields": {"thought_signatures": list(fields["thought_signatures"])}}
    return {"reasoning_content": reasoning} if reasoning else {}


def _call(llm: Llm, response: Any, started: float, retries: int) -> LlmCall:
    usage = getattr(response, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    return LlmCall(
        llm=llm.name,
        tokens_in=getattr(usage, "prompt_tokens", None),
        tokens_out=getattr(usage, "completion_tokens", None),
        tokens_cached=getattr(details, "cached_tokens", None),
        usd=_usd(llm, response),
        started=started,
        seconds=round(time.time() - started, 6),
        retries=retries,
        finish=getattr(response.choices[0], "finish_reason", None),
    )


def _usd(llm: Llm, response: Any) -> float | None:
    """By the prices set, else by litellm's table; a model it does not know comes out as None or as 0.0."""
    usage = getattr(response, "usage", None)
    per_in, per_out = llm.usd_per_million_tokens_in, llm.usd_per_million_tokens_out
    if per_in is not None and per_out is not None and usage is not None:
        return float(usage.prompt_tokens * per_in + usage.completion_tokens * per_out) / 1e6
    cost = getattr(response, "_hidden_params", {}).get("response_cost")
    return float(cost) if cost else None


def _fit(value: list[Any], llm: Llm) -> list[Any]:
    """What can be written down: no key that a gateway echoes, and U+FFFD for half a surrogate pair."""
    text = json.dumps(hidden(value, llm.provider.api_base), ensure_ascii=False)
    return list(json.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")))


def _split_thinking(text: str) -> tuple[str | None, str]:
    """(What an open model reasoned inline before it answered, its answer); an answer cut off before that is empty."""
    before, closed, after = text.partition("</think>")
    opened = re.match(r"\s*<think>", before)  # not there where the model's template writes it
    if not (opened or closed):
        return None, text
    return before[opened.end() if opened else 0 :].strip() or None, after.lstrip()


def _wait(state: tenacity.RetryCallState) -> float:
    """What the provider asked for, else exponential; jittered upwards, so that a crowd does not return at once."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ProviderError) else None
    backoff = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (state.attempt_number - 1))
    return asked + random.uniform(0, 0.5) if asked is not None else backoff * random.uniform(1, 1.5)  # noqa: S311
