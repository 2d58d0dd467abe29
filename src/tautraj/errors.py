"""Typed failures: one class per boundary at which they are raised.

Two families: a `UserError` can be corrected by the user (one line, exit 2); an `EpisodeError` fails one episode, is
kept under `failures/` and never counts as a reward. Only `boundary` and `translate_errors` catch foreign exceptions.
"""

import difflib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tautraj.printable import collapse_whitespace, escape_unprintable
from tautraj.redaction import redact_text


class TautrajError(Exception):
    """Base class. The message is shown and stored in many places: keys are masked, control characters escaped."""

    exit_code = 2
    """Of a command that ends with it."""

    def __init__(self, message: str) -> None:
        super().__init__(_sanitise(message))


class UserError(TautrajError):
    """Something the user can correct; the message ends with the next step."""


class ConfigError(UserError):
    """The configuration names something that does not exist, or contradicts itself."""


class PreflightError(UserError):
    """A seat cannot play: no key, a refused key, an unknown model, an address that does not answer."""


class StoreError(UserError):
    """A run directory cannot be used: unknown schema, held by another process, not readable or writable."""


class GaveUp(UserError):
    """Episodes kept failing for the same reason: no new ones were started."""


class NothingFinished(UserError):
    """Every episode that was played failed, for whatever reasons."""

    exit_code = 1


class StepFailed(UserError):
    """A command of several ended with an error. `code`: its exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code


class Interrupted(TautrajError):
    """Stopped by Ctrl-C, SIGTERM or Prefect's UI, after running episodes had finished.

    `code`: the exit code, 128 + the signal's number.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code


class EpisodeError(TautrajError):
    """One episode could not be played or graded. `transient`: whether playing it again may help."""

    transient = False


class ProviderError(EpisodeError):
    """A provider gave no usable answer. `retry_after`: the wait that it requests, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TransientProviderError(ProviderError):
    """Worth retrying; `llms.chat` raises it only after retrying for the provider's `retry_seconds`."""

    transient = True


class RateLimited(TransientProviderError):
    """429, 529: too many requests or tokens."""


class ProviderTimeout(TransientProviderError):
    """No answer within `timeout_seconds`."""


class ProviderUnavailable(TransientProviderError):
    """5xx, refused or dropped connection."""


class MalformedResponse(TransientProviderError):
    """200 without an answer: HTML, an empty body, no choices."""


class AuthenticationFailed(ProviderError):
    """401, 403: the key is missing, wrong, or not allowed to use this model."""


class QuotaExhausted(ProviderError):
    """402, or a 429 or 400 that names it: no credit, or the daily quota is used up. A short wait does not help."""


class ModelNotFound(ProviderError):
    """404: no such model at this address."""


class ContextTooLong(ProviderError):
    """The conversation exceeds the model's context window, or what the provider takes in a minute."""


class ContentRefused(ProviderError):
    """The provider's content filter rejected the request or the answer."""


class BadRequest(ProviderError):
    """Any other 4xx: the provider rejected the request."""


class EmptyReply(ProviderError):
    """The customer's model returned an empty reply several times in a row."""

    transient = True


class InvalidToolCalls(ProviderError):
    """The customer called tools that it does not have, or wrote unreadable calls, several times in a row."""

    transient = True


class SeatError(EpisodeError):
    """An agent or a user strategy raised an exception."""


class WorldClosed(SeatError):
    """An agent acted after the episode had ended; the action was not carried out."""


class LimitReached(WorldClosed):
    """An llm call was refused: the episode has used up its seconds, tokens or USD."""


class WorldError(EpisodeError):
    """The benchmark's world could not be built, or failed in a way that its rules do not define."""


class WorkerDied(EpisodeError):
    """A worker process of `runner=processes` died (killed, out of memory) while it played this episode."""

    transient = True


class GradingError(EpisodeError):
    """The benchmark's evaluator raised an exception: there is no reward."""


class BrokenRecord(EpisodeError):
    """An episode file is not a valid record; it becomes a failure and its episode is owed again."""


class TrackingError(TautrajError):
    """MLflow could not be written; the run directory is complete all the same."""


def suggest_closest(word: str, known: Sequence[str]) -> str:
    """Return " Did you mean …?" with the known word closest to `word`; "" if none is close, or if it is a number."""
    if word.isdecimal():
        return ""
    matches = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {matches[0]}?" if matches else ""


@contextmanager
def boundary(kind: type[TautrajError], doing: str, next_step: str = "", *, component: bool = False) -> Iterator[None]:
    """Convert a foreign exception to `kind`; a `TautrajError` passes unchanged.

    `doing`, `next_step`: begin and end the message. `component`: the block runs an agent or a user strategy, whose
    own `BaseException`s are converted too. Ctrl-C passes, and so does what Prefect raises to end a flow where no
    component runs.
    """
    try:
        yield
    except (TautrajError, KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:  # only this module may
        if not (component or isinstance(error, (Exception, SystemExit))):
            raise
        logged = "".join(traceback.format_exception(error))  # tracebacks of ours include that of the cause
        cause = error if _sanitise(logged) == logged else None
        text = f"{doing}: {describe_exception(error)}"
        raise kind(f"{text.rstrip('.')}. {next_step}" if next_step else text) from cause


def describe_exception(error: BaseException) -> str:
    """Class and message on one line, 500 characters of the message at most. Never raises: `str(error)` may."""
    try:
        text = str(error)
    except Exception as unreadable:  # noqa: BLE001 - a component's class
        text = f"its message raises {type(unreadable).__name__}"
    return f"{type(error).__name__}: {(collapse_whitespace(_sanitise(text)) or 'no message')[:500]}"


def rebuild_error(error: BaseException) -> TautrajError:
    """`error` as its nearest class of this module, else as `SeatError`: it holds text only, so it can be pickled."""
    for kind in type(error).__mro__:
        if kind.__module__ == __name__ and issubclass(kind, (EpisodeError, UserError)):
            return kind(str(error) if kind is type(error) else describe_exception(error))
    return SeatError(describe_exception(error))


@contextmanager
def translate_errors(translate: Callable[[Exception], Exception]) -> Iterator[None]:
    """Raise `translate(error)` for any exception of the block, without the original as cause: it may quote a key."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - as above
        raise translate(error) from None


def find_tautraj_error(error: BaseException) -> TautrajError | None:
    """Return the latest `TautrajError` in the context chain of `error`, itself excluded; None if there is none."""
    context = error.__context__
    while context is not None and not isinstance(context, TautrajError):
        context = context.__context__
    return context


def _sanitise(text: str) -> str:
    return escape_unprintable(redact_text(text))
