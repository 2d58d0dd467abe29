"""Rate limits of a provider, shared by every seat and thread of this process."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pyrate_limiter import Duration, Limiter, Rate

from tautraj.config import Provider

_making = threading.Lock()
TOKENS_PER_UNIT = 100
"""The bucket keeps one entry per unit; hundreds of tokens keep it short."""


class Limits:
    """Requests per minute, tokens per minute, calls at once."""

    def __init__(self, requests: int | None, tokens: int | None, calls_at_once: int) -> None:
        self._requests = Limiter(Rate(requests, Duration.MINUTE)) if requests else None
        self._units = max(1, tokens // TOKENS_PER_UNIT) if tokens else 0
        self._tokens = Limiter(Rate(self._units, Duration.MINUTE)) if tokens else None
        self._slots = threading.BoundedSemaphore(calls_at_once)

    @contextmanager
    def call(self, tokens: int) -> Iterator[None]:
        """Wait for room for one request of about `tokens`, and hold a slot while it runs."""
        with self._slots:
            if self._tokens is not None:
                units = min(self._units, max(1, round(tokens / TOKENS_PER_UNIT)))
                self._tokens.try_acquire("tokens", weight=units)
            if self._requests is not None:
                self._requests.try_acquire("requests")
            yield


@functools.lru_cache(maxsize=64)
def _shared(
    name: str, api_base: str | None, key: str | None, requests: int | None, tokens: int | None, slots: int
) -> Limits:
    return Limits(requests, tokens, slots)


def limits_of(provider: Provider) -> Limits:
    """One `Limits` per provider, address, key and limits, however many seats use it."""
    p = provider
    with _making:  # the first threads come all at once, and a cache would let each make its own
        return _shared(p.name, p.api_base, p.api_key_env, p.requests_per_minute, p.tokens_per_minute, p.calls_at_once)
