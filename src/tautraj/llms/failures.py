"""Which of our failures an exception of litellm is. DESIGN's table, in one place.

litellm chooses its classes by the words of an error before its status: a 401 may come as BadRequestError, an
unreadable 200 as a 422 or a 500. So the words that matter are looked for first, then what HTTP said, then litellm's
class.
"""

import email.utils
import json
import re
import time
from collections.abc import Iterator

import httpx
import litellm

from tautraj import errors
from tautraj.config import Llm
from tautraj.errors import ProviderError

BY_WORDS: list[tuple[re.Pattern[str], type[ProviderError]]] = [
    (
        re.compile(
            r"context_length_exceeded|maximum context length|prompt is too long|input is too long|context window"
        ),
        errors.ContextTooLong,
    ),
    (re.compile(r"content_filter|content_policy|content management policy"), errors.ContentRefused),
]
BY_STATUS: dict[int, type[ProviderError]] = {
    401: errors.AuthenticationFailed,
    403: errors.AuthenticationFailed,
    404: errors.ModelNotFound,
    408: errors.ProviderTimeout,
    413: errors.ContextTooLong,
    425: errors.ProviderUnavailable,
    429: errors.RateLimited,
    504: errors.ProviderTimeout,
    529: errors.RateLimited,
}


def as_ours(error: Exception, llm: Llm, key: str | None) -> ProviderError:
    """The typed failure of a call to `llm`, with the wait the provider asked for; `key` is cut out of its words."""
    text = " ".join(str(error).split())
    text = text.replace(key, "***") if key else text
    kind = _kind(error, text)
    return kind(f"{llm.name} at {llm.provider.name}: {text[:400]}", retry_after=_retry_after(error))


def _kind(error: Exception, text: str) -> type[ProviderError]:
    status = getattr(error, "status_code", None)
    causes = list(_causes(error))
    if isinstance(error, litellm.ContextWindowExceededError):
        return errors.ContextTooLong
    if isinstance(error, litellm.ContentPolicyViolationError):
        return errors.ContentRefused
    if isinstance(status, int) and 400 <= status < 500:
        for words, ours in BY_WORDS:
            if words.search(text):
                return ours
    if isinstance(error, litellm.Timeout) or any(isinstance(cause, httpx.TimeoutException) for cause in causes):
        return errors.ProviderTimeout
    if status in BY_STATUS:
        return BY_STATUS[status]
    if any(isinstance(cause, json.JSONDecodeError) for cause in causes) or "Empty or invalid response" in text:
        return errors.MalformedResponse
    if isinstance(error, litellm.APIConnectionError) and not any(isinstance(c, httpx.HTTPError) for c in causes):
        return errors.BadRequest  # litellm itself could not make the request: asking again would not help
    if isinstance(status, int) and 400 <= status < 500:
        return errors.BadRequest
    return errors.ProviderUnavailable


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _retry_after(error: Exception) -> float | None:
    """Seconds, from the header's number or date."""
    headers = getattr(error, "litellm_response_headers", None)
    value = headers.get("retry-after") if headers is not None else None
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        date = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
