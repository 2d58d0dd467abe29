"""Child processes that serve on 127.0.0.1 and end with their parent, however the parent ends.

The parent calls `launch` and `read_address`; the child prints its address to stdout and calls `exit_with_stdin`. When
the parent ends, by SIGKILL too, the child's stdin is closed. Not here: the servers (`llms.local.server`,
`runs.rehearsed.server`, `orchestration.server_process`).
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from tautraj.errors import PreflightError

OFFLINE_HINT = "To run without a server: model=oracle user=scripted"

START_TIMEOUT_SECONDS = 120.0
"""A start takes 1 to 2 s."""


def launch(
    command: Sequence[str], *, stderr: IO[str] | None = None, pass_fds: Sequence[int] = ()
) -> "subprocess.Popen[str]":
    """Start `command` in its own session, so that Ctrl-C reaches only the parent.

    `stderr`: a file for its log; None: the parent's. `pass_fds`: file descriptors that it inherits.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        pass_fds=pass_fds,
        start_new_session=True,
    )


def read_address(process: "subprocess.Popen[str]", timeout_seconds: float) -> str:
    """Return the address that the child prints once it serves; "" if it ends first. Kills it at the timeout."""
    assert process.stdout is not None
    timer = threading.Timer(timeout_seconds, process.kill)
    timer.start()
    address = process.stdout.readline().strip()
    timer.cancel()
    return address


@contextmanager
def launch_server(command: Sequence[str], name: str, pass_fds: Sequence[int] = ()) -> Iterator[str]:
    """Run `command` as a server for the length of the block; yields its address.

    Raises `PreflightError` if it does not serve within `START_TIMEOUT_SECONDS`. `name`: what the message calls it.
    """
    with tempfile.TemporaryFile("w+") as log, launch(command, stderr=log, pass_fds=pass_fds) as process:
        try:
            address = read_address(process, START_TIMEOUT_SECONDS)
            if not address:
                raise PreflightError(f"{name} did not start: {_last_line(log)}. {OFFLINE_HINT}")
            yield address
        finally:
            process.kill()


def exit_with_stdin(before_exit: Callable[[], None] = lambda: None) -> None:
    """In the child: wait until the parent has ended, call `before_exit`, exit at once. Does not return."""
    sys.stdin.buffer.read()
    before_exit()
    os._exit(0)


def _last_line(log: IO[str]) -> str:
    log.seek(0)
    lines = [line.strip(" .\n") for line in log if line.strip()]
    return lines[-1][:400] if lines else "it printed nothing"
