"""Keeping an episode that is over: it has been paid for, so a disk that is full just now is waited for.

Not here: how a file is written (`store`).
"""

import functools
import sys
import threading

import tenacity

from tautraj.errors import StoreError
from tautraj.store import Store
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
        before_sleep=lambda state: notice.wait(state.outcome, patience),
        reraise=True,
    )
    try:
        retrying(store.write, trajectory)
    except StoreError as error:
        raise StoreError(f"{error}. Make room, and run the same command to go on.") from error
    notice.over()


class Notice:
    """Says once that workers wait, and once that they go on, however many they are."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._said = False

    def wait(self, outcome: tenacity.Future | None, patience: float) -> None:
        with self._lock:
            if not self._said and outcome:
                _say(
                    f"{outcome.exception()}. What is finished waits in memory for up to {patience:g} s: make room, "
                    f"and the run goes on."
                )
            self._said = True

    def over(self) -> None:
        with self._lock:
            if self._said:
                _say(f"{self._url} can be written again.")
            self._said = False


@functools.lru_cache(maxsize=64)
def _shared(url: str) -> Notice:
    return Notice(url)


def _notice_of(url: str) -> Notice:
    with _making:  # the first threads come all at once, and a cache would let each make its own
        return _shared(url)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
