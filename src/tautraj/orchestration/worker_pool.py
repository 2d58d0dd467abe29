"""The pool of worker processes of `runner=processes`, as seen from the main process.

Prefect sees a thread that waits, as with `runner=threads`, so order, retries and end states are the same. Not a
`ProcessPoolExecutor`: there one dead process breaks every future; here it fails its own episodes and is replaced. Not
here: the code that runs in such a process (`orchestration.worker_process`).
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Literal

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, locate_run_directory
from tautraj.errors import StoreError, WorkerDied
from tautraj.metrics import EpisodeSummary
from tautraj.orchestration.worker_process import run_worker
from tautraj.store import Store

POLL_SECONDS = 5.0
"""Between two looks at whether a process lives. The end of its pipe says so at once, unless it has forked."""

CONTEXT = multiprocessing.get_context("spawn")  # a fork would copy locks held by threads that it does not copy


def count_cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0))


def record_lost_worker(run: Run, spec: EpisodeSpec, error: WorkerDied) -> WorkerDied:
    """Write the error under failures/, which the dead process could not do, and return it."""
    with suppress(StoreError):
        Store(locate_run_directory(run)).write_failure(spec.id, error, [], {})
    return error


class WorkerPool:
    """Worker processes shared by `runs`; together they play `runner.workers` episodes at once.

    `processes`: how many, at most one per worker; "cores": one per core. `on_call`: called after every answer of an
    llm, with its tokens.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        processes: int | Literal["cores"],
        on_call: Callable[[int], None] = lambda _: None,
    ) -> None:
        count = count_cores() if processes == "cores" else processes
        self._runs, self._concurrency, self._on_call = runs, runs[0].runner.workers, on_call
        self._count = min(count, self._concurrency)
        self._workers: list[Worker] = []
        self._lock = threading.Lock()

    def __enter__(self) -> "WorkerPool":
        self._workers = [self._start_worker() for _ in range(self._count)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop(timeout=10.0 if error is None else 0.0)

    def play(self, run: Run, spec: EpisodeSpec) -> EpisodeSummary:
        """`runs.play.play` in the least busy process, after replacing dead ones. Raises `WorkerDied` if it dies."""
        with self._lock:
            self._workers = [self._start_worker() if worker.is_dead else worker for worker in self._workers]
            future = min(self._workers, key=lambda worker: len(worker.pending)).submit(run, spec)
        try:
            return future.result()
        except WorkerDied as error:
            raise record_lost_worker(run, spec, error) from None

    def _start_worker(self) -> "Worker":
        return Worker(self._runs, -(-self._concurrency // self._count), self._on_call)


class Worker:
    """One worker process, and a thread that receives the results of its episodes."""

    def __init__(self, runs: Sequence[Run], concurrency: int, on_call: Callable[[int], None]) -> None:
        self._pipe, child_end = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=run_worker, args=(child_end, list(runs), concurrency), daemon=True)
        self._process.start()
        child_end.close()  # now only the process holds its end, which closes when the process dies
        self.is_dead = False
        self.on_call = on_call
        self.pending: dict[str, Future[EpisodeSummary]] = {}
        self._lock = threading.Lock()
        threading.Thread(target=_receive_results, args=(self, self._pipe), daemon=True).start()

    def submit(self, run: Run, spec: EpisodeSpec) -> "Future[EpisodeSummary]":
        future: Future[EpisodeSummary] = Future()
        with self._lock:
            self.pending[spec.id] = future
            with suppress(OSError):  # it has just died: `fail_pending` fails the future
                self._pipe.send((run, spec))
        if self.is_dead:
            self.fail_pending()
        return future

    def resolve(self, episode: str, result: EpisodeSummary | BaseException) -> None:
        with self._lock:
            future = self.pending.pop(episode)
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(result)

    def fail_pending(self) -> None:
        """The process is dead: fail every pending episode with `WorkerDied`."""
        self.is_dead = True
        self._process.join(1)
        self._process.kill()  # it may live: its last message could not be read
        for episode in list(self.pending):
            with suppress(KeyError):
                self.resolve(episode, WorkerDied(f"its process died, exit code {self._process.exitcode}"))

    def is_alive(self) -> bool:
        """Whether the process runs. A process that a component has forked keeps the pipe open after it."""
        return self._process.is_alive()

    def stop(self, timeout: float) -> None:
        """Ask the process to end, and kill it after `timeout` seconds."""
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(timeout)
        self._process.kill()


def _receive_results(worker: Worker, pipe: Connection) -> None:
    try:
        with suppress(EOFError, OSError):
            while pipe.poll(POLL_SECONDS) or worker.is_alive():
                if pipe.poll():
                    episode, result = pipe.recv()
                    if episode is None:
                        worker.on_call(result)
                    else:
                        worker.resolve(episode, result)
    finally:
        worker.fail_pending()
