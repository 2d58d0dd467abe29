"""Locks and semaphores that bound concurrent calls, per process and across the processes of this machine.

Not here: requests and tokens per minute (`llms.rate_limits`).
"""

import fcntl
import random
import threading
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

POLL_SECONDS = 0.05
"""Seconds between two attempts to get what another process holds."""


class FifoLock:
    """Mutex granted in order of arrival, so that a thread that calls often cannot starve the others."""

    def __init__(self) -> None:
        self._lock, self._queue, self.busy = threading.Lock(), deque[threading.Event](), False

    def __enter__(self) -> None:
        with self._lock:
            if not self.busy:
                self.busy = True
                return
            self._queue.append(turn := threading.Event())
        turn.wait()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set()  # stays busy: the lock passes to the next thread
            else:
                self.busy = False


class AdaptiveSemaphore:
    """FIFO semaphore with additive increase and multiplicative decrease (AIMD).

    A refusal halves the limit; every round of answers raises it by one, up to `max_slots`. A free slot is taken
    without a lock: waiting for a lock also means waiting for the GIL behind busy threads, and later threads queue up.
    """

    def __init__(self, max_slots: int) -> None:
        self._max_slots, self._limit, self._last_cut_at = max_slots, float(max_slots), float("-inf")
        self._free, self._excess = deque([None] * max_slots), 0
        """Free slots, and how many released slots must still be withdrawn. A deque's ends need no lock."""
        self._lock, self._queue = threading.Lock(), deque[threading.Event]()

    @property
    def has_free_slot(self) -> bool:
        return bool(self._free)

    def acquire(self) -> float:
        """Wait for a slot. Returns the time it was acquired (`time.monotonic`), for `release`."""
        if self._queue or not self._try_acquire():
            with self._lock:
                self._queue.append(turn := threading.Event())
                self._settle()
            turn.wait()
        return time.monotonic()

    def release(self, acquired_at: float, refused: bool) -> None:
        self._free.append(None)
        if refused or self._limit < self._max_slots or self._queue:
            with self._lock:
                self._adjust_limit(acquired_at, refused)
                self._settle()

    def _adjust_limit(self, acquired_at: float, refused: bool) -> None:
        before = int(self._limit)
        if not refused:
            self._limit = min(self._max_slots, self._limit + 1 / self._limit)
        elif acquired_at > self._last_cut_at:  # one cut for all calls begun before it
            self._limit, self._last_cut_at = max(1.0, self._limit / 2), time.monotonic()
        self._excess += before - int(self._limit)

    def _settle(self) -> None:
        while self._excess < 0:
            self._free.append(None)
            self._excess += 1
        while self._excess and self._try_acquire():
            self._excess -= 1
        while self._queue and self._try_acquire():
            self._queue.popleft().set()

    def _try_acquire(self) -> bool:
        try:
            self._free.pop()
        except IndexError:
            return False
        return True


class CrossProcessSemaphore:
    """Semaphore with one locked file per slot, shared by the processes of this machine.

    The kernel releases the slots of a dead process. A file is opened on first use: a sweep has one semaphore per llm
    and address. At most as many threads hold a slot as there are files.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        idle: list[Path | TextIO] = list(paths)
        random.shuffle(idle)  # else every process would try the same ones first
        self._idle, self._fifo_lock = deque(idle), FifoLock()
        """Slots that this process does not hold. The one released last, most likely still free, is at the end."""

    def acquire(self) -> TextIO:
        """Wait for a slot and lock it. Returns the open file, for `release`."""
        if not self._fifo_lock.busy and (file := self._try_acquire()):
            return file
        with self._fifo_lock:
            while (file := self._try_acquire()) is None:
                time.sleep(POLL_SECONDS)
            return file

    def _try_acquire(self) -> TextIO | None:
        for _ in range(len(self._idle)):
            file = self._idle.pop()
            try:
                file = file.open("a") if isinstance(file, Path) else file
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except BlockingIOError:
                self._idle.appendleft(file)
            except OSError:
                self._idle.append(file)
                raise
        return None

    def release(self, file: TextIO) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
        self._idle.append(file)
