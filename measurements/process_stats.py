"""CPU time and memory of a command and all its processes, sampled from /proc while episodes finish."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

MEMORY_SECONDS = 1.0
"""Seconds between two memory samples: reading a proportional set size takes the kernel milliseconds."""
TICKS = os.sysconf("SC_CLK_TCK")


class Sample(NamedTuple):
    done: int
    """Episodes finished so far."""
    seconds: float
    """Since the start of the command."""
    cpu_seconds: float
    """User and system time of all processes so far, including servers that the command started."""
    mb: float
    """Memory in use; pages shared by processes count once."""


class ProcessStats(NamedTuple):
    samples: list[Sample]
    started: float
    """Start of the command by the monotonic clock, s."""

    def cpu_ms_since(self, start: float) -> float:
        """CPU ms per episode, from `start` (monotonic clock) until the last episode finished."""
        begin = next(sample for sample in self.samples if self.started + sample.seconds >= start)
        end = self.find_sample(self.samples[-1].done)
        return 1000 * (end.cpu_seconds - begin.cpu_seconds) / end.done

    @property
    def peak_mb(self) -> float:
        return max(sample.mb for sample in self.samples)

    def cpu_ms_between(self, first: int, last: int) -> float:
        """CPU ms per episode between the sample with `first` finished episodes and the one with `last`."""
        begin, end = self.find_sample(first), self.find_sample(last)
        return 1000 * (end.cpu_seconds - begin.cpu_seconds) / max(1, end.done - begin.done)

    def find_sample(self, done: int) -> Sample:
        """The first sample with at least `done` finished episodes, and at least one."""
        return next(sample for sample in self.samples if sample.done >= max(1, done))


def watch_command(
    command: Sequence[str],
    env: Mapping[str, str],
    count_done: Callable[[], int],
    n: int,
    log: Path,
    every: float = 0.05,
) -> ProcessStats:
    """Run `command` to its end in the folder of `log`, sampling every `every` seconds.

    `count_done` returns how many of the `n` episodes are finished. Raises `RuntimeError` with the end of the output
    if the command fails or finishes fewer.
    """
    started, samples = time.monotonic(), []
    mb, measured_at = 0.0, float("-inf")
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=dict(env), stdout=output, stderr=output, cwd=log.parent, start_new_session=True
        )
        while process.poll() is None:
            if time.monotonic() - measured_at >= MEMORY_SECONDS:
                mb, measured_at = _read_memory(process.pid), time.monotonic()
            samples.append(Sample(count_done(), time.monotonic() - started, _read_cpu_seconds(process.pid), mb))
            time.sleep(every)
    if process.returncode or count_done() < n:
        raise RuntimeError(
            f"{command}: exit code {process.returncode}, {count_done()} of {n}: {log.read_text()[-2000:]}"
        )
    samples.append(Sample(count_done(), time.monotonic() - started, samples[-1].cpu_seconds, 0.0))
    return ProcessStats(samples, started)


def _read_cpu_seconds(leader: int) -> float:
    """CPU seconds of the session's processes, their ended children and the servers they started."""
    return sum(sum(map(int, fields[11:15])) for _, fields in _iter_processes(leader)) / TICKS


def _read_memory(leader: int) -> float:
    """MB of the same processes, as the sum of their proportional set sizes."""
    kilobytes = 0
    for process, _ in _iter_processes(leader):
        with suppress(OSError, IndexError):  # the process has just ended
            kilobytes += int((process / "smaps_rollup").read_text().partition("\nPss:")[2].split()[0])
    return kilobytes * 1024 / 1e6


def _iter_processes(leader: int) -> Iterator[tuple[Path, list[str]]]:
    """Processes of the session under /proc, with the fields of `stat` from the state on."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # the process has just ended
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            if leader in (int(fields[3]), int(fields[1])):  # Prefect's server has its own session
                yield process, fields
