"""One llm call with its retries and rate limits.

Messages and tools are in OpenAI's format; litellm translates them to the provider's. Not here: parsing the response
(`llms.reply`), interpreting the text (`agents`, `users`).
"""

import functools
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import orjson
import tenacity

from tautraj.config import Llm
from tautraj.errors import MalformedResponse, ProviderError, TransientProviderError, boundary, translate_errors
from tautraj.llms.http_client import ensure_http_handler
from tautraj.llms.keys import read_api_key
from tautraj.llms.prompt_cache import count_limited_tokens_in, mark_for_cache
from tautraj.llms.provider_rules.raw_answer import RawAnswer, read_raw_answer
from tautraj.llms.provider_rules.thinking import add_empty_reasoning, find_refused_parameters
from tautraj.llms.rate_limits import CallPermit, get_provider_limits
from tautraj.llms.reply import Message, Reply, read_counts, read_reply

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds between attempts, for a provider that sends no Retry-After."""


class Ask(Protocol):
    """`chat` bound to the llm and settings of one seat; every call is recorded."""

    def __call__(self, messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> Reply: ...


def chat(
    llm: Llm, messages: Sequence[Message], tools: Sequence[dict[str, Any]] = (), *, seed: int | None = None
) -> Reply:
    """Call `llm` once; retry transient failures until the provider's `retry_seconds` are used up.

    Raises the `ProviderError` of the last attempt.
    """
    import litellm

    litellm.suppress_debug_info = True
    litellm.drop_params = False  # tau2 sets it globally; litellm then sends twice on a 422. Set per call below
    started = time.time()
    request = _build_request(llm, messages, tools, seed)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientProviderError),
        stop=tenacity.stop_before_delay(llm.provider.retry_seconds),  # stop if the next wait would end later
        wait=_compute_wait,
        reraise=True,
    )
    for attempt in retrying:
        with attempt:
            response, raw = _ask_once(llm, request)
            with boundary(MalformedResponse, f"{llm.name} at {llm.provider.name}: reading the answer"):
                reply = read_reply(llm, response, raw, started, retries=attempt.retry_state.attempt_number - 1)
    return reply


def _build_request(
    llm: Llm, messages: Sequence[Message], tools: Sequence[dict[str, Any]], seed: int | None
) -> dict[str, Any]:
    provider = llm.provider
    route = "hosted_vllm" if llm.is_served_by_run else provider.route  # servers started by the run
    request: dict[str, Any] = {
        "model": f"{route}/{llm.name}",
        "messages": add_empty_reasoning(messages),
        "timeout": provider.timeout_seconds,
        "num_retries": 0,  # litellm's and the SDK's retries are off: only this module retries
        "max_retries": 0,
        "drop_params": True,  # some models accept no seed or temperature
        "api_base": provider.api_base,
        "api_key": read_api_key(llm) or "none",  # else litellm takes a key from a variable of its own choice
        "temperature": llm.temperature,
        "max_tokens": llm.max_tokens,
        "seed": seed,
        "tools": tools or None,
        **llm.extra,
    }
    refused = find_refused_parameters(llm.name, request)
    sent = {key: value for key, value in request.items() if value is not None and key not in refused}
    return mark_for_cache(llm, sent)


def _ask_once(llm: Llm, request: dict[str, Any]) -> tuple[Any, RawAnswer]:
    """litellm's response, and the answer as the provider sent it. Raises `ProviderError`."""
    from tautraj.llms.error_mapping import raise_if_failed, to_provider_error

    chars = _count_chars(request) if llm.provider.tokens_per_minute else 0
    bodies: list[str] = []
    with get_provider_limits(llm.provider).call_permit(chars) as permit:
        with translate_errors(lambda error: to_provider_error(error, llm)):
            response = _complete({**request, "logger_fn": lambda details: _observe(permit, bodies, details)})
            permit.raise_failure()
            permit.tokens_in = count_limited_tokens_in(llm, getattr(response, "usage", None))
            permit.tokens_out = read_counts(response)[1]
        raw = read_raw_answer(bodies[0] if bodies else "")
        raise_if_failed(raw, llm)
        return response, raw


def _count_chars(request: dict[str, Any]) -> int:
    """Approximate size of messages and tools, in characters."""
    chars = sum(len(str(m.get("content") or "")) + len(str(m.get("tool_calls") or "")) for m in request["messages"])
    return chars + len(orjson.dumps(request.get("tools")))


def _observe(permit: CallPermit, bodies: list[str], details: dict[str, Any]) -> None:
    """litellm calls its logger just before it sends a request (`pre_api_call`) and again with the response's body."""
    if details.get("log_event_type") == "pre_api_call":
        permit.wait()
    elif isinstance(body := details.get("original_response"), str):  # some routes log their parsed response as well
        bodies.append(body)


def _complete(request: dict[str, Any]) -> Any:
    """Call litellm, marked as internal: it then skips its success logging, a fifth of its work and unused here."""
    import litellm
    from litellm._internal_context import is_internal_call

    from tautraj.llms import openai_fast_path

    ensure_http_handler()
    _register_model(request["model"])
    if openai_fast_path.is_supported(request):
        return openai_fast_path.complete(request)
    if "tools" in request:  # litellm edits the schemas in place for some providers
        request = {**request, "tools": orjson.loads(orjson.dumps(request["tools"]))}
    token = is_internal_call.set(True)
    try:
        return litellm.completion(**request)
    finally:
        is_internal_call.reset(token)


@functools.cache
def _register_model(model: str) -> None:
    """Register a model unknown to litellm: it looks a model up ten times per call and does not cache misses."""
    import litellm

    with suppress(ImportError):  # OpenAI's SDK fails if another thread is importing it at the time
        import httpx2  # noqa: F401
    try:
        litellm.get_model_info(model)
    except litellm.ModelNotMappedError:
        litellm.register_model({model: {"litellm_provider": model.partition("/")[0], "mode": "chat"}})


def _compute_wait(state: tenacity.RetryCallState) -> float:
    """Seconds to the next attempt: Retry-After, else exponential backoff; jitter spreads out concurrent callers."""
    error = state.outcome.exception() if state.outcome else None
    retry_after = error.retry_after if isinstance(error, ProviderError) else None
    backoff = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (state.attempt_number - 1))
    return retry_after + random.uniform(0, 0.5) if retry_after is not None else backoff * random.uniform(1, 1.5)  # noqa: S311
