"""A command watched from outside: the CPU time and the memory of all its processes while episodes come in."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

WEIGH_EVERY = 1.0
"""Seconds; to ask what a process shares takes the system milliseconds."""
TICKS = os.sysconf("SC_CLK_TCK")


class Moment(NamedTuple):
    done: int
    """Episodes that are over."""
    seconds: float
    """Since the command."""
    cpu_seconds: float
    """User and system, of all processes so far, servers that the command started included."""
    mb: float
    """In memory now; what processes share counts once."""


class Watched(NamedTuple):
    moments: list[Moment]
    began: float
    """By the machine's monotonic clock."""

    def cpu_ms_since(self, moment: float) -> float:
        """Per episode, from a moment of the machine's monotonic clock until the last one is over."""
        begin = next(one for one in self.moments if self.began + one.seconds >= moment)
        end = self.when(self.moments[-1].done)
        return 1000 * (end.cpu_seconds - begin.cpu_seconds) / end.done

    @property
    def peak_mb(self) -> float:
        return max(moment.mb for moment in self.moments)

    def cpu_ms_between(self, first: int, last: int) -> float:
        """Per episode of those after the first so many."""
        begin, end = self.when(first), self.when(last)
        return 1000 * (end.cpu_seconds - begin.cpu_seconds) / max(1, end.done - begin.done)

    def when(self, done: int) -> Moment:
        """The first look at which so many were over."""
        return next(moment for moment in self.moments if moment.done >= max(1, done))


def watched(
    command: Sequence[str], env: Mapping[str, str], done: Callable[[], int], n: int, log: Path, every: float = 0.05
) -> Watched:
    """Run it to its end, looking `every` so many seconds; `done` says how many of `n` episodes are over."""
    began, moments = time.monotonic(), []
    mb, weighed = 0.0, float("-inf")
    with log.open("w") as said:
        process = subprocess.Popen(
            command, env=dict(env), stdout=said, stderr=said, cwd=log.parent, start_new_session=True
        )
        while process.poll() is None:
            if time.monotonic() - weighed >= WEIGH_EVERY:
                mb, weighed = _memory(process.pid), time.monotonic()
            moments.append(Moment(done(), time.monotonic() - began, _cpu_seconds(process.pid), mb))
            time.sleep(every)
    if process.returncode or done() < n:
        raise RuntimeError(f"{command}: exit code {process.returncode}, {done()} of {n}: {log.read_text()[-2000:]}")
    moments.append(Moment(done(), time.monotonic() - began, moments[-1].cpu_seconds, 0.0))
    return Watched(moments, began)


def _cpu_seconds(leader: int) -> float:
    """Of a session, those that have ended included, and of servers it started."""
    return sum(sum(map(int, fields[11:15])) for _, fields in _session(leader)) / TICKS


def _memory(leader: int) -> float:
    """MB of the same processes: their proportional set sizes."""
    kilobytes = 0
    for process, _ in _session(leader):
        with suppress(OSError, IndexError):  # it has just ended
            kilobytes += int((process / "smaps_rollup").read_text().partition("\nPss:")[2].split()[0])
    return kilobytes * 1024 / 1e6


def _session(leader: int) -> Iterator[tuple[Path, list[str]]]:
    """Its processes under /proc, with the fields of `stat` from the state on."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has just ended
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if leader in (int(fields[3]), int(fields[1])):  # Prefect's server has a session of its own
                yield process, fields
