"""The processes of `runner=processes`, seen from the run: an episode is played by one of them.

Prefect sees a thread that waits, as it does where threads play, so that orders, retries and endings are the same. Not
here: what happens in such a process (`worker`).
"""

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Literal

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, directory
from tautraj.errors import StoreError, WorkerDied
from tautraj.metrics import Row
from tautraj.orchestration.worker_process import work
from tautraj.store import Store

CONTEXT = multiprocessing.get_context("spawn")  # a fork would take over the locks of threads that are not there


def cores() -> int:
    """Of this machine, as many as this process may use."""
    return len(os.sched_getaffinity(0))


def lost(run: Run, spec: EpisodeSpec, error: WorkerDied) -> WorkerDied:
    """The error, kept under failures/: who would have kept it is gone."""
    with suppress(StoreError):
        Store(directory(run)).write_failure(spec.id, error, [], {})
    return error


class Workers:
    """So many processes, among them as many conversations at once as the runs, which share them, have workers."""

    def __init__(self, runs: Sequence[Run], processes: int | Literal["cores"]) -> None:
        wanted = cores() if processes == "cores" else processes
        self._runs, self._at_once = runs, runs[0].runner.workers
        self._count = min(wanted, self._at_once)
        self._workers: list[Worker] = []
        self._choosing = threading.Lock()

    def __enter__(self) -> "Workers":
        self._workers = [self._started() for _ in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end(patience=10.0 if error is None else 0.0)

    def play(self, run: Run, spec: EpisodeSpec) -> Row:
        """As `tautraj.play.play`, in the process that has least to do; `WorkerDied` if that one dies over it."""
        with self._choosing:
            self._workers = [self._started() if worker.dead else worker for worker in self._workers]
            future = min(self._workers, key=lambda worker: len(worker.under_way)).begin(run, spec)
        try:
            return future.result()
        except WorkerDied as error:
            raise lost(run, spec, error) from None

    def _started(self) -> "Worker":
        return Worker(self._runs, -(-self._at_once // self._count))


class Worker:
    """One process, and a thread here that hears what came of its episodes."""

    def __init__(self, runs: Sequence[Run], at_once: int) -> None:
        self._pipe, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=work, args=(theirs, list(runs), at_once), daemon=True)
        self._process.start()
        theirs.close()  # now its end is the only one, and is gone when it is
        self.dead = False
        self.under_way: dict[str, Future[Row]] = {}
        self._changing = threading.Lock()
        threading.Thread(target=_listen, args=(self, self._pipe), daemon=True).start()

    def begin(self, run: Run, spec: EpisodeSpec) -> "Future[Row]":
        future: Future[Row] = Future()
        with self._changing:
            self.under_way[spec.id] = future
            with suppress(OSError):  # it has just died, and `lost` will say so
                self._pipe.send((run, spec))
        if self.dead:
            self.lost()
        return future

    def over(self, episode: str, result: Row | BaseException) -> None:
        with self._changing:
            future = self.under_way.pop(episode)
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)

    def lost(self) -> None:
        """The process is gone, whatever it was playing with it."""
        self.dead = True
        self._process.join(1)
        for episode in list(self.under_way):
            with suppress(KeyError):
                self.over(episode, WorkerDied(f"its process died, exit code {self._process.exitcode}"))

    def end(self, patience: float) -> None:
        """Let it go by itself, or make it after so many seconds."""
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(patience)
        self._process.kill()


def _listen(worker: Worker, pipe: Connection) -> None:
    try:
        while True:
            worker.over(*pipe.recv())
    except (EOFError, OSError):
        worker.lost()
