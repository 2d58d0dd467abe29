"""The cells of a sweep with what each owes, and what all of it may cost. Calls no provider and writes nothing.

Not here: one cell (`runs.plan`), the grid (`runs.sweep.grid`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from tautraj.config.identity import format_cell_title
from tautraj.runs.budget import ZERO_COST, Cost, Ledger
from tautraj.runs.estimates import Estimate, estimate
from tautraj.runs.plan import RunPlan, plan_run
from tautraj.runs.progress import RunProgress
from tautraj.runs.scheduler import CellRun
from tautraj.runs.startup import start_up_all
from tautraj.runs.sweep.grid import CellErrors, Sweep
from tautraj.store.discovery import read_past_runs
from tautraj.store.tracking_pointer import is_tracking_incomplete


class CellPlan(NamedTuple):
    """A cell of a sweep that can be played."""

    levels: Mapping[str, str]
    """Axis -> level, as they are displayed."""
    plan: RunPlan
    estimate: Estimate
    """Of one of its episodes."""
    unfinished: bool
    """Whether an episode is owed, or its numbers were never written or tracked."""

    @property
    def title(self) -> str:
        return format_cell_title(self.levels)

    @property
    def cost(self) -> Cost:
        """Expected, of what is owed."""
        return self.estimate.cost.scale(len(self.plan.owed))


def plan_cells(sweep: Sweep) -> list[CellPlan]:
    """Plan every cell. Raises `ConfigError`, a line per reason why cells cannot be played."""
    cells: list[CellPlan] = []
    refusals = CellErrors()
    past = list(read_past_runs(sweep.run.root))
    for setting in sweep.cells:
        with refusals.collect(setting.title):
            plan = plan_run(setting.run, setting.config)
            cells.append(CellPlan(setting.levels, plan, estimate(plan.run, plan.rows, past), _is_unfinished(plan)))
    refusals.raise_if_any()
    return cells


@contextmanager
def start_up_cells(cells: Sequence[CellPlan]) -> Iterator[list[CellPlan]]:
    """All cells, the unfinished ones ready to be played as `runs.startup.start_up` has it."""
    with start_up_all([cell.plan for cell in cells if cell.unfinished]) as plans:
        started = iter(plans)
        yield [cell._replace(plan=next(started)) if cell.unfinished else cell for cell in cells]


def total_cost(cells: Sequence[CellPlan]) -> Cost:
    """Expected, of everything that is owed."""
    total = ZERO_COST
    for cell in cells:
        total = total.add(cell.cost)
    return total


def build_cell_runs(cells: Sequence[CellPlan]) -> list[CellRun]:
    """The cells with their progress. They share one ledger, which holds all that any of them ever spent."""
    owed = sum(len(cell.plan.owed) for cell in cells)
    guess = total_cost(cells).scale(1 / owed) if owed else None
    ledger = Ledger(cells[0].plan.run.budget, guess)
    return [CellRun(cell.levels, RunProgress(cell.plan, ledger)) for cell in cells]


def _is_unfinished(plan: RunPlan) -> bool:
    numbers = plan.store.read_json("metrics.json")
    written = isinstance(numbers, dict) and numbers.get("episodes") == len(plan.rows)
    tracked = plan.run.tracking.name == "none" or not is_tracking_incomplete(plan.store)
    return bool(plan.owed) or not written or not tracked
