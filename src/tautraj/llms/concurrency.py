"""Who may call now: one after the other, so many at once, over all processes of this machine.

Not here: how much a minute may hold (`limits`).
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
"""Seconds between two looks at what another process may have given back."""


class FifoLock:
    """One at a time, in the order they came: who talks a lot waits behind who has just come."""

    def __init__(self) -> None:
        self._lock, self._queue, self.busy = threading.Lock(), deque[threading.Event](), False

    def __enter__(self) -> None:
        with self._lock:
            if not self.busy:
                self.busy = True
                return
            self._queue.append(mine := threading.Event())
        mine.wait()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._queue:
                self._queue.popleft().set()  # busy still, with the next
            else:
                self.busy = False


class AdaptiveSemaphore:
    """Calls at once, in the order they came: half as many after a refusal, one more for every round of answers, up to
    `most`.

    While some are free nobody waits, not even for a lock: who waits for one waits for the interpreter as well, behind
    threads that compute, and those who come meanwhile wait behind him.
    """

    def __init__(self, max_slots: int) -> None:
        self._max_slots, self._limit, self._last_cut_at = max_slots, float(max_slots), float("-inf")
        self._free, self._excess = deque([None] * max_slots), 0
        """Slots to be had, and how many of those given back are not to be had again. A deque's ends need no lock."""
        self._lock, self._queue = threading.Lock(), deque[threading.Event]()

    @property
    def has_free_slot(self) -> bool:
        return bool(self._free)

    def acquire(self) -> float:
        """Wait for a slot; when it was had, as `give_back` wants to know."""
        if self._queue or not self._try_acquire():
            with self._lock:
                self._queue.append(mine := threading.Event())
                self._settle()
            mine.wait()
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
        elif acquired_at > self._last_cut_at:  # the others of one crowd are refused for one reason
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
    """A locked file per slot, shared by the processes of this machine; the system gives back what a dead one held.

    It is opened when it is first wanted: a sweep has as many of these as llms and addresses. No more threads at once
    than there are files.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        idle: list[Path | TextIO] = list(paths)
        random.shuffle(idle)  # else every process would ask for the same ones first
        self._idle, self._fifo_lock = deque(idle), FifoLock()
        """Not held by this process; what it had last, and nobody else may want, stands at the end."""

    def acquire(self) -> TextIO:
        """One of them, waited for where other processes have them all."""
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
