"""Keeping an episode that is over: it has been paid for, so a disk that is full just now is waited for.

Not here: how a file is written (`store`).
"""

import functools
import sys
import threading

import tenacity

from tautraj.errors import StoreError
from tautraj.store.run_directory import Store
from tautraj.trajectory import Trajectory

LONGEST_WAIT = 30.0
"""Seconds between two attempts; the first comes after two."""

_making = threading.Lock()


def keep(trajectory: Trajectory, store: Store, patience: float) -> None:
    """Write it, again and again while that fails, for `patience` seconds; then raises `StoreError`.

    Meanwhile its worker starts no other episode.
    """
    notice = _notice_of(store.url)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(StoreError),
        wait=tenacity.wait_exponential(multiplier=2, max=LONGEST_WAIT),
        stop=tenacity.stop_after_delay(patience),
        before_sleep=lambda state: notice.waiting(state.outcome, patience),
        reraise=True,
    )
    with notice:
        try:
            retrying(store.write, trajectory)
        except StoreError as error:
            raise StoreError(f"{error}. Make room, and run the same command to go on.") from error


class Notice:
    """Says once that workers wait, and once that all of them go on."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._keeping = 0
        self._said = False

    def __enter__(self) -> None:
        with self._lock:
            self._keeping += 1

    def __exit__(self, kind: object, *_: object) -> None:
        with self._lock:
            self._keeping -= 1
            if self._said and not self._keeping and kind is None:
                _say(f"{self._url} can be written again.")
                self._said = False

    def waiting(self, outcome: tenacity.Future | None, patience: float) -> None:
        with self._lock:
            if not self._said and outcome:
                _say(
                    f"{outcome.exception()}. What is finished waits in memory for up to {patience:g} s: make room, "
                    f"and the run goes on."
                )
            self._said = True


@functools.lru_cache(maxsize=64)
def _shared(url: str) -> Notice:
    return Notice(url)


def _notice_of(url: str) -> Notice:
    with _making:  # the first threads come all at once, and a cache would let each make its own
        return _shared(url)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
