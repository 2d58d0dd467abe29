"""Maps litellm's exceptions to the `ProviderError` types of `errors`.

litellm chooses its classes by the text of an error before its status: a 401 may come as BadRequestError, an
unreadable 200 as a 422 or a 500. The order here is therefore: the classes that are reliable, known phrases in the
text, transport errors among the causes, the status that the server sent.
"""

import email.utils
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeGuard

import httpx
import litellm
import openai
import orjson

from tautraj import errors
from tautraj.config import Llm
from tautraj.errors import ProviderError
from tautraj.llms.keys import read_api_key
from tautraj.llms.provider_rules.raw_answer import RawAnswer
from tautraj.llms.provider_rules.response_repair import read_error_status
from tautraj.redaction import MARK, redact_keys

BY_WORDS: list[tuple[re.Pattern[str], type[ProviderError]]] = [
    (
        re.compile(
            r"context[_ ](length|window|limit|size)|(prompt|input|request)( length)? (is )?too (long|large)"
            r"|model (length|token limit)|input length should be|(input|prompt) tokens? .*exceeds? the"
            r"|reduce the length of the",
            re.IGNORECASE,
        ),
        errors.ContextTooLong,
    ),
    (
        re.compile(r"content_filter|content_policy|content management policy|(prompt|input) was flagged"),
        errors.ContentRefused,
    ),
    (
        # Google writes "quota" for every limit; only quotaId distinguishes per day from per minute.
        re.compile(
            r"insufficient_quota|billing_hard_limit|billing_not_active|credit balance is too low"
            r"|specified API usage limits|quotaId\W+\w*PerDay|free-models-per-day"
        ),
        errors.QuotaExhausted,
    ),
]

BY_CLASS: list[tuple[type[Exception], type[ProviderError]]] = [
    (litellm.ContextWindowExceededError, errors.ContextTooLong),
    (litellm.ContentPolicyViolationError, errors.ContentRefused),
    (litellm.AuthenticationError, errors.AuthenticationFailed),  # Gemini sends 400
    (litellm.Timeout, errors.ProviderTimeout),
]

BY_STATUS: dict[int, type[ProviderError]] = {
    401: errors.AuthenticationFailed,
    402: errors.QuotaExhausted,
    403: errors.AuthenticationFailed,
    404: errors.ModelNotFound,
    408: errors.ProviderTimeout,
    409: errors.ProviderUnavailable,  # OpenAI's and Anthropic's SDKs retry it
    413: errors.ContextTooLong,
    425: errors.ProviderUnavailable,
    429: errors.RateLimited,
    499: errors.ProviderUnavailable,  # Google's CANCELLED: it, not this client, ended the call
    504: errors.ProviderTimeout,
    529: errors.RateLimited,
}


NEXT_STEPS = [
    (
        re.compile(r"request too large.*tokens per min", re.IGNORECASE),  # OpenAI's and Groq's words
        "No minute has room for this request. Raise the limit at the provider and provider.tokens_per_minute here, "
        "or choose a model with a higher one.",
    ),
    (
        re.compile(r"/responses\b|responses endpoint"),
        "Use name=responses/{name} for that endpoint, or +extra.reasoning_effort=none.",
    ),
    (
        re.compile(r"expected.{0,20} thinking\b.*found", re.IGNORECASE),  # Anthropic's
        "The model wants its thinking back before a call: use agent.replay_reasoning=true, or a model that may "
        "answer without thinking.",
    ),
    (
        re.compile(r"roles must alternate|should alternate with", re.IGNORECASE),  # chat templates', Perplexity's
        "Add +model.extra.ensure_alternating_roles=true (user.… for the customer).",
    ),
]
"""Words of a refusal -> what the user can do, for a seat `model.…` or `user.…`."""

SECONDS = re.compile(r"\s*[0-9]{1,15}(\.[0-9]*)?\s*")
"""A wait in Retry-After that is no date."""

MIN_KEY_LENGTH = 4
"""Shorter keys are not masked: hardly a message would be left."""

LITELLM_PREFIX = re.compile(r"^(litellm\.)?(\w+(Error|Exception|Timeout)( -|:) ?)*(Error code: \d+ - )?")


def to_provider_error(error: Exception, llm: Llm) -> ProviderError:
    """The typed failure of a call to `llm`, with the provider's Retry-After. Keys are redacted from the text."""
    text = str(error).split("Traceback (most recent call last)")[0]  # litellm appends a traceback
    text = _redact(" ".join(text.split()), llm)
    kind = _classify_error(error, text)
    words = _redact(_find_words(error) or LITELLM_PREFIX.sub("", text), llm)
    return build_error(kind, llm, words or type(error).__name__, retry_after=_parse_retry_after(error))


def raise_if_failed(raw: RawAnswer, llm: Llm) -> None:
    """Raise the typed failure of an answer whose ending says that it is none, with the provider's words."""
    if raw.is_context_exceeded:
        raise build_error(errors.ContextTooLong, llm, f"the answer ended with {raw.finish}")
    if raw.is_broken_off:
        words = _redact(" ".join(read_message(raw.error).split()), llm)
        kind = BY_STATUS.get(read_error_status(raw.error), errors.ProviderUnavailable)
        text = f"the answer was broken off ({raw.finish}): {words or raw.detail or 'no reason given'}"
        raise build_error(_find_kind_by_words(words) or kind, llm, text)


def build_error(
    kind: type[ProviderError], llm: Llm, words: str, *, retry_after: float | None = None
) -> ProviderError:
    """A failure with the provider's words, and the next step where only the user can take it."""
    text = f"{llm.name} at {llm.provider.name}: {words[:400]}"
    for pattern, step in NEXT_STEPS:
        if pattern.search(words):
            text = f"{text.rstrip('.')}. {step.format(name=llm.name)}"
    return kind(text, retry_after=retry_after)


def names_next_step(error: ProviderError) -> bool:
    """Whether `build_error` added one."""
    return any(pattern.search(str(error)) for pattern, _ in NEXT_STEPS)


def read_message(error: Any) -> str:
    """The words of an `error` in a body: its message, and the upstream provider's that OpenRouter quotes."""
    if not isinstance(error, dict):
        return str(error or "")
    metadata = error.get("metadata")
    quoted = metadata.get("raw") if isinstance(metadata, dict) else None
    message = str(error.get("message") or "")
    return f"{message} ({quoted})" if quoted else message


def _redact(text: str, llm: Llm) -> str:
    """Mask keys, and the key of `llm` even if it is so short or plain that answers may contain it."""
    text, key = redact_keys(text, llm.provider.api_base), read_api_key(llm)
    if key is None or len(key) < MIN_KEY_LENGTH:
        return text
    return re.sub(rf"(?<!\w){re.escape(key)}(?!\w)", MARK, text)


def _classify_error(error: Exception, text: str) -> type[ProviderError]:
    causes = list(_iter_causes(error))
    refused = next((cause.response.status_code for cause in causes if _is_refusal(cause)), None)
    status: int = refused or getattr(error, "status_code", None) or 0
    for foreign, ours in BY_CLASS:
        if isinstance(error, foreign):
            return ours
    if 400 <= status < 500:
        searched = " ".join([text, *(str(code) for cause in causes if (code := getattr(cause, "code", None)))])
        if by_words := _find_kind_by_words(searched):
            return by_words
    if any(isinstance(cause, httpx.TimeoutException) for cause in causes):
        return errors.ProviderTimeout
    if any(isinstance(cause, httpx.TransportError) for cause in causes):
        return errors.ProviderUnavailable
    if refused is None and status not in (400, 401, 403, 404):
        return errors.MalformedResponse  # no error status, no transport error: litellm could not parse the response
    if status in BY_STATUS:
        return BY_STATUS[status]
    return errors.BadRequest if 400 <= status < 500 else errors.ProviderUnavailable


def _find_kind_by_words(text: str) -> type[ProviderError] | None:
    return next((kind for pattern, kind in BY_WORDS if pattern.search(text)), None)


def _find_words(error: Exception) -> str | None:
    """The message in the body that the server sent; None if there is none, or in a form that is not known."""
    for cause in _iter_causes(error):
        if _is_refusal(cause):
            try:
                body = orjson.loads(cause.response.content)
            except (ValueError, httpx.StreamError):
                return None
            body = body[0] if isinstance(body, list) and body else body
            if not isinstance(body, dict):
                return None
            body_error = body.get("error") or body.get("message") or body.get("detail")
            return " ".join(read_message(body_error).split()) if isinstance(body_error, dict | str) else None
    return None


def _iter_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_refusal(cause: BaseException) -> TypeGuard[httpx.HTTPStatusError | openai.APIStatusError]:
    """Whether `cause` holds the status the server sent. litellm's subclasses of openai's errors make up theirs."""
    is_litellm = type(cause).__module__.startswith("litellm")
    if is_litellm or not isinstance(cause, httpx.HTTPStatusError | openai.APIStatusError):
        return False
    return cause.response.is_error


def _parse_retry_after(error: Exception) -> float | None:
    """Seconds, from the header (number or date) or from `retryDelay` in Google's response body.

    None without, or for a value that is neither: below 0, `nan`, `inf`.
    """
    headers = getattr(error, "litellm_response_headers", None)
    value = headers.get("retry-after") if headers is not None else None
    if value is None:
        match = re.search(r'"retryDelay":\s*"([\d.]+)s"', str(error))
        value = match[1] if match else None
    if value is None:
        return None
    if SECONDS.fullmatch(value):
        return float(value)
    with suppress(ValueError, OverflowError):  # a date out of range
        date = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
    return None
