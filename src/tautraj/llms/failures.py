"""Which of our failures an exception of litellm is. DESIGN's table, in one place."""

import email.utils
import time

import litellm

from tautraj import errors
from tautraj.config import Llm
from tautraj.errors import ProviderError

TRANSIENT_STATUS = {
    408: errors.ProviderTimeout,
    425: errors.ProviderUnavailable,
    429: errors.RateLimited,
    529: errors.RateLimited,
}
BY_CLASS: list[tuple[type[Exception], type[ProviderError]]] = [  # most specific first
    (litellm.ContextWindowExceededError, errors.ContextTooLong),
    (litellm.ContentPolicyViolationError, errors.ContentRefused),
    (litellm.RateLimitError, errors.RateLimited),
    (litellm.AuthenticationError, errors.AuthenticationFailed),
    (litellm.PermissionDeniedError, errors.AuthenticationFailed),
    (litellm.NotFoundError, errors.ModelNotFound),
    (litellm.Timeout, errors.ProviderTimeout),
    (litellm.BadRequestError, errors.BadRequest),
    (litellm.UnprocessableEntityError, errors.BadRequest),
    (litellm.InternalServerError, errors.ProviderUnavailable),
    (litellm.ServiceUnavailableError, errors.ProviderUnavailable),
    (litellm.BadGatewayError, errors.ProviderUnavailable),
    (litellm.APIConnectionError, errors.MalformedResponse),  # what an unreadable body becomes
]


def as_ours(error: Exception, llm: Llm) -> ProviderError:
    """The typed failure of a call to `llm`, with the wait the provider asked for."""
    text = " ".join(str(error).split())[:400]
    kind = _kind(error)
    return kind(f"{llm.name} at {llm.provider.name}: {text}", retry_after=_retry_after(error))


def _kind(error: Exception) -> type[ProviderError]:
    status = getattr(error, "status_code", None)
    if status in TRANSIENT_STATUS:
        return TRANSIENT_STATUS[status]
    for foreign, ours in BY_CLASS:
        if isinstance(error, foreign):
            return ours
    if isinstance(status, int) and 400 <= status < 500:
        return errors.BadRequest
    return errors.ProviderUnavailable if isinstance(status, int) else errors.MalformedResponse


def _retry_after(error: Exception) -> float | None:
    """Seconds, from the header's number or date."""
    headers = getattr(error, "litellm_response_headers", None)
    if headers is None:
        headers = getattr(getattr(error, "response", None), "headers", None)
    value = None if headers is None else headers.get("retry-after") or headers.get("Retry-After")
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        date = email.utils.parsedate_tz(value)
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
