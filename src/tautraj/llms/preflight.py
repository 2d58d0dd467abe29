"""Checks before the first episode: every seat has its key, and its llm answers one short call with the seat's tools.

Not here: which tools a seat has (`runs.startup`), the key itself (`llms.keys`).
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from tautraj.config import Llm
from tautraj.errors import (
    AuthenticationFailed,
    ModelNotFound,
    PreflightError,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
)
from tautraj.llms.chat import chat
from tautraj.llms.http_client import describe_proxy
from tautraj.llms.keys import find_key_fault, find_key_variable, read_api_key

OFFLINE_HINT = "run with model=oracle user=scripted"

UNREACHABLE_ADDRESS = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so a connection is refused at once."""

MAX_RETRY_SECONDS = 20.0
"""Upper bound of `retry_seconds` during the check."""

UNRELATED_TO_TOOLS = (AuthenticationFailed, QuotaExhausted, RateLimited, ProviderTimeout)
"""Failures after which the call is not tried without tools."""

VERSIONED_ROUTES = ("openai", "hosted_vllm")
"""Routes whose addresses usually end in /v1."""

CHARS_PER_TOKEN = 4.5
"""Of policies and JSON schemas; rather too many, so that a context is refused only if it is too small."""

ROOMY_CONTEXT = 32768
"""Tokens with room for policy, tools and the longest conversations of every domain."""


class SeatCheck(NamedTuple):
    """What the episodes will need of a seat's llm."""

    seat: str
    """Its key in the configuration."""
    llm: Llm
    tools: Sequence[dict[str, Any]] = ()
    """The tools that go along with its requests."""
    prompt: str = ""
    """The system prompt that its requests begin with."""
    instead: str = OFFLINE_HINT
    """What can be done without this llm: the last words of a message about it."""


def check_seats(checks: Sequence[SeatCheck]) -> list[str]:
    """Raise `PreflightError` with one line per seat that cannot play; return a line per doubt about one that may.

    Each distinct pair of llm and tools gets one call.
    """
    online = [check for check in checks if not check.llm.is_offline]
    faults = [fault for check in online if (fault := _check_key(check) or _check_context(check))]
    if not faults:
        distinct: dict[bytes, SeatCheck] = {}
        for check in online:
            distinct.setdefault(orjson.dumps([check.llm.model_dump(), check.tools]), check)
        faults = [fault for check in distinct.values() if (fault := _check_answer(check))]
    if faults:
        raise PreflightError("\n".join(dict.fromkeys(faults)))
    return list(dict.fromkeys(doubt for check in online if (doubt := _doubt_context(check))))


def warm_up(llms: Iterable[Llm]) -> None:
    """Make litellm load everything that a call to these llms needs, without reaching a provider.

    The first call of a process takes seconds. Without this, many calls admitted by the rate limits at one time would
    be sent at a later one, too close to those of the next minute.
    """
    for llm in llms:
        if not llm.is_offline:
            unreachable = llm.provider.model_copy(
                update={"api_base": UNREACHABLE_ADDRESS, "api_key_env": None, "retry_seconds": 0.0}
            )
            with suppress(ProviderError):
                chat(llm.model_copy(update={"provider": unreachable}), [{"role": "user", "content": "hello"}])


def _check_key(check: SeatCheck) -> str | None:
    seat, llm, instead = check.seat, check.llm, check.instead
    key = read_api_key(llm)
    if key is None:
        if llm.provider.is_key_optional:
            return None
        return f"{seat}={llm.name} needs {llm.provider.api_key_env}. Put it in .env, or {instead}."
    fault = find_key_fault(key)
    return f"{seat}={llm.name}: {find_key_variable(llm)} {fault}, or {instead}." if fault else None


def _check_context(check: SeatCheck) -> str | None:
    """Ollama cuts what exceeds `num_ctx` from the front, the policy first, and does not report it."""
    seat, llm, tools, prompt, instead = check
    context = llm.extra.get("num_ctx")
    needed = round((len(prompt) + len(orjson.dumps(tools))) / CHARS_PER_TOKEN)
    if not isinstance(context, int) or context > needed:
        return None
    return (
        f"{seat}={llm.name}: {seat}.extra.num_ctx={context} has no room for a conversation: policy and tools take "
        f"about {needed} tokens. Use {seat}.extra.num_ctx={ROOMY_CONTEXT}, or {instead}."
    )


def _doubt_context(check: SeatCheck) -> str | None:
    if check.llm.provider.route != "ollama_chat" or "num_ctx" in check.llm.extra:
        return None
    return (
        f"{check.seat}={check.llm.name}: no num_ctx is sent, and Ollama silently cuts the policy from requests that "
        f"exceed its own limit, often 4096 tokens. Unless it is set higher there, add "
        f"+{check.seat}.extra.num_ctx={ROOMY_CONTEXT}"
    )


def _check_answer(check: SeatCheck) -> str | None:
    try:
        _ask(check.llm, check.tools, MAX_RETRY_SECONDS)
    except ProviderError as error:
        return describe_failure(check, error)
    return None


def describe_failure(check: SeatCheck, error: ProviderError) -> str:
    """The error of a call in one line that ends with the next step."""
    from tautraj.llms.error_mapping import names_next_step  # loads litellm

    if names_next_step(error):
        return f"{check.seat}: {error} [{type(error).__name__}]. Or {check.instead}."
    is_about_tools = check.tools and not isinstance(error, UNRELATED_TO_TOOLS) and _answers_without_tools(check)
    next_step = _suggest_for_tools(check) if is_about_tools else _suggest_next_step(check, error)
    return f"{check.seat}: {error} [{type(error).__name__}]. {next_step}"


def _ask(llm: Llm, tools: Sequence[dict[str, Any]], retry_seconds: float) -> None:
    """The call has no limit of tokens of its own: a reasoning model may need hundreds before it says anything."""
    retry_seconds = min(retry_seconds, llm.provider.retry_seconds)
    provider = llm.provider.model_copy(update={"retry_seconds": retry_seconds})
    chat(llm.model_copy(update={"provider": provider}), [{"role": "user", "content": "Reply with: ok"}], tools)


def _answers_without_tools(check: SeatCheck) -> bool:
    try:
        _ask(check.llm, (), 0.0)
    except ProviderError:
        return False
    return True


def _suggest_for_tools(check: SeatCheck) -> str:
    other = (
        "use an agent without native tools, e.g. agent=react"
        if check.seat == "model"
        else "choose another customer with user=…"
    )
    return (
        "It answers without tools and refuses them: start the server with a tool-call parser (vLLM: "
        f"--enable-auto-tool-choice --tool-call-parser …), choose a model that takes tools, or {other}."
    )


def _suggest_next_step(check: SeatCheck, error: ProviderError) -> str:
    seat, llm, instead = check.seat, check.llm, check.instead
    variable = llm.provider.api_key_env
    address = llm.provider.api_base
    if isinstance(error, AuthenticationFailed):
        if variable and not find_key_variable(llm):
            return f"Put the key in .env as {variable}, or {instead}."
        return f"Check {find_key_variable(llm) or seat + '.provider.api_key_env'}, or {instead}."
    if isinstance(error, ModelNotFound):
        if address and not _mentions_model(llm, error):
            return f"No model is mentioned, so the address is likely wrong: {_suggest_address(check, address)}."
        return f"Choose another model with {seat}.name=…, or {instead}."
    if isinstance(error, QuotaExhausted):
        return f"Add credit or wait until the quota is renewed, or {instead}."
    proxy = describe_proxy(address)
    through = f" through the proxy {proxy}" if proxy else ""
    address = address or "the provider's own address"
    return f"Check that {address} answers{through} ({seat}.provider.api_base=…), or {instead}."


def _mentions_model(llm: Llm, error: ProviderError) -> bool:
    """Whether the provider's own words are about a model. The message begins with ours, which name one."""
    words = str(error).removeprefix(f"{llm.name} at {llm.provider.name}: ")
    return "model" in words.lower() or llm.name in words


def _suggest_address(check: SeatCheck, address: str) -> str:
    seat, llm, instead = check.seat, check.llm, check.instead
    if llm.provider.route in VERSIONED_ROUTES and not re.search(r"/v\d", urlsplit(address).path):
        return f"it lacks the last part. Try {seat}.provider.api_base={address.rstrip('/')}/v1, or {instead}"
    return f"check {seat}.provider.api_base={address}, or {instead}"
