"""The progress bar of a run or of a sweep."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from tautraj.report.terminal.console import format_duration, safe_text
from tautraj.runs.scheduler import CellScheduler

PLAIN_LINE_SECONDS = 10.0
"""Seconds between two lines where stdout is not a terminal."""

REDRAWS_PER_SECOND = 4


@contextmanager
def show_progress(scheduler: CellScheduler, title: str) -> Iterator[None]:
    """Show a progress bar for the length of the block, up to date with `scheduler` whenever it is drawn.

    Without a terminal a line is printed every `PLAIN_LINE_SECONDS`; with a human customer nothing is shown.
    """
    console = Console(stderr=True)
    if "human" in [run.user.name for run in scheduler.runs]:
        yield  # the terminal belongs to the conversation
    elif console.is_terminal:
        with Live(
            get_renderable=lambda: draw_progress(scheduler, title),
            console=console,
            transient=True,
            refresh_per_second=REDRAWS_PER_SECOND,
        ):
            yield
    else:
        over = threading.Event()
        threading.Thread(target=_print_lines, args=(scheduler, over), name="progress", daemon=True).start()
        try:
            yield
        finally:
            over.set()


def draw_progress(scheduler: CellScheduler, title: str) -> Group:
    """The name; the bar with what is done, pace and time left; then what is under way and spent. No part is cut."""
    line = Table.grid(expand=True, padding=(0, 2, 0, 0))
    line.add_column(ratio=1)
    line.add_column(no_wrap=True)
    line.add_row(ProgressBar(scheduler.total, scheduler.done), format_pace(scheduler))
    return Group(safe_text(title, "bold"), line, safe_text(format_activity(scheduler)))


def format_progress(scheduler: CellScheduler) -> str:
    """All of the progress in a line."""
    left = scheduler.total - scheduler.done
    return f"{format_pace(scheduler)}, {left} to go, {format_activity(scheduler)}"


def format_results(scheduler: CellScheduler) -> str:
    """What came of the cells, in a line: 38 of 40 graded, mean reward 0.921, success 92.1%, 2 failed, 1.30 USD."""
    rewards = [row.reward for cell in scheduler.cells for row in cell.progress.rows if row.reward is not None]
    parts = [f"{len(rewards):,} of {scheduler.total:,} graded"]
    if rewards and scheduler.success_rate is not None:
        parts += [f"mean reward {math.fsum(rewards) / len(rewards):.3f}", f"success {scheduler.success_rate:.1%}"]
    for name, count in (("failed", scheduler.failed), ("to go", scheduler.owed)):
        parts += [f"{count:,} {name}"] if count else []
    usd = scheduler.ledger.spent.usd
    return ", ".join([*parts, f"{scheduler.tokens:,.0f} tokens", "unpriced" if usd is None else f"{usd:.2f} USD"])


def format_pace(scheduler: CellScheduler) -> str:
    """Episodes done, how many a minute, expected time to the end; the latter two from the first episode on."""
    pace, left = scheduler.episodes_per_second, scheduler.seconds_left
    parts = [f"{scheduler.done:,} of {scheduler.total:,} done"]
    if pace is not None and left is not None:
        parts += [f"{60 * pace:,.{0 if pace > 1 / 6 else 1}f}/min", f"{format_duration(left)} left"]
    return ", ".join(parts)


def format_activity(scheduler: CellScheduler) -> str:
    """Success rate, failures, episodes under way; calls of this execution; tokens and USD of the run."""
    rate, ledger = scheduler.success_rate, scheduler.ledger
    usd = "unpriced" if ledger.spent.usd is None else f"{ledger.spent.usd:.2f} USD"
    if ledger.under_way and ledger.spent.usd is not None and ledger.reserved.usd:
        usd += f" (and {ledger.reserved.usd:.2f} reserved)"
    return (
        f"success {'–' if rate is None else f'{rate:.1%}'}, {scheduler.failed} failed, {ledger.under_way} playing, "
        f"{scheduler.meter.calls:,} calls, {scheduler.tokens:,.0f} tokens, {usd}"
    )


def _print_lines(scheduler: CellScheduler, over: threading.Event) -> None:
    while not over.wait(PLAIN_LINE_SECONDS):
        print(format_progress(scheduler), flush=True)
