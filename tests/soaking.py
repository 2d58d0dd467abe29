"""A run through the front door in bad weather, and what came of it: for `measurements/soak.py` and `test_soak`.

The provider is a process of its own. It plays what the offline seats did when they were recorded here, every fourth
task by an agent that does nothing, so that there are rewards to get wrong. Whatever it answers or refuses, the run
has to come to the same conversations and the same rewards.
"""

import json
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

from provider import Answer, ChatRequest, Provider
from replay import ReplayBySeed, essence
from visits import Visit, most_in_window
from weather import Weather

from tautraj.agents import Stage
from tautraj.agents.oracle import GOODBYE, perform
from tautraj.command_line import compose_tree
from tautraj.config import Run
from tautraj.episode import run_episode
from tautraj.grid import plan
from tautraj.play import directory, prepare
from tautraj.recorder import Recorder
from tautraj.reward import graded
from tautraj.store import Store
from tautraj.trajectory import Trajectory
from tautraj.tree import parse

GENERATE = Path(__file__).parents[1] / "flows" / "generate.py"
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
    kills: int
    seed: int  # of the weather and of the kills

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


def do_nothing(stage: Stage) -> None:
    """Offer to close, whatever the customer wants."""
    perform(stage, [GOODBYE])


def recordings(soak: Soak) -> list[Trajectory]:
    """What happens in good weather, task by task."""
    chosen = [f"domain={soak.domain}", f"split={soak.split}", f"tasks.limit={soak.tasks}", "root=/nonexistent"]
    able, idle = (parse(compose_tree([*chosen, *more])) for more in ((), [f"agent._target_={__name__}.do_nothing"]))
    runs = [idle if index % 4 == 3 else able for index in range(soak.tasks)]
    specs = prepare(able).owed
    return [graded(run_episode(run, spec, Recorder()), run) for run, spec in zip(runs, specs, strict=True)]


# The provider's process.


class Report(NamedTuple):
    visits: list[Visit]
    injected: Counter[str]
    errors: list[str]


class Served(NamedTuple):
    address: str
    pipe: Connection

    def report(self) -> Report:
        """Of everything so far; nothing is served afterwards."""
        self.pipe.send("report")
        told: Report = self.pipe.recv()
        return told


@contextmanager
def weathered(soak: Soak, by_seed: dict[int, Trajectory]) -> Iterator[Served]:
    """A provider that plays these conversations, known by the seed of their calls."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, soak, by_seed), daemon=True)
    process.start()
    try:
        yield Served(ours.recv(), ours)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, soak: Soak, by_seed: dict[int, Trajectory]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the run's to answer
    replay, weather = ReplayBySeed(by_seed), Weather(soak.seed, soak.faulty, TIMEOUT)

    def answer(request: ChatRequest) -> Answer:
        """As large as it would be: four characters are a token."""
        return replace(replay(request), tokens_in=len(json.dumps(request.body)) // 4, tokens_out=20)

    with Provider(answer, weather, remembering=False) as provider:
        pipe.send(provider.openai_base)
        pipe.recv()
        pipe.send(Report(list(provider.visits), weather.injected, [repr(error) for error in provider.errors]))


# The run.


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
        with (folder / "said").open("w+") as said:
            command = [sys.executable, str(GENERATE), *overrides]
            run = subprocess.Popen(command, cwd=folder, env=environ, stdout=said, stderr=said, start_new_session=True)
            late = chance.uniform(0.0, 2.0)
            while run.poll() is None:
                peak = max(peak, _megabytes(run.pid))
                if goal is not None and len(_written(episodes)) >= goal:
                    time.sleep(late)
                    run.send_signal(signal.SIGKILL)
                    run.wait()
                    break
                time.sleep(0.2)
            said.seek(0)
            last = said.read()
        now = _written(episodes)
        rewritten += sum(now.get(name) != inode for name, inode in known.items())
        known = now
    return Played(time.monotonic() - began, _cpu_seconds() - used, peak, rewritten, run.returncode, last)


def _written(episodes: Path) -> dict[str, int]:
    """File -> inode; a file that is written again is another one."""
    return {entry.name: entry.inode() for entry in os.scandir(episodes)} if episodes.exists() else {}


def _cpu_seconds() -> float:
    """Of every process of ours that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes(session: int) -> float:
    """Resident memory of every process of the session."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        pages += int(fields[21]) if int(fields[3]) == session else 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# What came of it.


def figures(
    soak: Soak, run: Run, expected: dict[str, Trajectory], played: Played, report: Report
) -> dict[str, str | int]:
    """By name, in the order of the table. `expected`: by id of the episode."""
    store, owed = Store(directory(run)), dict(expected)
    different = other_words = ungraded = twice = calls = retries = 0
    for found in store.episodes():
        known = owed.pop(found.id, None)
        twice += known is None
        known = known or expected[found.id]
        different += found.reward != known.reward
        other_words += essence(found) != essence(known)
        ungraded += found.reward is None
        calls += sum(usage.calls for usage in found.usage.values())
        retries += sum(usage.retries for usage in found.usage.values())
    answered = sum(visit.whole for visit in report.visits) - (1 + soak.kills)  # and a preflight call at every start
    return {
        "episodes completed": len(expected) - len(owed),
        "lost": len(owed),
        "duplicated": twice + played.rewritten,
        "rewards different": different,
        "conversations different": other_words,
        "ungraded": ungraded,
        "failures kept": len(list(Path(store.path).glob("failures/*"))),
        "kills": soak.kills,
        "calls asked": len(report.visits),
        "answers in no record": answered - calls,
        "retries": retries,
        "faults": sum(report.injected.values()),
        **{f"fault: {kind}": count for kind, count in sorted(report.injected.items())},
        "peak memory": f"{played.peak_mb:.0f} MB",
        **_overshoot(soak, report.visits),
        "seconds": f"{played.seconds:.0f}, {played.cpu_seconds:.0f} of CPU",
    }


def _overshoot(soak: Soak, visits: Sequence[Visit]) -> dict[str, str | int]:
    """What the fullest 60 s at the provider had beyond the limit; calls at once at any moment."""
    arrivals = [visit.arrived for visit in visits]
    at_once = max((visit.at_once for visit in visits), default=0)
    most = {
        "requests a minute": (most_in_window(arrivals, [1.0] * len(visits), 60), soak.requests_per_minute),
        "tokens a minute": (most_in_window(arrivals, [v.tokens for v in visits], 60), soak.tokens_per_minute),
        "calls at once": (at_once, soak.calls_at_once),
    }
    return {
        name: f"{seen:,.0f}" + (f" of {limit:,}: {max(0.0, seen / limit - 1):+.1%}" if limit else ", no limit")
        for name, (seen, limit) in most.items()
    }


def soaked(soak: Soak, folder: Path, environ: dict[str, str]) -> dict[str, str | int]:
    """All of it. `folder` is empty and keeps what the run writes; `environ` names the Prefect server."""
    recorded = {trajectory.task_id: trajectory for trajectory in recordings(soak)}
    here = parse(compose_tree(soak.overrides(folder / "outputs", "http://127.0.0.1")))
    by_seed = {spec.seed: recorded[spec.task_id] for spec in plan(here, list(recorded))}
    with weathered(soak, by_seed) as served:
        overrides = soak.overrides(folder / "outputs", served.address)
        run = parse(compose_tree(overrides))
        expected = {spec.id: recorded[spec.task_id] for spec in plan(run, list(recorded))}
        played = play(soak, overrides, Path(directory(run)) / "episodes", environ, folder)
        report = served.report()
    if played.code or report.errors:
        raise RuntimeError(f"exit code {played.code}: {played.said[-2000:]}\n{report.errors[:3]}")
    return figures(soak, run, expected, played, report)
