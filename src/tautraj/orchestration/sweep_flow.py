"""`python flows/sweep.py` and the deployment `sweep`: the cells of a grid side by side in one flow, and their matrix.

Not here: how episodes are played in a flow (`orchestration.episode_tasks`), what is made of the results
(`orchestration.sweep_results`).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tautraj.llms.http_client import check_proxies
from tautraj.orchestration.prefect_server import check_server, choose_server, start_server
from tautraj.orchestration.run_flow import announce
from tautraj.report.terminal import console, sweep_tables
from tautraj.runs.progress import throttle
from tautraj.runs.scheduler import CellRun, CellScheduler
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.plan import CellPlan, build_cell_runs, plan_cells, start_up_cells
from tautraj.store import Store

if TYPE_CHECKING:
    from tautraj.tracking.sweep_tracker import SweepTracker
    from tautraj.tracking.tracker import MlflowWriter


def sweep_cells(sweep: Sweep) -> str:
    """Play what the cells of `sweep` owe and return its directory. With `dry_run`, print what would be played.

    Raises `UserError`; `GaveUp`, `NothingFinished` or `Interrupted` with everything written.
    """
    cells = plan_cells(sweep)
    if sweep.run.dry_run:
        announce([cell.plan.run for cell in cells])
        sweep_tables.print_grid(sweep, cells)
        return sweep.directory
    if not any(cell.unfinished for cell in cells):
        from tautraj.orchestration.sweep_results import conclude_complete_sweep

        console.say("This sweep is complete: every episode of every cell has been played. Use trials=N to add more.")
        conclude_complete_sweep(sweep, build_cell_runs(cells))
        return sweep.directory
    check_proxies()
    choose_server(sweep.run.root)
    announce([cell.plan.run for cell in cells if cell.unfinished])
    check_server()
    wait_for_server = start_server(console.say)
    from tautraj.orchestration.task_runners import make_task_runner

    with start_up_cells(cells, console.say) as started:
        make_task_runner(sweep.run)  # refuses an invalid one before the wait for a server
        wait_for_server()
        _play_sweep(sweep, started)
    return sweep.directory


def _play_sweep(sweep: Sweep, plans: Sequence[CellPlan]) -> None:
    """The flow of a sweep: plays the unfinished cells; the matrix compares all of them."""
    from prefect.client.schemas.objects import State

    from tautraj.orchestration import artifacts
    from tautraj.orchestration.episode_tasks import conclude_cell, final_state, play_cells, run_in_flow
    from tautraj.orchestration.sweep_results import conclude_sweep, write_sweep_yaml

    write_sweep_yaml(sweep)
    cells = build_cell_runs(plans)
    scheduler = CellScheduler([cell for cell, plan in zip(cells, plans, strict=True) if plan.unfinished])

    def body() -> State:
        with ThreadPoolExecutor(1, thread_name_prefix="mlflow") as writer:
            parent, trackers = _make_trackers(sweep, cells, scheduler, writer)
            watchers = [throttle(sweep.run.tracking.every_seconds, parent.update)] if parent else []
            play_cells(scheduler, sweep.title, watchers, trackers)
            links: dict[str, str] = {}
            for cell in scheduler.cells:
                _, cell_links = conclude_cell(cell)
                links |= {f"{cell.title}, {name}": target for name, target in cell_links.items()}
            matrix = conclude_sweep(sweep, cells, parent)
        artifacts.publish_table(sweep.title, sweep_tables.matrix_rows(matrix))
        artifacts.publish_links(sweep.title, {**links, "sweep directory": Store(sweep.directory).url})
        return final_state(scheduler)

    config = {"overrides": sweep.overrides, "grid": sweep.axes}
    tags = [sweep.run.experiment, *artifacts.flow_run_tags(scheduler.runs)]
    run_in_flow("sweep", sweep.title, tags, config, scheduler, body)


def _make_trackers(
    sweep: Sweep, cells: Sequence[CellRun], scheduler: CellScheduler, writer: ThreadPoolExecutor
) -> "tuple[SweepTracker | None, list[MlflowWriter]]":
    """Track the sweep and the played cells in MLflow, all by one thread. Returns every writer, the sweep first."""
    if sweep.run.tracking.name != "mlflow":
        return None, []
    from prefect.runtime import flow_run

    from tautraj.orchestration import artifacts
    from tautraj.tracking.sweep_tracker import SweepTracker, suppress_repeats
    from tautraj.tracking.tracker import Tracker

    parent = SweepTracker(sweep, [cell.plan.store for cell in cells], writer)
    trackers: list[MlflowWriter] = [parent]
    say = suppress_repeats(console.say)
    link = artifacts.flow_run_link(flow_run.id)
    for cell in scheduler.cells:
        cell.tracker = tracker = Tracker(cell.plan, say, link, writer)
        trackers.append(tracker)
    return parent, trackers
