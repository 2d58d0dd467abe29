"""How a run stands while it goes on: counted as episodes come in, shown by whoever watches, and whether it may go on.

Not here: what is spent and reserved (`budget`).
"""

import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from tautraj.config.identity import EpisodeSpec
from tautraj.errors import GaveUp, Interrupted, StoreError, TautrajError
from tautraj.metrics import SUCCESS, Failure, Metrics, Row, metrics
from tautraj.runs.budget import Ledger
from tautraj.runs.plan import Job
from tautraj.trajectory import Usage


class Stop(NamedTuple):
    """What asked the run to begin nothing more."""

    name: str
    code: int
    """The exit code: 128 and the number of a signal."""


class Standing:
    """Running totals of a job. One thread adds, others may read."""

    def __init__(self, job: Job, ledger: Ledger | None = None) -> None:
        """`ledger`: that it shares with others; None for one of its own."""
        self.job = job
        self.rows: list[Row] = list(job.rows)
        self.failures = {failure.id: failure for failure in job.failures}
        self.total = len(job.rows) + len(job.owed)
        self.played = 0
        """In this execution, failures included."""
        self.ledger = ledger or Ledger(job.run.budget, None)
        self._began = time.monotonic()
        self.graded = self.succeeded = 0
        self._in_a_row: list[str] = []
        """Kinds of the failures since an episode was last played to its end; all alike."""
        self._last: BaseException | None = None
        self.cut_short: TautrajError | None = None
        """Why episodes are owed that could have been played; a budget that is used up is no error."""
        self._known_failures: set[str] = set()
        self._wasted: list[Usage] = []
        for row in self.rows:
            self._add(row)
        self.look_for_failures()

    def see(self, spec: EpisodeSpec, result: Row | BaseException) -> None:
        """An episode is over: its row, or what stopped it."""
        self.played += 1
        self.ledger.end()
        if isinstance(result, Row):
            self.failures.pop(spec.id, None)
            self.rows.append(result)
            self._in_a_row = []
            self._add(result)
            return
        failure = self.failures[spec.id] = Failure(spec.id, type(result).__name__, str(result))
        self._in_a_row = [kind for kind in self._in_a_row if kind == failure.kind] + [failure.kind]
        self._last = result

    def look_for_failures(self) -> None:
        """Enter what failed attempts cost; of those that were followed by a better one only the files tell."""
        for name, usage in self.job.store.failed_usage(self._known_failures):
            self._known_failures.add(name)
            self.ledger.waste(usage)
            self._wasted += usage.values()

    @property
    def done(self) -> int:
        return len(self.rows)

    @property
    def failed(self) -> int:
        return len(self.failures)

    @property
    def owed(self) -> int:
        return self.total - self.done

    @property
    def success_rate(self) -> float | None:
        """So far; None before anything was graded."""
        return self.succeeded / self.graded if self.graded else None

    @property
    def seconds_left(self) -> float | None:
        """At the pace of this execution; None before it has one."""
        waiting = len(self.job.owed) - self.played
        return (time.monotonic() - self._began) / self.played * waiting if self.played else None

    @property
    def hopeless(self) -> str | None:
        """What went wrong so often that nothing new should be tried; None: go on."""
        lost = isinstance(self._last, StoreError) and bool(self._in_a_row)
        if lost or len(self._in_a_row) >= self.job.run.runner.give_up_after:
            return f"{len(self._in_a_row)} in a row failed, the last: {self._in_a_row[-1]}: {self._last}"
        return None

    def halted(self, stop: Stop | None) -> str | None:
        """Why no further episode may begin just now: it was asked to `stop`, nothing works, no budget is left."""
        if stop is not None:
            return f"{stop.name}: no new episodes were begun. The same command plays what is owed."
        if self.hopeless:
            return f"{self.hopeless}. See to it and run the same command: it plays what is owed."
        if refusal := self.ledger.refusal():
            return f"{refusal}: no new episodes. Raise it and run the same command to go on."
        return None

    def cut(self, stop: Stop | None) -> str:
        """The run ends with episodes owed that were not begun: why, in words."""
        reason = self.halted(stop) or "nothing more was begun"
        if stop is not None:
            self.cut_short = Interrupted(reason, stop.code)
        elif self.hopeless:
            self.cut_short = GaveUp(reason)
        return reason

    def metrics(self) -> Metrics:
        return metrics(self.rows, list(self.failures.values()), self._wasted)

    def _add(self, row: Row) -> None:
        self.graded += row.reward is not None
        self.succeeded += row.reward is not None and row.reward >= SUCCESS
        self.ledger.spend(row.usage)


SHARE = 0.02

Watched = TypeVar("Watched")


def every(seconds: float, show: Callable[[Watched], None]) -> Callable[[Watched], None]:
    """`show`, the first time at once, then not more often than every `seconds` nor for more than `SHARE` of the time.

    What counts all episodes anew takes the longer the more there are.
    """
    after = float("-inf")

    def watch(watched: Watched) -> None:
        nonlocal after
        if (began := time.monotonic()) >= after:
            show(watched)
            after = began + max(seconds, (time.monotonic() - began) / SHARE)

    return watch
