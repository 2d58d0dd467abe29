"""A run that is under way, for tests that end it before its time."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from support.cli import Process, start
from support.provider.replay import Replay
from support.provider.server import Answer, ChatRequest
from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Trajectory

MOCK = ["domain=mock", "split=base", "tracking=none"]
TASKS = ["create_task_1", "update_task_1"]
IDS = f"tasks.ids={json.dumps(TASKS)}"


def played_offline(run_of: Callable[..., Run]) -> list[Trajectory]:
    """What the provider answers with."""
    run = run_of(*MOCK)
    return [run_episode(run, spec, Recorder()) for spec in plan_episodes(run, TASKS)]


class Slow:
    """Answers after a while, and tells how many conversations it has begun."""

    def __init__(self, recorded: list[Trajectory], seconds: float) -> None:
        self._replay, self._seconds = Replay(recorded), seconds

    def __call__(self, request: ChatRequest) -> Answer:
        time.sleep(self._seconds)
        return self._replay(request)


class Held(Slow):
    """Answers nothing while `go_on` is clear."""

    def __init__(self, recorded: list[Trajectory], seconds: float) -> None:
        super().__init__(recorded, seconds)
        self.go_on = threading.Event()
        self.go_on.set()
        self.waiting = 0
        """Number of requests that are held."""
        self._lock = threading.Lock()

    def __call__(self, request: ChatRequest) -> Answer:
        if not self.go_on.is_set():
            with self._lock:
                self.waiting += 1
            self.go_on.wait()
        return super().__call__(request)


class Under:
    """A run that is under way, in a process group of its own as a shell makes one."""

    def __init__(
        self,
        overrides: Sequence[str],
        cwd: Path,
        environ: dict[str, str],
        door: str = "generate",
        *,
        cold: bool = False,
    ) -> None:
        self._log = (cwd / "log").open("w+")
        self.process = start(overrides, door, cwd=cwd, env=environ, log=self._log, start_new_session=True, cold=cold)

    def interrupt(self, number: signal.Signals) -> None:
        """As a terminal does: everyone in the group."""
        os.killpg(self.process.pid, number)

    def end(self) -> tuple[int, str]:
        code = self.process.wait(timeout=120)
        self._log.seek(0)
        return code, self._log.read()


def wait_until(true: Callable[[], bool], process: Process) -> None:
    while not true():
        assert process.poll() is None, "it ended before"
        time.sleep(0.02)


def workers(leader: int) -> list[tuple[int, str]]:
    """Pid and command of a run's children."""
    listing = subprocess.run(
        ["ps", "-ww", "--ppid", str(leader), "-o", "pid=,args="], capture_output=True, text=True, check=True
    )
    found = [line.split(maxsplit=1) for line in listing.stdout.splitlines()]
    return [(int(pid), args) for pid, args in found]


def group(leader: int) -> list[str]:
    """Commands of those processes that are alive in its session, and the servers they started."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    found = [line.split(maxsplit=2) for line in listing.stdout.splitlines()]
    return [args for pgid, stat, args in found if int(pgid) == leader and not stat.startswith("Z")]
