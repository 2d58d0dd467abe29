"""Ask an llm: one call, its retries, its limits.

Messages and tools are the OpenAI protocol's; litellm speaks the provider's own. Not here: what the answer holds
(`answers`), what it means (`agents`, `users`).
"""

import functools
import os
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
from tautraj.llms.rate_limits import CallPermit, get_provider_limits
from tautraj.llms.reply import Message, Reply, read_reply

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds; between attempts, where the provider does not name its own wait."""


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
    request = _build_request(llm, messages, tools, seed)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientProviderError),
        stop=tenacity.stop_before_delay(llm.provider.retry_seconds),  # when the next wait would end after that
        wait=_compute_wait,
        reraise=True,
    )
    for attempt in retrying:
        with attempt:
            response = _ask_once(llm, request)
            with boundary(MalformedResponse, f"{llm.name} at {llm.provider.name}: reading the answer"):
                reply = read_reply(llm, response, started, retries=attempt.retry_state.attempt_number - 1)
    return reply


def read_api_key(llm: Llm) -> str | None:
    """From the environment; None when the provider needs none or none is set."""
    name = llm.provider.api_key_env
    return os.environ.get(name) or None if name else None


def _build_request(
    llm: Llm, messages: Sequence[Message], tools: Sequence[dict[str, Any]], seed: int | None
) -> dict[str, Any]:
    provider = llm.provider
    route = "hosted_vllm" if llm.is_served_by_run else provider.route  # the run's own servers speak OpenAI's protocol
    request: dict[str, Any] = {
        "model": f"{route}/{llm.name}",
        "messages": list(messages),
        "timeout": provider.timeout_seconds,
        "num_retries": 0,  # litellm's own and the SDK's: this module is the only place that retries
        "max_retries": 0,
        "drop_params": True,  # seed and temperature are not everywhere
        "api_base": provider.api_base,
        "api_key": read_api_key(llm) or ("none" if provider.api_key_env is None else None),
        "temperature": llm.temperature,
        "max_tokens": llm.max_tokens,
        "seed": seed,
        "tools": tools or None,
        **llm.extra,
    }
    return {key: value for key, value in request.items() if value is not None}


def _ask_once(llm: Llm, request: dict[str, Any]) -> Any:
    from tautraj.llms.error_mapping import to_provider_error

    chars = _count_chars(request) if llm.provider.tokens_per_minute else 0
    with (
        get_provider_limits(llm.provider).call_permit(chars) as room,
        translate_errors(lambda error: to_provider_error(error, llm)),
    ):
        response = _complete({**request, "logger_fn": lambda details: _wait_when_sending(room, details)})
        room.raise_failure()
        usage = getattr(response, "usage", None)
        room.tokens_in = getattr(usage, "prompt_tokens", None)
        room.tokens_out = getattr(usage, "completion_tokens", None)
        return response


def _count_chars(request: dict[str, Any]) -> int:
    """About so many characters."""
    said = sum(len(str(m.get("content") or "")) + len(str(m.get("tool_calls") or "")) for m in request["messages"])
    return said + len(orjson.dumps(request.get("tools")))


def _wait_when_sending(permit: CallPermit, details: dict[str, Any]) -> None:
    """litellm tells its logger before it sends a request and after; between the two nothing is left to do."""
    if details.get("log_event_type") == "pre_api_call":
        permit.wait()


def _complete(request: dict[str, Any]) -> Any:
    """litellm's, without what it prepares for loggers after a success: a fifth of its work, and there are none."""
    import litellm
    from litellm._internal_context import is_internal_call

    from tautraj.llms import openai_fast_path as direct

    ensure_http_handler()
    _register_model(request["model"])
    if direct.is_supported(request):
        return direct.complete(request)
    if "tools" in request:  # litellm edits the schemas on its way to some
        request = {**request, "tools": orjson.loads(orjson.dumps(request["tools"]))}
    token = is_internal_call.set(True)
    try:
        return litellm.completion(**request)
    finally:
        is_internal_call.reset(token)


@functools.cache
def _register_model(model: str) -> None:
    """litellm looks ten times per call for what it may know of a model, each time anew where that is nothing."""
    import litellm

    with suppress(ImportError):  # OpenAI's SDK trips over it while another thread is importing it
        import httpx2  # noqa: F401
    try:
        litellm.get_model_info(model)
    except litellm.ModelNotMappedError:
        litellm.register_model({model: {"litellm_provider": model.partition("/")[0], "mode": "chat"}})


def _compute_wait(state: tenacity.RetryCallState) -> float:
    """What the provider asked for, else exponential; jittered upwards, so that a crowd does not return at once."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.retry_after if isinstance(error, ProviderError) else None
    backoff = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (state.attempt_number - 1))
    return asked + random.uniform(0, 0.5) if asked is not None else backoff * random.uniform(1, 1.5)  # noqa: S311
