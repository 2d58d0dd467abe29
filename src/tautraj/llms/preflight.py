"""Can every seat play? Asked before the first episode, one short call per llm."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from tautraj.config import Llm
from tautraj.errors import AuthenticationFailed, ModelNotFound, PreflightError, ProviderError, QuotaExhausted
from tautraj.llms.chat import chat, read_api_key

OFFLINE_HINT = "run with model=oracle user=scripted"

UNREACHABLE_ADDRESS = "http://127.0.0.1:9"
"""The discard port, where nobody answers: refused at once."""

MAX_RETRY_SECONDS = 20.0
"""Seconds for a provider that is busy just now."""


def check_seats(seats: Sequence[tuple[str, Llm]]) -> None:
    """Raise `PreflightError`, one line per seat that cannot play. `seats`: (key in the configuration, llm)."""
    playing = [(seat, llm) for seat, llm in seats if not llm.is_offline]
    faults = [fault for seat, llm in playing if (fault := _check_key(seat, llm))]
    if not faults:
        distinct = [pair for index, pair in enumerate(playing) if pair[1] not in [llm for _, llm in playing[:index]]]
        faults = [fault for seat, llm in distinct if (fault := _check_answer(seat, llm))]
    if faults:
        raise PreflightError("\n".join(faults))


def warm_up(llms: Iterable[Llm]) -> None:
    """Have litellm load all that a call to these takes; nobody is called.

    The first call of a process takes seconds. Many of them at once were let through at one time and would arrive at
    another, too close to the next minute's.
    """
    for llm in llms:
        if not llm.is_offline:
            nobody = llm.provider.model_copy(
                update={"api_base": UNREACHABLE_ADDRESS, "api_key_env": None, "retry_seconds": 0.0}
            )
            with suppress(ProviderError):
                chat(llm.model_copy(update={"provider": nobody}), [{"role": "user", "content": "hello"}])


def _check_key(seat: str, llm: Llm) -> str | None:
    name = llm.provider.api_key_env
    if name is None or read_api_key(llm):
        return None
    return f"{seat}={llm.name} needs {name}. Put it in .env, or {OFFLINE_HINT}."


def _check_answer(seat: str, llm: Llm) -> str | None:
    patience = min(MAX_RETRY_SECONDS, llm.provider.retry_seconds)
    provider = llm.provider.model_copy(update={"retry_seconds": patience})
    try:
        chat(llm.model_copy(update={"provider": provider}), [{"role": "user", "content": "Reply with: ok"}])
    except ProviderError as error:
        return f"{seat}: {error} [{type(error).__name__}]. {_suggest_next_step(seat, llm, error)}"
    return None


def _suggest_next_step(seat: str, llm: Llm, error: ProviderError) -> str:
    if isinstance(error, AuthenticationFailed):
        return f"Check {llm.provider.api_key_env or seat + '.provider.api_key_env'}, or {OFFLINE_HINT}."
    if isinstance(error, ModelNotFound):
        return f"Name another: {seat}.name=…, or {OFFLINE_HINT}."
    if isinstance(error, QuotaExhausted):
        return f"Add credit or wait until the quota is renewed, or {OFFLINE_HINT}."
    where = llm.provider.api_base or "the provider's own address"
    return f"Check that {where} answers ({seat}.provider.api_base=…), or {OFFLINE_HINT}."
