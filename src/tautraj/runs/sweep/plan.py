"""Plans of a sweep's cells and their expected cost. Calls no provider and writes nothing.

Not here: one cell (`runs.plan`), the grid (`runs.sweep.grid`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """Axis -> level, as displayed."""
    plan: RunPlan
    estimate: Estimate
    """Estimate of one of its episodes."""
    unfinished: bool
    """Whether episodes are owed, or the metrics of the present ones are not written or not tracked."""

    @property
    def title(self) -> str:
        return format_cell_title(self.levels)

    @property
    def cost(self) -> Cost:
        """Expected cost of the owed episodes."""
        return self.estimate.cost.scale(len(self.plan.owed))


def plan_cells(sweep: Sweep) -> list[CellPlan]:
    """Plan every cell. Raises `ConfigError`, a line per reason why cells cannot be played."""
    cells: list[CellPlan] = []
    errors = CellErrors()
    past = list(read_past_runs(sweep.run.root))
    for cell in sweep.cells:
        with errors.collect(cell.title):
            plan = plan_run(cell.run, cell.config)
            cells.append(CellPlan(cell.levels, plan, estimate(plan.run, plan.rows, past), _is_unfinished(plan)))
    errors.raise_if_any()
    return cells


@contextmanager
def start_up_cells(cells: Sequence[CellPlan], say: Callable[[str], None]) -> Iterator[list[CellPlan]]:
    """All cells, the unfinished ones started up for the length of the block; see `runs.startup.start_up`."""
    with start_up_all([cell.plan for cell in cells if cell.unfinished], say) as plans:
        started = iter(plans)
        yield [cell._replace(plan=next(started)) if cell.unfinished else cell for cell in cells]


def total_cost(cells: Sequence[CellPlan]) -> Cost:
    """Expected cost of all owed episodes."""
    total = ZERO_COST
    for cell in cells:
        total = total.add(cell.cost)
    return total


def build_cell_runs(cells: Sequence[CellPlan]) -> list[CellRun]:
    """The cells with their progress. They share one ledger, which includes what earlier executions spent."""
    owed = sum(len(cell.plan.owed) for cell in cells)
    per_episode = total_cost(cells).scale(1 / owed) if owed else None
    ledger = Ledger(cells[0].plan.run.budget, per_episode)
    return [CellRun(cell.levels, RunProgress(cell.plan, ledger)) for cell in cells]


def _is_unfinished(plan: RunPlan) -> bool:
    metrics = plan.store.read_json("metrics.json")
    written = isinstance(metrics, dict) and metrics.get("episodes") == len(plan.rows)
    tracked = plan.run.tracking.name == "none" or not is_tracking_incomplete(plan.store)
    return bool(plan.owed) or not written or not tracked
