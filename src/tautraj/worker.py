"""A process of `runner=processes`: made ready once, plays many conversations at once, gone with the run.

Not here: who gives it what to play (`workers`), what it does then (`play`).
"""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection

from tautraj import environment
from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.grid import EpisodeSpec
from tautraj.llms.preflight import warm_up
from tautraj.metrics import Row
from tautraj.play import play


def work(pipe: Connection, run: Run, at_once: int) -> None:
    """Play what comes through the pipe and send back what came of it, until None comes or the run is gone."""
    environment.prepare()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the run's to answer
    open_benchmark(run.benchmark, run.domain)
    warm_up(run.seats.values())
    environment.settle()
    sending = threading.Lock()

    def carry_out(spec: EpisodeSpec) -> None:
        result: Row | BaseException
        try:
            result = play(run, spec)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            result = error
        with sending, suppress(OSError):  # nobody listens any more: see below
            pipe.send((spec.id, result))

    with ThreadPoolExecutor(at_once) as pool:
        try:
            while (spec := pipe.recv()) is not None:
                pool.submit(carry_out, spec)
        except (EOFError, OSError):  # a killed run; else its workers would play what the same command plays again
            os._exit(1)
