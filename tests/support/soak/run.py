"""A run through the front door in bad weather, killed now and then. Not here: what came of it (`results`).

The provider plays what the offline seats did when they were recorded here, every fourth task by an agent that does
nothing, so that there are rewards to get wrong. Whatever the weather, the run has to come to the same.
"""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from support.cli import REPO
from tautraj.agents import AgentContext
from tautraj.agents.oracle import GOODBYE, perform
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_run
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Trajectory

GENERATE = REPO / "flows" / "generate.py"
TIMEOUT = 5.0
"""Seconds of one call: a hanging one costs as many."""


@dataclass(frozen=True)
class Soak:
    domain: str
    split: str
    tasks: int  # the split's first ones
    trials: int
    runner: str
    workers: int
    calls_at_once: int
    requests_per_minute: int | None
    tokens_per_minute: int | None
    faulty: float  # share of the calls
    odd: float  # share of the answers
    kills: int
    seed: int  # of the weather, the oddities and the kills

    def overrides(self, root: Path, address: str) -> list[str]:
        provider = {
            "api_base": address,
            "timeout_seconds": TIMEOUT,
            "calls_at_once": self.calls_at_once,
            "requests_per_minute": self.requests_per_minute or "null",
            "tokens_per_minute": self.tokens_per_minute or "null",
        }
        seats = [f"{seat}.provider.{key}={value}" for seat in ("model", "user") for key, value in provider.items()]
        what = [f"domain={self.domain}", f"split={self.split}", f"tasks.limit={self.tasks}", f"trials={self.trials}"]
        how = [f"runner={self.runner}", f"runner.workers={self.workers}", f"root={root}"]
        return ["model=vllm", "user=vllm", *seats, *what, *how]


def do_nothing(context: AgentContext) -> None:
    """Offer to close, whatever the customer wants."""
    perform(context, [GOODBYE])


def recordings(soak: Soak) -> list[Trajectory]:
    """What happens in good weather, task by task."""
    chosen = [f"domain={soak.domain}", f"split={soak.split}", f"tasks.limit={soak.tasks}", "root=/nonexistent"]
    able, idle = (
        parse_run(compose_tree([*chosen, *more])) for more in ((), [f"agent._target_={__name__}.do_nothing"])
    )
    runs = [idle if index % 4 == 3 else able for index in range(soak.tasks)]
    specs = plan_run(able).owed
    return [grade_episode(run_episode(run, spec, Recorder()), run) for run, spec in zip(runs, specs, strict=True)]


class Played(NamedTuple):
    seconds: float
    cpu_seconds: float
    peak_mb: float
    """Of the run's processes together."""
    rewritten: int
    """Episodes whose file was written again after it had been there."""
    code: int
    said: str


def play(soak: Soak, overrides: Sequence[str], episodes: Path, environ: dict[str, str], folder: Path) -> Played:
    """The run, killed as often as asked for, and started again until it ends by itself."""
    began, used, peak, rewritten = time.monotonic(), _cpu_seconds(), 0.0, 0
    chance = random.Random(soak.seed)
    goals = sorted(chance.randrange(soak.tasks * soak.trials) for _ in range(soak.kills))
    known: dict[str, int] = {}
    for goal in [*goals, None]:
        code, said, memory = _started(overrides, episodes, environ, folder, goal, chance.uniform(0.0, 2.0))
        peak = max(peak, memory)
        now = _written(episodes)
        rewritten += sum(now.get(name) != inode for name, inode in known.items())
        known = now
    return Played(time.monotonic() - began, _cpu_seconds() - used, peak, rewritten, code, said)


def _started(
    overrides: Sequence[str], episodes: Path, environ: dict[str, str], folder: Path, goal: int | None, late: float
) -> tuple[int, str, float]:
    """Exit code, what it said, megabytes at most. Killed `late` seconds after there are `goal` episodes."""
    peak = 0.0
    with (folder / "said").open("w+") as said:
        command = [sys.executable, str(GENERATE), *overrides]
        run = subprocess.Popen(command, cwd=folder, env=environ, stdout=said, stderr=said, start_new_session=True)
        try:
            while run.poll() is None:
                peak = max(peak, _megabytes(run.pid))
                if goal is not None and len(_written(episodes)) >= goal:
                    time.sleep(late)
                    run.kill()
                    run.wait()
                time.sleep(0.2)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # Prefect's embedded server outlives a killed run
            run.wait()
        said.seek(0)
        return run.returncode, said.read(), peak


def _written(episodes: Path) -> dict[str, int]:
    """File -> inode; a file that is written again is another one."""
    return {entry.name: entry.inode() for entry in os.scandir(episodes)} if episodes.exists() else {}


def _cpu_seconds() -> float:
    """Of every process of ours that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes(session: int) -> float:
    """Resident memory of every process of the session, Prefect's embedded server apart."""
    pages, leader = 0, b""
    with suppress(OSError):
        leader = Path(f"/proc/{session}/cmdline").read_bytes()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            said = (process / "cmdline").read_bytes() if int(fields[3]) == session else b"uvicorn"
            if b"uvicorn" not in said and (said != leader or int(process.name) == session):  # no fork on its way
                pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
