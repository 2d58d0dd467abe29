"""Checks before the first episode: every seat has its key, and every llm answers one short call."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from tautraj.config import Llm
from tautraj.errors import AuthenticationFailed, ModelNotFound, PreflightError, ProviderError, QuotaExhausted
from tautraj.llms.chat import chat, read_api_key

OFFLINE_HINT = "run with model=oracle user=scripted"

UNREACHABLE_ADDRESS = "http://127.0.0.1:9"
"""The discard port: nothing listens there, so a connection is refused at once."""

MAX_RETRY_SECONDS = 20.0
"""Upper bound of `retry_seconds` during the check."""


def check_seats(seats: Sequence[tuple[str, Llm]]) -> None:
    """Raise `PreflightError` with one line per seat that cannot play. `seats`: (key in the configuration, llm)."""
    online = [(seat, llm) for seat, llm in seats if not llm.is_offline]
    faults = [fault for seat, llm in online if (fault := _check_key(seat, llm))]
    if not faults:
        distinct = [pair for index, pair in enumerate(online) if pair[1] not in [llm for _, llm in online[:index]]]
        faults = [fault for seat, llm in distinct if (fault := _check_answer(seat, llm))]
    if faults:
        raise PreflightError("\n".join(faults))


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


def _check_key(seat: str, llm: Llm) -> str | None:
    name = llm.provider.api_key_env
    if name is None or read_api_key(llm):
        return None
    return f"{seat}={llm.name} needs {name}. Put it in .env, or {OFFLINE_HINT}."


def _check_answer(seat: str, llm: Llm) -> str | None:
    retry_seconds = min(MAX_RETRY_SECONDS, llm.provider.retry_seconds)
    provider = llm.provider.model_copy(update={"retry_seconds": retry_seconds})
    try:
        chat(llm.model_copy(update={"provider": provider}), [{"role": "user", "content": "Reply with: ok"}])
    except ProviderError as error:
        return f"{seat}: {error} [{type(error).__name__}]. {_suggest_next_step(seat, llm, error)}"
    return None


def _suggest_next_step(seat: str, llm: Llm, error: ProviderError) -> str:
    if isinstance(error, AuthenticationFailed):
        return f"Check {llm.provider.api_key_env or seat + '.provider.api_key_env'}, or {OFFLINE_HINT}."
    if isinstance(error, ModelNotFound):
        return f"Choose another model with {seat}.name=…, or {OFFLINE_HINT}."
    if isinstance(error, QuotaExhausted):
        return f"Add credit or wait until the quota is renewed, or {OFFLINE_HINT}."
    address = llm.provider.api_base or "the provider's own address"
    return f"Check that {address} answers ({seat}.provider.api_base=…), or {OFFLINE_HINT}."
