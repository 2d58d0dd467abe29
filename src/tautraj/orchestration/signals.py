"""Ctrl-C and SIGTERM: the first lets what is under way finish, a second Ctrl-C stops at once.

Stopping at once loses what is under way and nothing else: every record is whole or not there. Not here: what is done
to the run in Prefect's UI (`steering`).
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tautraj.runs.progress import StopRequest

DRAINING_MESSAGE = b"\nNo new episodes; those under way finish. Ctrl-C again stops at once.\n"

STOPPED_MESSAGE = b"\nStopped. The same command plays what is owed.\n"

STDERR_FD = 2


class Interrupt:
    """Whether and by what the run was asked to end, or to wait."""

    stop: StopRequest | None = None
    paused = False
    out_of_time = False
    """Whoever asked will kill the run before what is under way has finished: it ends without."""

    @property
    def is_waiting(self) -> bool:
        """Whether what comes next has to wait: a run that is to end waits for nothing."""
        return self.paused and self.stop is None


@contextmanager
def drain_on_signal(wake: Callable[[], None]) -> Iterator[Interrupt]:
    """Take the two signals over for the length of the block. `wake` is called within the signal's handler."""
    interrupt = Interrupt()

    def asked(number: int, _: Any) -> None:
        if interrupt.stop is not None and number == signal.SIGINT:
            os.write(STDERR_FD, STOPPED_MESSAGE)
            os._exit(128 + number)  # the pool's threads would be waited for
        if interrupt.stop is None:
            interrupt.stop = StopRequest(signal.Signals(number).name, 128 + number)
            os.write(STDERR_FD, DRAINING_MESSAGE)  # not by print: whatever was interrupted may be printing
            wake()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
