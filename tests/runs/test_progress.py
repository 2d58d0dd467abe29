"""How a run stands while it goes on: counted, paced, stopped by its budget, shown not too often.

Not here: the numbers at its end (`test_metrics`), what a terminal makes of it.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.records import row, usage

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, identify_cell
from tautraj.errors import (
    AuthenticationFailed,
    BadRequest,
    GaveUp,
    GradingError,
    Interrupted,
    NothingFinished,
    RateLimited,
    StoreError,
)
from tautraj.metrics import EpisodeSummary, Failure
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress, StopRequest, throttle
from tautraj.runs.scheduler import CellRun, CellScheduler
from tautraj.store import Store

Start = Callable[..., RunProgress]
SPECS = [EpisodeSpec(name, name, 0, 0) for name in "abcd"]
A, B, C, D = SPECS


@pytest.fixture
def start(run_of: Callable[..., Run], tmp_path: Path) -> Start:
    """`start("budget.usd=1", rows=[…])`: a run with those overrides and rows, and four episodes owed."""

    def begin(*overrides: str, rows: Sequence[EpisodeSummary] = (), failures: Sequence[Failure] = ()) -> RunProgress:
        run = run_of(*overrides)
        return RunProgress(
            RunPlan(run, {}, identify_cell(run), Store(str(tmp_path)), list(rows), list(failures), SPECS)
        )

    return begin


def spent(usd: float | None, tokens: int = 0) -> EpisodeSummary:
    return row(usage={"model": usage(usd=usd, tokens_in=tokens, tokens_out=0)})


def test_a_run_is_counted_as_its_episodes_come_in(start: Start) -> None:
    progress = start(rows=[row(id="z")], failures=[Failure("a", "RateLimited", "429"), Failure("d", "SeatError", "")])
    assert (progress.total, progress.owed, progress.played, len(progress.rows)) == (5, 4, 0, 1)
    progress.add_result(A, row(id="a", reward=0.0))
    progress.add_result(B, RateLimited("429 again"))
    progress.add_result(C, row(id="c", reward=None, ungraded="nothing was compared"))
    assert (progress.total, progress.owed, progress.played, len(progress.rows)) == (5, 2, 3, 3)
    assert progress.failures == {
        "b": Failure("b", "RateLimited", "429 again"),
        "d": Failure("d", "SeatError", ""),
    }
    numbers = progress.compute_metrics()
    assert (numbers["episodes"], numbers["ungraded"], numbers["failed"]) == (3, 1, 2)
    assert numbers["success_rate"] == progress.success_rate == 1 / 2


def test_the_jobs_own_lists_stay_as_they_were(start: Start) -> None:
    progress = start()
    progress.add_result(A, row(id="a"))
    assert progress.plan.rows == []


def test_nothing_graded_has_no_success_rate(start: Start) -> None:
    progress = start(rows=[row(reward=None)])
    progress.add_result(A, RateLimited("429"))
    assert progress.success_rate is None


def test_time_left_is_at_the_pace_of_this_execution_over_all_cells(start: Start) -> None:
    cells = [CellRun({"agent": name}, start(rows=[row(id="z")])) for name in ("fast", "slow")]
    fast, slow = (cell.progress for cell in cells)
    scheduler = CellScheduler(cells)
    assert (scheduler.seconds_left, scheduler.episodes_per_second) == (None, None)
    time.sleep(0.1)
    fast.add_result(A, row(id="a"))
    left = scheduler.seconds_left
    assert left is not None
    assert 0.7 <= left < 7, "eight were owed, one is played"
    slow.add_result(A, RateLimited("a failure takes its time too"))
    assert scheduler.seconds_left is not None
    assert scheduler.seconds_left < left
    for progress, specs in ((fast, [B, C, D]), (slow, [B, C, D])):
        for spec in specs:
            progress.add_result(spec, row(id=spec.id))
    assert scheduler.seconds_left == 0


def test_tokens_are_those_of_earlier_executions_and_of_the_calls_so_far(start: Start) -> None:
    scheduler = CellScheduler([CellRun({}, start(rows=[spent(0.25, tokens=1000)]))])
    assert (scheduler.meter.calls, scheduler.tokens) == (0, 1000)
    scheduler.meter.count(40)
    scheduler.meter.count(0)
    assert (scheduler.meter.calls, scheduler.tokens) == (2, 1040)


def test_usd_and_tokens_of_earlier_executions_and_of_failed_attempts_count(start: Start) -> None:
    progress = start("budget.usd=1", rows=[spent(0.25)])
    assert progress.halt_reason(None) is None
    progress.plan.store.write_failure("b", RateLimited("429"), [], {"user": usage(usd=0.5)})
    progress.read_wasted_usage()
    progress.read_wasted_usage()
    assert progress.ledger.spent.usd == 0.75
    halted = progress.halt_reason(None)
    assert halted is not None
    assert "budget.usd=1: 0.7500 USD spent" in halted
    assert "Raise it" in halted
    assert progress.stop_early(None) == halted
    assert progress.stop_error is None, "a budget that is used up is no error"
    assert progress.compute_metrics()["usd_per_success"] == 0.75
    assert progress.compute_metrics()["wasted_usd"] == 0.5


def test_failures_of_one_kind_in_a_row_end_it(start: Start) -> None:
    progress = start("runner.give_up_after=3")
    for spec in (A, B):
        progress.add_result(spec, AuthenticationFailed("401"))
    progress.add_result(C, RateLimited("429"))
    assert progress.halt_reason(None) is None, "not of one kind"
    for spec in (A, B):
        progress.add_result(spec, RateLimited("429 again"))
    halted = progress.halt_reason(None)
    assert halted is not None
    assert "3 in a row failed, the last: RateLimited: 429 again" in halted
    progress.stop_early(None)
    assert isinstance(progress.stop_error, GaveUp)


def test_one_episode_that_is_played_makes_up_for_failures(start: Start) -> None:
    progress = start("runner.give_up_after=2")
    progress.add_result(A, RateLimited("429"))
    progress.add_result(B, row(id="b"))
    progress.add_result(C, RateLimited("429"))
    assert progress.halt_reason(None) is None


def test_a_run_that_cannot_be_written_ends_at_the_first_failure(start: Start) -> None:
    progress = start()
    progress.add_result(A, StoreError("no space left on device"))
    assert "no space left" in (progress.halt_reason(None) or "")


def test_a_signal_ends_it(start: Start) -> None:
    progress = start()
    assert "SIGTERM" in progress.stop_early(StopRequest("SIGTERM", 143))
    assert isinstance(progress.stop_error, Interrupted)
    assert progress.stop_error.exit_code == 143


def test_a_watcher_is_called_at_once_and_then_not_too_often(start: Start) -> None:
    seen: list[RunProgress] = []
    progress = start()
    watch = throttle(60, seen.append)
    for _ in range(50):
        watch(progress)
    assert seen == [progress]


def test_a_watcher_is_called_again_when_its_time_has_come(start: Start) -> None:
    seen: list[RunProgress] = []
    watch = throttle(0.05, seen.append)
    for _ in range(2):
        watch(start())
        time.sleep(0.06)
    assert len(seen) == 2


def test_watchers_do_not_wait_for_each_other(start: Start) -> None:
    seen: list[str] = []
    progress = start()
    for name in "ab":
        throttle(60, lambda _, name=name: seen.append(name))(progress)
    assert seen == ["a", "b"]


def test_an_execution_that_finished_no_episode_ends_with_an_error_of_code_1(start: Start) -> None:
    progress = start(rows=[row(id="z")])
    assert progress.end_error is None  # nothing was played
    progress.add_result(A, BadRequest("no."))
    progress.add_result(B, GradingError("Task b not found"))
    progress.add_result(C, BadRequest("no."))
    error = progress.end_error
    assert isinstance(error, NothingFinished)
    assert error.exit_code == 1
    assert str(error) == (
        f"no episode was finished (2 × BadRequest, 1 × GradingError), the last: no. Details: "
        f"{progress.plan.store.url}/failures. Fix it and run the same command: it plays the rest."
    )
    progress.add_result(D, row(id="d", reward=None, ungraded="judge"))
    assert progress.end_error is None  # an ungraded conversation can still be graded


def test_a_run_that_gave_up_or_was_stopped_says_that_and_not_that_nothing_was_finished(start: Start) -> None:
    progress = start("runner.give_up_after=1")
    progress.add_result(A, BadRequest("no"))
    progress.stop_early(None)
    assert isinstance(progress.end_error, GaveUp)
    assert progress.end_error.exit_code == 2
    progress.stop_early(StopRequest("SIGTERM", 143))
    assert isinstance(progress.end_error, Interrupted)
    assert progress.end_error.exit_code == 143
