"""The progress bar of a run or of a sweep."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from tautraj.report.terminal.console import format_duration
from tautraj.runs.progress import RunProgress, throttle
from tautraj.runs.scheduler import CellScheduler, Watcher

PLAIN_LINE_SECONDS = 10.0
"""Seconds between two lines where stdout is not a terminal."""


@contextmanager
def show_progress(scheduler: CellScheduler, title: str) -> Iterator[Watcher]:
    """Show a progress bar for the length of the block; yields the watcher that updates it.

    Without a terminal it prints a line every `PLAIN_LINE_SECONDS`; with a human customer it shows nothing.
    """
    console = Console(stderr=True)
    if "human" in [run.user.name for run in scheduler.runs]:
        yield lambda _: None  # the terminal belongs to the conversation
        return
    if not console.is_terminal:
        yield throttle(PLAIN_LINE_SECONDS, lambda current: print(format_progress(current), flush=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=scheduler.total, completed=scheduler.done, text=format_progress(scheduler))
        yield lambda current: bar.update(task, completed=current.done, text=format_progress(current))


def format_progress(progress: RunProgress | CellScheduler) -> str:
    """Episodes done, failed and owed; success rate, tokens and USD so far; time left."""
    rate = "–" if progress.success_rate is None else f"{progress.success_rate:.1%}"
    spent, reserved = progress.ledger.spent, progress.ledger.reserved
    usd = "unpriced" if spent.usd is None else f"{spent.usd:.2f} USD"
    if progress.ledger.under_way and spent.usd is not None and reserved.usd:
        usd += f" (and {reserved.usd:.2f} reserved)"
    left = "" if progress.seconds_left is None else f", {format_duration(progress.seconds_left)} left"
    return (
        f"{progress.done} done, {progress.failed} failed, {progress.owed} owed, success {rate}, "
        f"{spent.tokens:,.0f} tokens, {usd}{left}"
    )
