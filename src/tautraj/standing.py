"""How a run stands while it goes on: counted as episodes come in, shown by whoever watches."""

import time
from collections.abc import Callable

from tautraj.grid import EpisodeSpec
from tautraj.metrics import SUCCESS, Failure, Metrics, Row, metrics
from tautraj.play import Job


class Standing:
    """Running totals of a job. One thread adds, others may read."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rows: list[Row] = list(job.rows)
        self.failures = {failure.id: failure for failure in job.failures}
        self.total = len(job.rows) + len(job.owed)
        self.played = 0
        """In this execution, failures included."""
        self._began = time.monotonic()
        self._graded = self._succeeded = self.tokens = 0
        self.usd: float | None = 0.0
        """None: something was unpriced."""
        for row in self.rows:
            self._add(row)

    def see(self, spec: EpisodeSpec, result: Row | BaseException) -> None:
        """An episode is over: its row, or what stopped it."""
        self.played += 1
        if isinstance(result, Row):
            self.failures.pop(spec.id, None)
            self.rows.append(result)
            self._add(result)
        else:
            self.failures[spec.id] = Failure(spec.id, type(result).__name__, str(result))

    @property
    def owed(self) -> int:
        return self.total - len(self.rows)

    @property
    def success_rate(self) -> float | None:
        """So far; None before anything was graded."""
        return self._succeeded / self._graded if self._graded else None

    @property
    def seconds_left(self) -> float | None:
        """At the pace of this execution; None before it has one."""
        waiting = len(self.job.owed) - self.played
        return (time.monotonic() - self._began) / self.played * waiting if self.played else None

    def metrics(self) -> Metrics:
        return metrics(self.rows, list(self.failures.values()))

    def over_budget(self) -> str | None:
        """Which budget is used up, in words."""
        budget = self.job.run.budget
        if budget.usd is not None and self.usd is not None and self.usd >= budget.usd:
            return f"budget.usd={budget.usd:g} is used up"
        if budget.tokens is not None and self.tokens >= budget.tokens:
            return f"budget.tokens={budget.tokens} is used up"
        return None

    def _add(self, row: Row) -> None:
        self._graded += row.reward is not None
        self._succeeded += row.reward is not None and row.reward >= SUCCESS
        for usage in row.usage.values():
            self.tokens += usage.tokens_in + usage.tokens_out
            self.usd = None if self.usd is None or usage.usd is None else self.usd + usage.usd


Watcher = Callable[[Standing], None]


def every(seconds: float, show: Watcher) -> Watcher:
    """`show`, but not more often than every `seconds`; the first time at once."""
    last = float("-inf")

    def watch(standing: Standing) -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            show(standing)

    return watch
