"""The progress bar of a run or of a sweep."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from tautraj.report.terminal.console import duration
from tautraj.runs.progress import Standing, every
from tautraj.runs.scheduler import Together, Watcher

PLAIN_LINES_EVERY = 10.0
"""Seconds."""


@contextmanager
def progress(together: Together, title: str) -> Iterator[Watcher]:
    """A bar that is renewed with every call of what it yields."""
    console = Console(stderr=True)
    if "human" in [run.user.name for run in together.runs]:
        yield lambda now: None  # the terminal belongs to the conversation
        return
    if not console.is_terminal:
        yield every(PLAIN_LINES_EVERY, lambda now: print(line(now), flush=True))
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[text]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=together.total, completed=together.done, text=line(together))
        yield lambda now: bar.update(task, completed=now.done, text=line(now))


def line(standing: Standing | Together) -> str:
    """Done, failed, owed, success so far, tokens and USD so far, time left."""
    rate = "–" if standing.success_rate is None else f"{standing.success_rate:.1%}"
    spent, reserved = standing.ledger.spent, standing.ledger.reserved
    usd = "unpriced" if spent.usd is None else f"{spent.usd:.2f} USD"
    if standing.ledger.under_way and spent.usd is not None and reserved.usd:
        usd += f" (and {reserved.usd:.2f} reserved)"
    left = "" if standing.seconds_left is None else f", {duration(standing.seconds_left)} left"
    return (
        f"{standing.done} done, {standing.failed} failed, {standing.owed} owed, success {rate}, "
        f"{spent.tokens:,.0f} tokens, {usd}{left}"
    )
