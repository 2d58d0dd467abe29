"""Ctrl-C and SIGTERM: the first lets what is under way finish, a second Ctrl-C stops at once.

Stopping at once loses what is under way and nothing else: every record is whole or not there.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

DRAINING = b"\nNo new episodes; those under way finish. Ctrl-C again stops at once.\n"
STOPPED = b"\nStopped. The same command plays what is owed.\n"
STANDARD_ERROR = 2


class Interrupt:
    """Whether and by what the run was asked to end."""

    signal: int | None = None


@contextmanager
def draining(wake: Callable[[], None]) -> Iterator[Interrupt]:
    """Take the two signals over for the length of the block. `wake` is called within the signal's handler."""
    interrupt = Interrupt()

    def asked(number: int, _: Any) -> None:
        if interrupt.signal is not None and number == signal.SIGINT:
            os.write(STANDARD_ERROR, STOPPED)
            os._exit(128 + number)  # the pool's threads would be waited for
        if interrupt.signal is None:
            interrupt.signal = number
            os.write(STANDARD_ERROR, DRAINING)  # not by print: whatever was interrupted may be printing
            wake()

    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
