"""A process that plays: made ready once, then many conversations at once. Of `runner=processes`, or a cluster's.

Not here: who gives it what to play (`workers`), what it does then (`play`).
"""

import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection

from tautraj import process_env
from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.llms.preflight import warm_up
from tautraj.metrics import EpisodeSummary
from tautraj.runs.play import play

_startup_lock = threading.Lock()

_started_runs: list[Run] = []
"""What this process has been made ready for."""


def play_on_cluster(run: Run, spec: EpisodeSpec) -> EpisodeSummary:
    """As `tautraj.play.play`, in a process of somebody's cluster."""
    with _startup_lock:
        if run not in _started_runs:
            _start_up([run])
            _started_runs.append(run)
    return play(run, spec)


def dask_setup(_: object) -> None:
    """Dask calls it in each process of a cluster that the run has made."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the run's to answer


def _start_up(runs: Sequence[Run]) -> None:
    process_env.prepare()
    for run in runs:
        open_benchmark(run.benchmark, run.domain)
    seats = [llm for run in runs for llm in run.seats.values()]
    warm_up({llm.model_dump_json(): llm for llm in seats}.values())
    process_env.freeze_gc()


def run_worker(pipe: Connection, runs: Sequence[Run], concurrency: int) -> None:
    """Play what comes through the pipe and send back what came of it, until None comes or the run is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the run's to answer: a terminal and Prefect's worker tell us all
        signal.signal(number, signal.SIG_IGN)
    _start_up(runs)
    sending = threading.Lock()

    def carry_out(run: Run, spec: EpisodeSpec) -> None:
        result: EpisodeSummary | BaseException
        try:
            result = play(run, spec)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            result = error
        with sending, suppress(OSError):  # nobody listens any more: see below
            pipe.send((spec.id, result))

    with ThreadPoolExecutor(concurrency) as pool:
        try:
            while (given := pipe.recv()) is not None:
                pool.submit(carry_out, *given)
        except (EOFError, OSError):  # a killed run; else its workers would play what the same command plays again
            os._exit(1)
