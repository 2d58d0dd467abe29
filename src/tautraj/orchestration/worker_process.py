"""A process that plays episodes, of `runner=processes` or of a cluster: prepared once, then many episodes at once.

Not here: the pool of processes (`orchestration.worker_pool`), playing an episode (`runs.play`).
"""

import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection

from tautraj import process_env
from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import TautrajError, rebuild_error
from tautraj.llms.preflight import warm_up
from tautraj.metrics import EpisodeSummary
from tautraj.runs.play import play

_startup_lock = threading.Lock()

_started_runs: list[Run] = []
"""Runs that this process has been prepared for. Module state on purpose: one list per process of a cluster."""


def play_on_cluster(run: Run, spec: EpisodeSpec) -> EpisodeSummary:
    """`runs.play.play` in a process of a cluster, which is prepared for `run` at its first episode."""
    with _startup_lock:
        if run not in _started_runs:
            _start_up([run])
            _started_runs.append(run)
    return play(run, spec)


def dask_setup(_: object) -> None:
    """Called by Dask in each process of a cluster that the run has started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run handles Ctrl-C


def _start_up(runs: Sequence[Run]) -> None:
    process_env.prepare()
    for run in runs:
        open_benchmark(run.benchmark, run.domain)
    seats = [llm for run in runs for llm in run.seats.values()]
    warm_up({llm.model_dump_json(): llm for llm in seats}.values())
    process_env.freeze_gc()


def run_worker(pipe: Connection, runs: Sequence[Run], concurrency: int) -> None:
    """Play the `(run, spec)` pairs received from `pipe` and send `(id, row or error)` back, until None or its end.

    After every answer of an llm, `(None, tokens)` is sent.
    """
    for number in (signal.SIGINT, signal.SIGTERM):  # the run handles them; a terminal signals every process
        signal.signal(number, signal.SIG_IGN)
    _start_up(runs)
    sending = threading.Lock()

    def send(name: str | None, result: object) -> None:
        with sending, suppress(OSError):  # the run has ended: see below
            pipe.send((name, result))

    def play_and_send(run: Run, spec: EpisodeSpec) -> None:
        result: EpisodeSummary | TautrajError
        try:
            result = play(run, spec, lambda tokens: send(None, tokens))
        except BaseException as error:  # noqa: BLE001 - an exception without an answer would hang the run
            result = rebuild_error(error)
        send(spec.id, result)

    with ThreadPoolExecutor(concurrency) as pool:
        try:
            while (request := pipe.recv()) is not None:
                pool.submit(play_and_send, *request).add_done_callback(_exit_if_failed)
        except (EOFError, OSError):  # a killed run: its workers must not play what the same command plays again
            os._exit(1)


def _exit_if_failed(sent: "Future[None]") -> None:
    """A result that could not be sent (no memory) would never arrive: the process ends, which the run sees."""
    if sent.exception():
        os._exit(1)
