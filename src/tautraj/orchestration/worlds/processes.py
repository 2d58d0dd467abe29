"""Processes that make or prove parts of a world, and the bar that shows how far they are."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tautraj import process_env


@contextmanager
def start_processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """They import what they need beside what follows, and end with the block, or with this process."""
    context = multiprocessing.get_context("spawn")  # a fork would copy locks held by threads that it does not copy
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare_process)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _prepare_process() -> None:
    """In a process that makes parts: a terminal's Ctrl-C reaches only the parent, with which the process ends."""
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    process_env.prepare()


def _end_with_parent() -> None:
    """The pool's own queue would keep a process waiting for a parent that is gone."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


@contextmanager
def show_progress(title: str, total: int, unit: str = "tasks proved") -> Iterator[Callable[[int], None]]:
    """A bar of `unit`; call what is yielded with the number of further ones."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        bar = progress.add_task(title, total=total)
        yield lambda count: progress.advance(bar, count)
