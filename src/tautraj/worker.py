"""A process of `runner=processes`: made ready once, gone with the run.

Not here: what it does then (`play`).
"""

import multiprocessing
import os
import signal
import threading

from tautraj import environment
from tautraj.benchmarks import open_benchmark
from tautraj.config import Bench, Domain


def begin_worker(benchmark: Bench, domain: Domain) -> None:
    """Called by the pool in every process before its first task."""
    environment.prepare()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the run's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    open_benchmark(benchmark, domain)
    environment.settle()


def _end_with_parent() -> None:
    """Else a killed run's workers would play on, while the same command plays the same episodes again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
