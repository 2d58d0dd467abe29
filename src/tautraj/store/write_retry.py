"""Writes a finished episode, with retries: it has been paid for, and a full disk may be temporary.

Not here: how a file is written (`store.run_directory`).
"""

import functools
import sys
import threading

import tenacity

from tautraj.errors import StoreError
from tautraj.store.run_directory import Store
from tautraj.trajectory import Trajectory

MAX_WAIT_SECONDS = 30.0
"""Maximum wait between two attempts. The first wait is 2 s; each is twice the one before."""

_notice_lock = threading.Lock()


def write_with_retry(trajectory: Trajectory, store: Store, patience: float, *, is_put_aside: bool = False) -> None:
    """Write an episode, or an attempt that is put aside, retrying for `patience` seconds; then raises `StoreError`.

    Blocks: the calling worker starts no other episode meanwhile.
    """
    notice = _get_notice(store.url)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(StoreError),
        wait=tenacity.wait_exponential(multiplier=2, max=MAX_WAIT_SECONDS),
        stop=tenacity.stop_after_delay(patience),
        before_sleep=lambda state: notice.announce_wait(state.outcome, patience),
        reraise=True,
    )
    with notice:
        try:
            retrying(store.write_quarantined if is_put_aside else store.write, trajectory)
        except StoreError as error:
            raise StoreError(f"{error}. Make room and run the same command to resume.") from error


class WaitNotice:
    """Prints one line when the first worker has to wait, and one when all workers have written."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._writers = 0
        self._announced = False

    def __enter__(self) -> None:
        with self._lock:
            self._writers += 1

    def __exit__(self, kind: object, *_: object) -> None:
        with self._lock:
            self._writers -= 1
            if self._announced and not self._writers and kind is None:
                _print_stderr(f"{self._url} can be written again.")
                self._announced = False

    def announce_wait(self, outcome: tenacity.Future | None, patience: float) -> None:
        with self._lock:
            if not self._announced and outcome:
                _print_stderr(
                    f"{outcome.exception()}. Finished episodes wait in memory for up to {patience:g} s. "
                    f"Make room and the run goes on."
                )
            self._announced = True


@functools.lru_cache(maxsize=64)
def _make_notice(url: str) -> WaitNotice:
    return WaitNotice(url)


def _get_notice(url: str) -> WaitNotice:
    with _notice_lock:  # lru_cache alone would let threads that start at once create a notice each
        return _make_notice(url)


def _print_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
