"""What a terminal shows while a run goes on, at the widths that terminals have."""

import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from support.records import row, usage

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, identify_cell
from tautraj.report.terminal import progress_bar
from tautraj.report.terminal.progress_bar import draw_progress, format_progress
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress
from tautraj.runs.scheduler import CellRun, CellScheduler
from tautraj.store import Store

TITLE = "agent-gpt-4o-2024-11-20-tool_calling__user-gpt-4o-2024-11-20-reflection__retail-test-68aae6b1"


@pytest.fixture
def scheduler(run_of: Callable[..., Run], tmp_path: Path) -> CellScheduler:
    """Sixteen of 40 episodes done before, 24 owed."""
    run, done = run_of(), [row(id=f"d{n}", reward=float(n < 1)) for n in range(16)]
    owed = [EpisodeSpec(str(n), str(n), 0, 0) for n in range(24)]
    plan = RunPlan(run, {}, identify_cell(run), Store(str(tmp_path)), done, [], owed)
    return CellScheduler([CellRun({}, RunProgress(plan))])


def drawn(scheduler: CellScheduler, width: int) -> list[str]:
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(draw_progress(scheduler, TITLE))
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 120, 160])
def test_bar_count_pace_and_time_left_stand_on_a_line_that_is_not_cut(scheduler: CellScheduler, width: int) -> None:
    time.sleep(0.05)
    scheduler.cells[0].progress.add_result(EpisodeSpec("0", "0", 0, 0), row(id="0", reward=0.0))
    lines = drawn(scheduler, width)
    text = "".join(lines)
    assert TITLE in text
    assert "…" not in text
    bar = next(line for line in lines if "━" in line)
    assert bar.index("17 of 40") >= width // 3, "room for the bar"
    assert "17 of 40 done, " in bar
    assert "/min, " in bar
    assert bar.endswith(" left")
    assert any(line.startswith("success 5.9%, 0 failed") for line in lines)


def test_calls_and_tokens_tick_before_the_first_episode_has_ended(scheduler: CellScheduler) -> None:
    for _ in range(16):
        scheduler.ledger.reserve()
    assert "16 playing, 0 calls, 0 tokens" in drawn(scheduler, 120)[-1]
    for _ in range(140):
        scheduler.meter.count(500)
    assert "16 playing, 140 calls, 70,000 tokens" in drawn(scheduler, 120)[-1]


def test_the_same_in_one_line_for_prefect_and_for_logs(scheduler: CellScheduler) -> None:
    assert format_progress(scheduler) == (
        "16 of 40 done, 24 to go, success 6.2%, 0 failed, 0 playing, 0 calls, 0 tokens, 0.00 USD"
    )
    scheduler.ledger.spend({"model": usage(usd=None, tokens_in=1, tokens_out=1)})
    assert format_progress(scheduler).endswith("2 tokens, unpriced")


def test_a_log_gets_a_line_every_few_seconds_though_no_episode_ends(
    scheduler: CellScheduler, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress_bar, "PLAIN_LINE_SECONDS", 0.02)
    with progress_bar.show_progress(scheduler, TITLE):
        time.sleep(0.15)
    said = capsys.readouterr().out
    assert said.count("16 of 40 done, 24 to go") >= 2
