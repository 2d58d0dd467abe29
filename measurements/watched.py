"""A command watched from outside: the CPU time and the memory of all its processes while episodes come in."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
EVERY = 0.05


class Watched(NamedTuple):
    cpu_ms: float
    """Per episode, user and system, once the first ones had come; servers that the command started included."""
    peak_mb: float
    seconds_to_first: float
    """From the command to its first episode's end."""


def watched(command: Sequence[str], env: Mapping[str, str], done: Callable[[], int], n: int, log: Path) -> Watched:
    """Run it to its end; `done` says how many of `n` episodes are over."""
    began, first, peak = time.monotonic(), 0.0, 0
    start = last = (0, 0.0)
    with log.open("w") as said:
        process = subprocess.Popen(
            command, env=dict(env), stdout=said, stderr=said, cwd=log.parent, start_new_session=True
        )
        while process.poll() is None:
            cpu, memory = _used(process.pid)
            count, peak = done(), max(peak, memory)
            if count and not first:
                first = time.monotonic() - began
            if count and (not start[0] or count <= n // 10):
                start = (count, cpu)
            if last[0] < count <= n:
                last = (count, cpu)
            time.sleep(EVERY)
    if process.returncode or done() < n:
        raise RuntimeError(f"{command}: exit code {process.returncode}, {done()} of {n}: {log.read_text()[-2000:]}")
    return Watched(1000 * (last[1] - start[1]) / max(1, last[0] - start[0]), peak / 1e6, first)


def _used(session: int) -> tuple[float, int]:
    """CPU seconds and resident bytes of every process of a session, of those that have ended too."""
    ticks = pages = 0
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = Path(entry.path, "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if _belongs(int(entry.name), fields, session):
            ticks += sum(map(int, fields[11:15]))
            pages += int(fields[21])
    return ticks / TICKS, pages * PAGE


def _belongs(pid: int, fields: list[str], session: int) -> bool:
    """Of the session, or a child that made a session of its own (Prefect's server)."""
    return int(fields[3]) == session or int(fields[1]) == session or pid == session
