"""Ctrl-C and SIGTERM: the first lets the episodes under way finish, a second Ctrl-C stops at once.

Stopping at once loses only the episodes under way: every record is whole or absent. Not here: pause and cancel from
Prefect's UI (`orchestration.pause_cancel`).
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tautraj.runs.progress import StopRequest

NO_NEW_EPISODES = "No new episodes; those under way finish."

THEN = "The same command plays the rest."

STDERR_FD = 2


class Interrupt:
    """Whether the run must stop or pause, and what asked for it."""

    stop: StopRequest | None = None
    paused = False
    out_of_time = False
    """The run ends without the episodes under way: a Prefect worker would kill it before they finish."""

    @property
    def is_waiting(self) -> bool:
        """Whether no new episode may begin for now. A run that must stop is not waiting."""
        return self.paused and self.stop is None


@contextmanager
def drain_on_signal(
    wake: Callable[[], None], draining: str = NO_NEW_EPISODES, then: str = THEN
) -> Iterator[Interrupt]:
    """Handle SIGINT and SIGTERM for the length of the block. `wake` is called from within the signal handler.

    `draining` is said after the first signal, `then` after the second.
    """
    interrupt = Interrupt()

    def handle(number: int, _: Any) -> None:
        if interrupt.stop is not None and number == signal.SIGINT:
            os.write(STDERR_FD, f"\nStopped. {then}\n".encode())
            os._exit(128 + number)  # a normal exit would wait for the pool's threads
        if interrupt.stop is None:
            interrupt.stop = StopRequest(signal.Signals(number).name, 128 + number)
            os.write(STDERR_FD, f"\n{draining} Ctrl-C again stops at once.\n".encode())  # print may be under way
            wake()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
