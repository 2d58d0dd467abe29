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
from typing import TypeGuard

import httpx
import litellm
import openai

from tautraj import errors
from tautraj.config import Llm
from tautraj.errors import ProviderError
from tautraj.redaction import redact_keys

BY_WORDS: list[tuple[re.Pattern[str], type[ProviderError]]] = [
    (
        re.compile(r"context[_ ](length|window|limit|size)|(prompt|input) is too long"),
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
    413: errors.ContextTooLong,
    425: errors.ProviderUnavailable,
    429: errors.RateLimited,
    504: errors.ProviderTimeout,
    529: errors.RateLimited,
}


def to_provider_error(error: Exception, llm: Llm) -> ProviderError:
    """The typed failure of a call to `llm`, with the provider's Retry-After. Keys are redacted from the text."""
    text = " ".join(str(error).split("Traceback (most recent call last)")[0].split())  # litellm appends a traceback
    text = redact_keys(text, llm.provider.api_base)
    kind = _classify_error(error, text)
    return kind(f"{llm.name} at {llm.provider.name}: {text[:400]}", retry_after=_parse_retry_after(error))


def _classify_error(error: Exception, text: str) -> type[ProviderError]:
    causes = list(_iter_causes(error))
    refused = next((cause.response.status_code for cause in causes if _is_refusal(cause)), None)
    status: int = refused or getattr(error, "status_code", None) or 0
    for foreign, ours in BY_CLASS:
        if isinstance(error, foreign):
            return ours
    if 400 <= status < 500:
        searched = " ".join([text, *(str(code) for cause in causes if (code := getattr(cause, "code", None)))])
        for pattern, ours in BY_WORDS:
            if pattern.search(searched):
                return ours
    if any(isinstance(cause, httpx.TimeoutException) for cause in causes):
        return errors.ProviderTimeout
    if any(isinstance(cause, httpx.TransportError) for cause in causes):
        return errors.ProviderUnavailable
    if refused is None and status not in (400, 401, 403, 404):
        return errors.MalformedResponse  # no error status, no transport error: litellm could not parse the response
    if status in BY_STATUS:
        return BY_STATUS[status]
    return errors.BadRequest if 400 <= status < 500 else errors.ProviderUnavailable


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
    """Seconds, from the header (number or date) or from `retryDelay` in Google's response body; None without."""
    headers = getattr(error, "litellm_response_headers", None)
    value = headers.get("retry-after") if headers is not None else None
    if value is None:
        match = re.search(r'"retryDelay":\s*"([\d.]+)s"', str(error))
        value = match[1] if match else None
    if value is None:
        return None
    with suppress(ValueError):
        return max(0.0, float(value))
    with suppress(ValueError, OverflowError):  # a date out of range
        date = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
    return None
