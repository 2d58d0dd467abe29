"""Rate limits of a provider, shared by every seat, thread and process of this machine.

What stands in files of the machine (pyrate-limiter's buckets, a lock per slot) outlives no process that held it. Not
here: how long to wait after a refusal (`chat`).
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
"""ms. A second more than the provider's minute: what is let through now may arrive that much later."""

TOKENS_PER_UNIT = 250
"""A bucket keeps one entry per unit; hundreds of tokens keep it short."""


class CallPermit:
    """For one call: who makes it says when it is sent, and what it took."""

    def __init__(self, wait_for_rates: Callable[[], None]) -> None:
        self._wait_for_rates: Callable[[], None] | None = wait_for_rates
        self._failure: ProviderError | None = None
        self.tokens_in: int | None = None
        """None: unknown, the estimate stands."""
        self.tokens_out: int | None = None

    def wait(self) -> None:
        """The request is ready to be sent: wait until the minute has room for it. Raises nothing; see `check`."""
        wait, self._wait_for_rates = self._wait_for_rates, None
        if wait is not None:  # the first time
            try:
                with boundary(ProviderError, "keeping the provider's limits"):
                    wait()
            except ProviderError as error:
                self._failure = error

    def raise_failure(self) -> None:
        """Answered: raise what kept it from waiting; count it if nobody said when it was sent."""
        self.wait()
        if self._failure is not None:
            raise self._failure


class TokenEstimator:
    """What calls took so far, to tell what the next one will."""

    def __init__(self) -> None:
        self._chars, self._tokens_in, self._tokens_out, self._calls = 3.0, 1.0, 200.0, 1.0  # cautious at first

    def estimate(self, chars: int) -> int:
        return round(chars * self._tokens_in / self._chars + self._tokens_out / self._calls)

    def learn(self, chars: int, permit: CallPermit) -> None:
        if permit.tokens_in is not None and permit.tokens_out is not None:
            self._chars, self._tokens_in = self._chars + chars, self._tokens_in + permit.tokens_in
            self._calls, self._tokens_out = self._calls + 1, self._tokens_out + permit.tokens_out


class ProviderLimits:
    """Requests per minute, tokens per minute, calls at once."""

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
        """Tokens that earlier calls took beyond what they were let through with; the next ones pay."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._token_limiter = _open_limiter(folder / "tokens.sqlite", self._max_units) if tokens_per_minute else None
        self._request_limiter = (
            _open_limiter(folder / "requests.sqlite", requests_per_minute) if requests_per_minute else None
        )
        self._machine_semaphore = CrossProcessSemaphore(folder / f"slot-{number}" for number in range(calls_at_once))

    @contextmanager
    def call_permit(self, chars: int) -> Iterator[CallPermit]:
        """Hold a slot while a request of `chars` characters is made ready, let through and answered.

        Making it ready may take a second on busy cores, so that the minute's room is waited for when it is about to
        be sent. A `RateLimited` that leaves the block lowers the number of calls at once.
        """
        refused, estimate = False, self._estimator.estimate(chars)
        room = CallPermit(lambda: self._wait_for_rates(estimate))
        taken = self._semaphore.acquire()
        try:
            with boundary(ProviderError, "keeping the provider's limits"):
                slot = self._machine_semaphore.acquire()
        except BaseException:
            self._semaphore.release(taken, refused=False)
            raise
        try:
            yield room
        except RateLimited:
            refused = True
            raise
        finally:
            self._machine_semaphore.release(slot)
            self._semaphore.release(taken, refused)
            self._record_usage(room, chars, estimate)

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
        """Learn what a call took; what was more than asked for is used up at once where it still fits."""
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
    """One `Limits` per provider, address, key and limits, however many seats use it."""
    p = provider
    which = (p.name, p.api_base, p.api_key_env, p.requests_per_minute, p.tokens_per_minute, p.calls_at_once)
    if which not in _instances:
        with _instances_lock:  # the first threads come all at once
            if which not in _instances:
                _instances[which] = _open_limits(*which)
    return _instances[which]


def _open_limits(
    name: str,
    api_base: str | None,
    api_key_env: str | None,
    requests_per_minute: int | None,
    tokens_per_minute: int | None,
    calls_at_once: int,
) -> ProviderLimits:
    account = hashlib.sha256(f"{name} {api_base} {api_key_env}".encode()).hexdigest()[:16]
    place = Path(tempfile.gettempdir()) / f"tautraj-{os.getuid()}" / account
    with boundary(ProviderError, f"keeping limits in {place}"):
        return ProviderLimits(requests_per_minute, tokens_per_minute, calls_at_once, place)


def _open_limiter(path: Path, limit: int) -> Limiter:
    bucket = SQLiteBucket.init_from_file([Rate(limit, WINDOW_MS)], db_path=str(path), use_file_lock=True)
    return Limiter(bucket)


def _acquire(limiter: Limiter, weight: int) -> None:
    """Waits by looking: the library's own waiting goes by the time it meant to sleep, not by the clock."""
    while weight and not limiter.try_acquire(weight=weight, blocking=False):
        time.sleep(POLL_SECONDS)
