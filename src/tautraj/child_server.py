"""A server of the run's own: a process on 127.0.0.1, there for the length of a block.

Not here: what it serves (`llms.local`, `rehearsed`).
"""

import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from tautraj.errors import PreflightError

OFFLINE_HINT = "What needs no server: model=oracle user=scripted"

START_TIMEOUT_SECONDS = 120.0
"""Seconds; a start takes one or two."""


@contextmanager
def launch_server(command: Sequence[str], name: str, pass_fds: Sequence[int] = ()) -> Iterator[str]:
    """Its address, once it has said it on stdout. Raises `PreflightError` about `what` if it does not start.

    `command` ends when its stdin does: whatever ends the run closes that pipe, a SIGKILL too. `files`: numbers of
    open files that it is handed.
    """
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            pass_fds=pass_fds,
            start_new_session=True,  # a Ctrl-C is the run's to answer
        ) as started,
    ):
        try:
            yield _read_address(started, name, log)
        finally:
            started.kill()


def _read_address(process: subprocess.Popen[str], name: str, log: IO[str]) -> str:
    assert process.stdout is not None
    late = threading.Timer(START_TIMEOUT_SECONDS, process.kill)
    late.start()
    said = process.stdout.readline().strip()
    late.cancel()
    if said:
        return said
    log.seek(0)
    last = [line.strip(" .\n") for line in log if line.strip()][-1:]
    raise PreflightError(f"{name} did not start: {''.join(last)[:400] or 'no word'}. {OFFLINE_HINT}")
