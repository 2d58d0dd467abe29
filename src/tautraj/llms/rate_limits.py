"""Rate limits of a provider, shared by every seat, thread and process of this machine.

State shared between processes is in files: pyrate-limiter's buckets and one lock per slot. The locks of a dead
process are released. Not here: the wait after a refusal (`llms.chat`).
"""

import hashlib
import math
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyrate_limiter import Limiter, Rate, SQLiteBucket

from tautraj.config import Provider
from tautraj.errors import ProviderError, RateLimited, boundary
from tautraj.llms.concurrency import POLL_SECONDS, AdaptiveSemaphore, CrossProcessSemaphore, FifoLock

_instances_lock = threading.Lock()

_instances: dict[tuple[Any, ...], "ProviderLimits"] = {}

WINDOW_MS = 61_000
"""ms. One second more than the provider's minute: a call admitted now may arrive that much later."""

TOKENS_PER_UNIT = 250
"""Tokens per bucket entry. A bucket stores one entry per unit; hundreds of tokens per unit keep it small."""


class CallPermit:
    """Permit for one call. Call `wait` just before sending; set the token counts afterwards."""

    def __init__(self, wait_for_rates: Callable[[], None]) -> None:
        self._wait_for_rates: Callable[[], None] | None = wait_for_rates
        self._failure: ProviderError | None = None
        self.tokens_in: int | None = None
        """None: unknown; the estimate is kept."""
        self.tokens_out: int | None = None

    def wait(self) -> None:
        """Wait until the rate limits admit the request, at the first call only. Errors: see `raise_failure`."""
        wait_for_rates, self._wait_for_rates = self._wait_for_rates, None
        if wait_for_rates is not None:
            try:
                with boundary(ProviderError, "waiting for the provider's rate limits"):
                    wait_for_rates()
            except ProviderError as error:
                self._failure = error

    def raise_failure(self) -> None:
        """Call after the response: raise the error of `wait`; if `wait` was never called, count the request now."""
        self.wait()
        if self._failure is not None:
            raise self._failure


class TokenEstimator:
    """Estimates the tokens of a call from the usage of earlier calls."""

    def __init__(self) -> None:
        self._chars, self._tokens_in, self._tokens_out, self._calls = 3.0, 1.0, 200.0, 1.0  # cautious at first

    def estimate(self, chars: int) -> int:
        return round(chars * self._tokens_in / self._chars + self._tokens_out / self._calls)

    def learn(self, chars: int, permit: CallPermit) -> None:
        if permit.tokens_in is not None and permit.tokens_out is not None:
            self._chars, self._tokens_in = self._chars + chars, self._tokens_in + permit.tokens_in
            self._calls, self._tokens_out = self._calls + 1, self._tokens_out + permit.tokens_out


class ProviderLimits:
    """Requests per minute, tokens per minute and concurrent calls of one provider account."""

    def __init__(
        self, requests_per_minute: int | None, tokens_per_minute: int | None, calls_at_once: int, folder: Path
    ) -> None:
        self._semaphore, self._estimator, self._rate_lock = (
            AdaptiveSemaphore(calls_at_once),
            TokenEstimator(),
            FifoLock(),
        )
        self._max_units = max(1, tokens_per_minute // TOKENS_PER_UNIT) if tokens_per_minute else 0
        self._usage_lock, self._token_debt = threading.Lock(), 0
        """Tokens that earlier calls used beyond what was acquired for them; later calls acquire them as well."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._token_limiter = _open_limiter(folder / "tokens.sqlite", self._max_units) if tokens_per_minute else None
        self._request_limiter = (
            _open_limiter(folder / "requests.sqlite", requests_per_minute) if requests_per_minute else None
        )
        self._machine_semaphore = CrossProcessSemaphore(folder / f"slot-{number}" for number in range(calls_at_once))

    @contextmanager
    def call_permit(self, chars: int) -> Iterator[CallPermit]:
        """Hold a slot while a request of `chars` characters is prepared, sent and answered.

        Preparing may take a second on busy cores; so `CallPermit.wait` waits for the rates just before sending.
        A `RateLimited` raised in the block lowers the number of concurrent calls.
        """
        refused, estimate = False, self._estimator.estimate(chars)
        permit = CallPermit(lambda: self._wait_for_rates(estimate))
        acquired_at = self._semaphore.acquire()
        try:
            with boundary(ProviderError, "waiting for a call slot of the provider"):
                slot = self._machine_semaphore.acquire()
        except BaseException:
            self._semaphore.release(acquired_at, refused=False)
            raise
        try:
            yield permit
        except RateLimited:
            refused = True
            raise
        finally:
            self._machine_semaphore.release(slot)
            self._semaphore.release(acquired_at, refused)
            self._record_usage(permit, chars, estimate)

    def _wait_for_rates(self, tokens: int) -> None:
        if self._token_limiter is None and self._request_limiter is None:
            return
        with self._rate_lock:
            if self._token_limiter is not None:
                with self._usage_lock:
                    units = self._to_units(tokens + self._token_debt)
                    self._token_debt += tokens - units * TOKENS_PER_UNIT
                _acquire(self._token_limiter, min(self._max_units, units))
            if self._request_limiter is not None:
                _acquire(self._request_limiter, 1)

    def _record_usage(self, permit: CallPermit, chars: int, estimate: int) -> None:
        """Update the estimator. Usage beyond `estimate` becomes debt, acquired at once where the bucket has room."""
        if self._token_limiter is None:
            return
        with self._usage_lock:
            self._estimator.learn(chars, permit)
            self._token_debt += max(0, (permit.tokens_in or 0) + (permit.tokens_out or 0) - estimate)
            if self._token_debt >= TOKENS_PER_UNIT:
                units = self._to_units(self._token_debt)
                if self._token_limiter.try_acquire(weight=min(self._max_units, units), blocking=False):
                    self._token_debt -= units * TOKENS_PER_UNIT

    def _to_units(self, tokens: int) -> int:
        return max(1, math.ceil(tokens / TOKENS_PER_UNIT))


def get_provider_limits(provider: Provider) -> ProviderLimits:
    """The shared `ProviderLimits`: one per name, address, key variable and limits, whichever seats use it."""
    p = provider
    key = (p.name, p.api_base, p.api_key_env, p.requests_per_minute, p.tokens_per_minute, p.calls_at_once)
    if key not in _instances:
        with _instances_lock:  # the first threads arrive at the same time
            if key not in _instances:
                _instances[key] = _open_limits(*key)
    return _instances[key]


def _open_limits(
    name: str,
    api_base: str | None,
    api_key_env: str | None,
    requests_per_minute: int | None,
    tokens_per_minute: int | None,
    calls_at_once: int,
) -> ProviderLimits:
    account = hashlib.sha256(f"{name} {api_base} {api_key_env}".encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"tautraj-{os.getuid()}" / account
    with boundary(ProviderError, f"opening the rate limit files in {folder}"):
        return ProviderLimits(requests_per_minute, tokens_per_minute, calls_at_once, folder)


class MonotonicBucket(SQLiteBucket):
    """On the clock that a machine's processes share. The library's, set back by an hour, holds calls for an hour."""

    def now(self) -> int:
        return time.monotonic_ns() // 1_000_000


def _open_limiter(path: Path, limit: int) -> Limiter:
    rates = [Rate(limit, WINDOW_MS)]
    bucket = MonotonicBucket.init_from_file(rates, "monotonic", db_path=str(path), use_file_lock=True)
    with bucket.lock, bucket.conn:  # times that are yet to come: counted before the machine restarted
        bucket.conn.execute(f"DELETE FROM {bucket.table} WHERE item_timestamp > ?", [bucket.now()])  # type: ignore[no-untyped-call]
    return Limiter(bucket)


def _acquire(limiter: Limiter, weight: int) -> None:
    """Wait by polling: the library's own waiting counts the time it meant to sleep, not the clock."""
    while weight and not limiter.try_acquire(weight=weight, blocking=False):
        time.sleep(POLL_SECONDS)
