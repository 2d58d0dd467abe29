"""Failures, named after the boundary that was crossed.

Two families: a `UserError` is something to correct before or after a run (one line, exit 2); an `EpisodeError`
spoils one episode, is kept under `failures/` and is never a reward. `boundary` is the one place where foreign
exceptions become ours.
"""

import difflib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tautraj.printable import escape_unprintable
from tautraj.redaction import redact_credentials, redact_keys


class TautrajError(Exception):
    """Anything this project raises on purpose. Its words are quoted everywhere: no key in them, fit to be shown."""

    def __init__(self, message: str) -> None:
        super().__init__(_sanitise(message))


class UserError(TautrajError):
    """Something the user can correct; the message ends with the next step."""


class ConfigError(UserError):
    """The configuration names something that does not exist, or contradicts itself."""


class PreflightError(UserError):
    """A seat cannot play: no key, a refused key, an unknown model, an address nobody answers at."""


class StoreError(UserError):
    """A run directory that cannot be used: another schema, no permission."""


class GaveUp(UserError):
    """Episodes kept failing for one reason: no new ones were begun."""


class Interrupted(TautrajError):
    """Ctrl-C, SIGTERM or Prefect's UI: what was under way has finished. `code`: 128 and a signal's number."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code


class EpisodeError(TautrajError):
    """One episode could not be played or graded. `transient` says whether playing it again may help."""

    transient = False


class ProviderError(EpisodeError):
    """A provider did not answer a call usefully. `retry_after` is the wait it asked for, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TransientProviderError(ProviderError):
    """Worth asking again; raised out of a call only once the provider's `retry_seconds` are used up."""

    transient = True


class RateLimited(TransientProviderError):
    """429, 529: too many requests or tokens."""


class ProviderTimeout(TransientProviderError):
    """No answer within `timeout_seconds`."""


class ProviderUnavailable(TransientProviderError):
    """5xx, refused or dropped connection."""


class MalformedResponse(TransientProviderError):
    """200, but not an answer: HTML, an empty body, no choices."""


class AuthenticationFailed(ProviderError):
    """401, 403: the key is missing, wrong, or not allowed this model."""


class QuotaExhausted(ProviderError):
    """402, or a 429 or 400 that says so: no credit, or the day's quota is used up. Waiting a minute does not help."""


class ModelNotFound(ProviderError):
    """404: no such model at this address."""


class ContextTooLong(ProviderError):
    """The conversation no longer fits the model's context."""


class ContentRefused(ProviderError):
    """The provider's content filter refused the call or its answer."""


class BadRequest(ProviderError):
    """Any other 4xx: the provider does not accept what was sent."""


class EmptyReply(ProviderError):
    """The customer's model said nothing, several times over."""

    transient = True


class SeatError(EpisodeError):
    """An agent or a customer strategy raised."""


class WorldClosed(SeatError):
    """An agent acted after the episode had ended; nothing was done."""


class LimitReached(WorldClosed):
    """An llm was to be asked when the episode had used up its seconds, tokens or USD; it was not."""


class WorldError(EpisodeError):
    """The benchmark's world could not be built, or broke in a way its own rules do not foresee."""


class WorkerDied(EpisodeError):
    """A process of `runner=processes` died, killed or out of memory, with this episode under way."""

    transient = True


class GradingError(EpisodeError):
    """The benchmark's evaluator raised: there is no reward."""


class BrokenRecord(EpisodeError):
    """An episode file that is not a whole record; it was set aside and its episode is owed again."""


class TrackingError(TautrajError):
    """MLflow could not be written; the run directory still has everything."""


def suggest_closest(word: str, known: Sequence[str]) -> str:
    """ " Did you mean …?" where something known comes close, else ""."""
    close = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {close[0]}?" if close else ""


@contextmanager
def boundary(kind: type[TautrajError], doing: str) -> Iterator[None]:
    """Raise whatever comes out of the block as `kind`, saying what was being done; ours pass unchanged."""
    try:
        yield
    except TautrajError:
        raise
    except Exception as error:  # noqa: BLE001 - this module is the one place that may
        text = " ".join(_sanitise(str(error)).split()) or "no message"
        told = "".join(traceback.format_exception(error))  # logged with ours, as long as it is the cause
        cause = error if _sanitise(told) == told else None
        raise kind(f"{doing}: {type(error).__name__}: {text[:500]}") from cause


@contextmanager
def translate_errors(translate: Callable[[Exception], TautrajError]) -> Iterator[None]:
    """Raise what `translate` makes of whatever comes out of the block; the original may quote a key and goes."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - as above
        raise translate(error) from None


def find_tautraj_error(error: BaseException) -> TautrajError | None:
    """The failure of ours that something else went wrong after."""
    before = error.__context__
    while before is not None and not isinstance(before, TautrajError):
        before = before.__context__
    return before


def _sanitise(text: str) -> str:
    return escape_unprintable(redact_credentials(redact_keys(text)))
