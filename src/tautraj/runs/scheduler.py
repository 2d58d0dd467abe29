"""Round-robin scheduler over the cells of one flow; sums their progress. A single run counts as one cell.

Not here: the progress of one cell (`runs.progress`).
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, format_cell_title
from tautraj.errors import GaveUp, Interrupted, NothingFinished, TautrajError
from tautraj.runs.budget import Ledger
from tautraj.runs.call_meter import CallMeter
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import ProgressTracker, RunProgress, StopRequest


class CellRun:
    """A cell under way: its plan, its progress and its tracker."""

    def __init__(self, levels: Mapping[str, str], progress: RunProgress) -> None:
        """`levels`: axis -> level, by which the cells of a sweep differ; empty for a run alone."""
        self.levels = levels
        self.progress = progress
        self.tracker: ProgressTracker | None = None
        self._waiting = deque(progress.plan.owed)

    @property
    def plan(self) -> RunPlan:
        return self.progress.plan

    @property
    def run(self) -> Run:
        return self.plan.run

    @property
    def title(self) -> str:
        """Display name; "" for a run alone."""
        return format_cell_title(self.levels)

    @property
    def has_waiting(self) -> bool:
        """Whether there is an episode that was not begun."""
        return bool(self._waiting)

    def take_next(self) -> EpisodeSpec:
        return self._waiting.popleft()


class ScheduledEpisode(NamedTuple):
    """An episode, and the cell that it belongs to."""

    cell: CellRun
    spec: EpisodeSpec

    @property
    def title(self) -> str:
        """Display name: the cell, then the episode."""
        return " · ".join(filter(None, (self.cell.title, self.spec.title)))


class CellScheduler:
    """Cells that share a ledger, the workers and a stop request. One thread adds, others may read."""

    def __init__(self, cells: Sequence[CellRun]) -> None:
        self.cells = list(cells)
        self.ledger: Ledger = self.cells[0].progress.ledger
        self.meter = CallMeter()
        self._order = deque(self.cells)
        self._earlier_tokens = self.ledger.spent.tokens
        self._began = time.monotonic()

    @property
    def runs(self) -> list[Run]:
        return [cell.run for cell in self.cells]

    @property
    def done(self) -> int:
        return sum(cell.progress.done for cell in self.cells)

    @property
    def failed(self) -> int:
        return sum(cell.progress.failed for cell in self.cells)

    @property
    def total(self) -> int:
        return sum(cell.progress.total for cell in self.cells)

    @property
    def owed(self) -> int:
        return self.total - self.done

    @property
    def success_rate(self) -> float | None:
        """Success rate of the episodes graded so far; None before the first."""
        graded = sum(cell.progress.graded for cell in self.cells)
        return sum(cell.progress.succeeded for cell in self.cells) / graded if graded else None

    @property
    def tokens(self) -> float:
        """Tokens spent so far, also by episodes under way and in earlier executions."""
        return max(self.ledger.spent.tokens, self._earlier_tokens + self.meter.tokens)

    @property
    def episodes_per_second(self) -> float | None:
        """Pace of this execution, failures included; None before its first episode."""
        played = sum(cell.progress.played for cell in self.cells)
        return played / (time.monotonic() - self._began) if played else None

    @property
    def seconds_left(self) -> float | None:
        """Expected seconds to the end, at the pace of this execution; None before its first episode."""
        waiting = sum(len(cell.plan.owed) - cell.progress.played for cell in self.cells)
        return waiting / self.episodes_per_second if self.episodes_per_second else None

    @property
    def end_error(self) -> TautrajError | None:
        """At the end: an `Interrupted` if any cell has one, else a line per cell that gave up or finished nothing."""
        ends = [(cell.title, end) for cell in self.cells if (end := cell.progress.end_error)]
        if interrupted := [end for _, end in ends if isinstance(end, Interrupted)]:
            return interrupted[0]
        lines = "\n".join(_prefix(title, str(end)) for title, end in ends)
        kind = GaveUp if any(isinstance(end, GaveUp) for _, end in ends) else NothingFinished
        return kind(lines) if ends else None

    @property
    def has_waiting(self) -> bool:
        """Whether there is an episode that was not begun."""
        return any(cell.has_waiting for cell in self.cells)

    def take_next(self, stop: StopRequest | None) -> ScheduledEpisode | None:
        """The next episode to begin, of a cell without a halt reason; None: there is none at present."""
        for _ in range(len(self._order)):
            cell = self._order[0]
            self._order.rotate(-1)
            if cell.has_waiting and not cell.progress.halt_reason(stop):
                return ScheduledEpisode(cell, cell.take_next())
        return None

    def read_wasted_usage(self) -> None:
        """Count what failed attempts of every cell cost."""
        for cell in self.cells:
            cell.progress.read_wasted_usage()

    def stop_early(self, stop: StopRequest | None) -> list[str]:
        """Begin no further episode; return the reasons of the cells with episodes waiting, each once."""
        reasons: list[str] = []
        for cell in self.cells:
            if cell.has_waiting or stop is not None or cell.progress.loss:
                reason = cell.progress.stop_early(stop)
                gave_up = isinstance(cell.progress.stop_error, GaveUp)
                reasons.append(_prefix(cell.title, reason) if gave_up else reason)
        return list(dict.fromkeys(reasons))


Watcher = Callable[[CellScheduler], None]
"""Called as episodes end, to display the progress."""


def _prefix(title: str, reason: str) -> str:
    return f"{title}: {reason}" if title else reason
