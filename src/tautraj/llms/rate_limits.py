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
from tautraj.llms.concurrency import LOOK_AGAIN, MachineSlots, Slots, Turnstile

_making = threading.Lock()

_made: dict[tuple[Any, ...], "Limits"] = {}

WINDOW = 61_000
"""ms. A second more than the provider's minute: what is let through now may arrive that much later."""

TOKENS_PER_UNIT = 250
"""A bucket keeps one entry per unit; hundreds of tokens keep it short."""


class Room:
    """For one call: who makes it says when it is sent, and what it took."""

    def __init__(self, wait: Callable[[], None]) -> None:
        self._wait: Callable[[], None] | None = wait
        self._failure: ProviderError | None = None
        self.tokens_in: int | None = None
        """None: unknown, the estimate stands."""
        self.tokens_out: int | None = None

    def leave(self) -> None:
        """The request is ready to be sent: wait until the minute has room for it. Raises nothing; see `check`."""
        wait, self._wait = self._wait, None
        if wait is not None:  # the first time
            try:
                with boundary(ProviderError, "keeping the provider's limits"):
                    wait()
            except ProviderError as error:
                self._failure = error

    def check(self) -> None:
        """Answered: raise what kept it from waiting; count it if nobody said when it was sent."""
        self.leave()
        if self._failure is not None:
            raise self._failure


class Size:
    """What calls took so far, to tell what the next one will."""

    def __init__(self) -> None:
        self._chars, self._tokens_in, self._tokens_out, self._calls = 3.0, 1.0, 200.0, 1.0  # cautious at first

    def estimate(self, chars: int) -> int:
        return round(chars * self._tokens_in / self._chars + self._tokens_out / self._calls)

    def learn(self, chars: int, room: Room) -> None:
        if room.tokens_in is not None and room.tokens_out is not None:
            self._chars, self._tokens_in = self._chars + chars, self._tokens_in + room.tokens_in
            self._calls, self._tokens_out = self._calls + 1, self._tokens_out + room.tokens_out


class Limits:
    """Requests per minute, tokens per minute, calls at once."""

    def __init__(self, requests: int | None, tokens: int | None, calls_at_once: int, place: Path) -> None:
        self._slots, self._size, self._gate = Slots(calls_at_once), Size(), Turnstile()
        self._units = max(1, tokens // TOKENS_PER_UNIT) if tokens else 0
        self._counting, self._owed = threading.Lock(), 0
        """Tokens that earlier calls took beyond what they were let through with; the next ones pay."""
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tokens = _limiter(place / "tokens.sqlite", self._units) if tokens else None
        self._requests = _limiter(place / "requests.sqlite", requests) if requests else None
        self._machine = MachineSlots(place / f"slot-{number}" for number in range(calls_at_once))

    @contextmanager
    def call(self, chars: int) -> Iterator[Room]:
        """Hold a slot while a request of `chars` characters is made ready, let through and answered.

        Making it ready may take a second on busy cores, so that the minute's room is waited for when it is about to
        be sent. A `RateLimited` that leaves the block lowers the number of calls at once.
        """
        refused, estimate = False, self._size.estimate(chars)
        room = Room(lambda: self._wait_for_rates(estimate))
        taken = self._slots.take()
        try:
            with boundary(ProviderError, "keeping the provider's limits"):
                slot = self._machine.take()
        except BaseException:
            self._slots.give_back(taken, refused=False)
            raise
        try:
            yield room
        except RateLimited:
            refused = True
            raise
        finally:
            self._machine.give_back(slot)
            self._slots.give_back(taken, refused)
            self._take_down(room, chars, estimate)

    def _wait_for_rates(self, tokens: int) -> None:
        if self._tokens is None and self._requests is None:
            return
        with self._gate:
            if self._tokens is not None:
                with self._counting:
                    units = self._units_of(tokens + self._owed)
                    self._owed += tokens - units * TOKENS_PER_UNIT
                _acquire(self._tokens, min(self._units, units))
            if self._requests is not None:
                _acquire(self._requests, 1)

    def _take_down(self, room: Room, chars: int, estimate: int) -> None:
        """Learn what a call took; what was more than asked for is used up at once where it still fits."""
        if self._tokens is None:
            return
        with self._counting:
            self._size.learn(chars, room)
            self._owed += max(0, (room.tokens_in or 0) + (room.tokens_out or 0) - estimate)
            if self._owed >= TOKENS_PER_UNIT:
                units = self._units_of(self._owed)
                if self._tokens.try_acquire(weight=min(self._units, units), blocking=False):
                    self._owed -= units * TOKENS_PER_UNIT

    def _units_of(self, tokens: int) -> int:
        return max(1, math.ceil(tokens / TOKENS_PER_UNIT))


def limits_of(provider: Provider) -> Limits:
    """One `Limits` per provider, address, key and limits, however many seats use it."""
    p = provider
    which = (p.name, p.api_base, p.api_key_env, p.requests_per_minute, p.tokens_per_minute, p.calls_at_once)
    if which not in _made:
        with _making:  # the first threads come all at once
            if which not in _made:
                _made[which] = _limits(*which)
    return _made[which]


def _limits(
    name: str, api_base: str | None, key: str | None, requests: int | None, tokens: int | None, slots: int
) -> Limits:
    account = hashlib.sha256(f"{name} {api_base} {key}".encode()).hexdigest()[:16]
    place = Path(tempfile.gettempdir()) / f"tautraj-{os.getuid()}" / account
    with boundary(ProviderError, f"keeping limits in {place}"):
        return Limits(requests, tokens, slots, place)


def _limiter(path: Path, limit: int) -> Limiter:
    bucket = SQLiteBucket.init_from_file([Rate(limit, WINDOW)], db_path=str(path), use_file_lock=True)
    return Limiter(bucket)


def _acquire(limiter: Limiter, weight: int) -> None:
    """Waits by looking: the library's own waiting goes by the time it meant to sleep, not by the clock."""
    while weight and not limiter.try_acquire(weight=weight, blocking=False):
        time.sleep(LOOK_AGAIN)
