"""Live progress of a run: running totals, and whether and why it must stop.

Not here: what is spent and reserved (`runs.budget`), which episode comes next (`runs.scheduler`).
"""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Protocol, TypeVar

from tautraj.config.identity import EpisodeSpec
from tautraj.errors import GaveUp, Interrupted, NothingFinished, StoreError, TautrajError
from tautraj.metrics import EpisodeSummary, Failure, Metrics, compute_metrics, is_success
from tautraj.runs.budget import Ledger
from tautraj.runs.plan import RunPlan
from tautraj.store.lock import describe_loss, identify_lock
from tautraj.trajectory import Usage


class StopRequest(NamedTuple):
    """What asked the run to begin no further episode."""

    name: str
    exit_code: int
    """Exit code: 128 + the number of the signal."""


class RunProgress:
    """Running totals of a plan. One thread adds, others may read."""

    def __init__(self, plan: RunPlan, ledger: Ledger | None = None) -> None:
        """`ledger`: shared with the other cells of a sweep; None for one of its own."""
        self.plan = plan
        self.rows: list[EpisodeSummary] = list(plan.rows)
        self.failures = {failure.id: failure for failure in plan.failures}
        self.total = len(plan.rows) + len(plan.owed)
        self.played = 0
        """Episodes that ended in this execution, failures included."""
        self._failed_kinds: Counter[str] = Counter()
        """Kind of failure -> episodes that ended with it in this execution."""
        self.ledger = ledger or Ledger(plan.run.budget, None)
        self.graded = self.succeeded = 0
        self._kinds_in_a_row: list[str] = []
        """Kinds of the failures since an episode was last finished or the kind changed; all alike."""
        self._last_failure: BaseException | None = None
        self.stop_error: TautrajError | None = None
        """Why the run stopped with episodes owed; None also when the budget is used up, which is no error."""
        self._lock = identify_lock(plan.store)
        self._known_failures: set[str] = set()
        self._failed: list[Usage] = []
        self._put_aside: list[Usage] = []
        for row in self.rows:
            self._count(row)
        self.read_wasted_usage()

    def add_result(self, spec: EpisodeSpec, result: EpisodeSummary | BaseException) -> None:
        """Count an episode that ended: its summary, or the error that stopped it."""
        self.played += 1
        self.ledger.release()
        if isinstance(result, EpisodeSummary):
            self.failures.pop(spec.id, None)
            self.rows.append(result)
            self._kinds_in_a_row = []
            self._count(result)
            return
        failure = self.failures[spec.id] = Failure(spec.id, type(result).__name__, str(result))
        self._failed_kinds[failure.kind] += 1
        same_kind = [kind for kind in self._kinds_in_a_row if kind == failure.kind]
        self._kinds_in_a_row = [*same_kind, failure.kind]
        self._last_failure = result

    def read_wasted_usage(self) -> None:
        """Count what attempts cost that failed or were played again, from their files."""
        for wasted in self.plan.store.read_wasted_usage(self._known_failures):
            self._known_failures.add(wasted.path)
            self.ledger.waste(wasted.usage)
            (self._put_aside if wasted.is_put_aside else self._failed).extend(wasted.usage.values())

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
        """Success rate of the episodes graded so far; None before the first."""
        return self.succeeded / self.graded if self.graded else None

    @property
    def give_up_reason(self) -> str | None:
        """Set once `runner.give_up_after` failures of one kind came in a row, or the store cannot be written."""
        store_lost = isinstance(self._last_failure, StoreError) and bool(self._kinds_in_a_row)
        if store_lost or len(self._kinds_in_a_row) >= self.plan.run.runner.give_up_after:
            kind, count = self._kinds_in_a_row[-1], len(self._kinds_in_a_row)
            return f"{count} in a row failed, the last: {kind}: {self._last_failure}"
        return None

    @property
    def loss(self) -> str | None:
        """Set once the run directory is no longer where this process has locked it."""
        with suppress(OSError):  # of a network disk: it says nothing about the directory
            if self._lock != identify_lock(self.plan.store):
                return describe_loss(self.plan.store)
        return None

    def halt_reason(self, stop: StopRequest | None) -> str | None:
        """Why no further episode may begin now: `stop`, repeated failures, no budget left. None: one may."""
        if stop is not None:
            return f"{stop.name}: no new episodes were begun. The same command plays the rest."
        if loss := self.loss:
            return loss
        if self.give_up_reason:
            return f"{self.give_up_reason}. Fix it and run the same command: it plays the rest."
        if refusal := self.ledger.find_overrun():
            return f"{refusal}: no new episodes. Raise it and run the same command to go on."
        return None

    def stop_early(self, stop: StopRequest | None) -> str:
        """End the run with episodes owed that were not begun; return the reason.

        Sets `stop_error`, unless the budget is the reason.
        """
        reason = self.halt_reason(stop) or "nothing more was begun"
        if stop is not None:
            self.stop_error = Interrupted(reason, stop.exit_code)
        elif self.loss or self.give_up_reason:
            self.stop_error = GaveUp(reason)
        return reason

    @property
    def end_error(self) -> TautrajError | None:
        """At the end: `stop_error`, or else a `NothingFinished` if every episode of this execution failed."""
        if self.stop_error is not None or self.played == 0 or self.played > self._failed_kinds.total():
            return self.stop_error
        kinds = ", ".join(f"{count} × {kind}" for kind, count in self._failed_kinds.most_common())
        last = str(self._last_failure).rstrip(".")
        return NothingFinished(
            f"no episode was finished ({kinds}), the last: {last}. Details: {self.plan.store.url}/failures. "
            f"Fix it and run the same command: it plays the rest."
        )

    def compute_metrics(self) -> Metrics:
        """The metrics of the run so far."""
        return compute_metrics(self.rows, list(self.failures.values()), self._failed, self._put_aside)

    def _count(self, row: EpisodeSummary) -> None:
        self.graded += row.reward is not None
        self.succeeded += bool(is_success(row.reward))
        self.ledger.spend(row.usage)


class ProgressTracker(Protocol):
    """Follows the progress of one run; `tracking.tracker` writes it to MLflow."""

    def begin(self) -> None:
        """Called once the first episodes are under way."""

    def update(self, progress: RunProgress) -> None:
        """Called after every episode."""

    def finish(self, progress: RunProgress, status: str) -> str:
        """Called at the end; returns where to look. `status`: FINISHED or FAILED."""


MAX_SHARE_OF_TIME = 0.02
Watched = TypeVar("Watched")


def throttle(seconds: float, show: Callable[[Watched], None]) -> Callable[[Watched], None]:
    """`show`, called at once the first time, then at most every `seconds` and for at most 2 % of the time.

    A watcher that recounts all episodes takes longer the more there are.
    """
    next_at = float("-inf")

    def watch(watched: Watched) -> None:
        nonlocal next_at
        if (began := time.monotonic()) >= next_at:
            show(watched)
            next_at = began + max(seconds, (time.monotonic() - began) / MAX_SHARE_OF_TIME)

    return watch
