"""Can every seat play? Asked before the first episode, one short call per llm."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from tautraj.config import Llm
from tautraj.errors import AuthenticationFailed, ModelNotFound, PreflightError, ProviderError, QuotaExhausted
from tautraj.llms.chat import api_key, chat

OFFLINE = "run with model=oracle user=scripted"

NOWHERE = "http://127.0.0.1:9"
"""The discard port, where nobody answers: refused at once."""

PATIENCE = 20.0
"""Seconds for a provider that is busy just now."""


def preflight(seats: Sequence[tuple[str, Llm]]) -> None:
    """Raise `PreflightError`, one line per seat that cannot play. `seats`: (key in the configuration, llm)."""
    playing = [(seat, llm) for seat, llm in seats if not llm.offline]
    faults = [fault for seat, llm in playing if (fault := _missing_key(seat, llm))]
    if not faults:
        distinct = [pair for index, pair in enumerate(playing) if pair[1] not in [llm for _, llm in playing[:index]]]
        faults = [fault for seat, llm in distinct if (fault := _refusal(seat, llm))]
    if faults:
        raise PreflightError("\n".join(faults))


def warm_up(llms: Iterable[Llm]) -> None:
    """Have litellm load all that a call to these takes; nobody is called.

    The first call of a process takes seconds. Many of them at once were let through at one time and would arrive at
    another, too close to the next minute's.
    """
    for llm in llms:
        if not llm.offline:
            nobody = llm.provider.model_copy(update={"api_base": NOWHERE, "api_key_env": None, "retry_seconds": 0.0})
            with suppress(ProviderError):
                chat(llm.model_copy(update={"provider": nobody}), [{"role": "user", "content": "hello"}])


def _missing_key(seat: str, llm: Llm) -> str | None:
    name = llm.provider.api_key_env
    if name is None or api_key(llm):
        return None
    return f"{seat}={llm.name} needs {name}. Put it in .env, or {OFFLINE}."


def _refusal(seat: str, llm: Llm) -> str | None:
    patience = min(PATIENCE, llm.provider.retry_seconds)
    provider = llm.provider.model_copy(update={"retry_seconds": patience})
    try:
        chat(llm.model_copy(update={"provider": provider}), [{"role": "user", "content": "Reply with: ok"}])
    except ProviderError as error:
        return f"{seat}: {error} [{type(error).__name__}]. {_next_step(seat, llm, error)}"
    return None


def _next_step(seat: str, llm: Llm, error: ProviderError) -> str:
    if isinstance(error, AuthenticationFailed):
        return f"Check {llm.provider.api_key_env or seat + '.provider.api_key_env'}, or {OFFLINE}."
    if isinstance(error, ModelNotFound):
        return f"Name another: {seat}.name=…, or {OFFLINE}."
    if isinstance(error, QuotaExhausted):
        return f"Add credit or wait until the quota is renewed, or {OFFLINE}."
    where = llm.provider.api_base or "the provider's own address"
    return f"Check that {where} answers ({seat}.provider.api_base=…), or {OFFLINE}."
