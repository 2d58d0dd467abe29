"""`python flows/generate.py` and the deployment `generate`: plan a run, play what it owes, track it.

Not here: how episodes are played in a flow (`orchestration.episode_tasks`), a grid of cells
(`orchestration.sweep_flow`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.llms.http_client import check_proxies
from tautraj.llms.model_table import list_endings
from tautraj.orchestration.prefect_server import check_server, choose_server, start_server
from tautraj.report.terminal import console, tables
from tautraj.runs.estimates import estimate
from tautraj.runs.plan import RunPlan, describe_unplayable, plan_run
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.store.tracking_pointer import is_tracking_incomplete


def generate(run: Run, config: Mapping[str, Any]) -> str:
    """Play what `run` owes and return its run directory. With `dry_run`, print what would be played.

    `config`: the resolved configuration, secrets masked. Raises `UserError`; `GaveUp`, `NothingFinished` or
    `Interrupted` with everything written.
    """
    if run.dry_run:
        plan = plan_run(run, config)
        announce([run])
        tables.print_plan(plan, estimate(run, plan.rows))
        return plan.store.url
    check_proxies()
    choose_server(run.root)
    if not Store(locate_run_directory(run)).list_ids():
        start_server(console.say)  # a new run owes something: the server starts beside what follows
    plan = plan_run(run, config)
    if not plan.owed:
        _show_complete(plan)
        return plan.store.url
    announce([run])
    check_server()
    wait_for_server = start_server(console.say)
    from tautraj.orchestration.task_runners import make_task_runner
    from tautraj.runs.startup import start_up

    with start_up(plan, console.say) as started:
        make_task_runner(started.run)  # refuses an invalid one before the wait for a server
        wait_for_server()
        _play_run(started)
    return plan.store.url


def announce(runs: Sequence[Run]) -> None:
    """Print what is to be known before `runs` are played: tasks that the benchmark cannot play, models that end."""
    for line in dict.fromkeys(map(describe_unplayable, runs)):
        if line:
            console.say(line)
    for line in list_endings((seat for run in runs for seat in run.seats.items()), date.today()):
        console.say(f"warning: {line}")


def _show_complete(plan: RunPlan) -> None:
    """The closing table of a run that owes nothing."""
    from tautraj import report
    from tautraj.tracking.location import find_location
    from tautraj.tracking.tracker import backfill_command

    more = "trials" if plan.run.branch is None else "tries"
    console.say(f"This run is complete: every episode has been played. Use {more}=N to add more.")
    progress, links = RunProgress(plan), {"run directory": plan.store.url}
    links |= report.find_report(plan.store)
    if plan.run.tracking.name == "mlflow" and is_tracking_incomplete(plan.store):
        links["MLflow"] = f"lacks something of this run: {backfill_command(plan.store)}"
    elif location := find_location(plan.store):
        links["MLflow"] = location
    tables.print_summary(progress, progress.compute_metrics(), links)


def _play_run(plan: RunPlan) -> None:
    """The flow of one run. Prefect keeps and shows its configuration."""
    from prefect.client.schemas.objects import State
    from prefect.runtime import flow_run

    from tautraj.orchestration import artifacts
    from tautraj.orchestration.episode_tasks import conclude_cell, final_state, play_cells, run_in_flow
    from tautraj.runs.budget import Ledger
    from tautraj.runs.scheduler import CellRun, CellScheduler
    from tautraj.tracking.tracker import Tracker

    run, title = plan.run, plan.title
    cell = CellRun({}, RunProgress(plan, Ledger(run.budget, estimate(run, plan.rows).cost)))
    scheduler = CellScheduler([cell])

    def body() -> State:
        link = artifacts.flow_run_link(flow_run.id)
        tracker = Tracker(plan, console.say, link) if run.tracking.name == "mlflow" else None
        cell.tracker = tracker
        play_cells(scheduler, title, trackers=[tracker] if tracker else [])
        numbers, links = conclude_cell(cell)
        artifacts.publish_summary(title, numbers)
        artifacts.publish_links(title, links)
        tables.print_summary(cell.progress, numbers, {**links, "Prefect": link} if link else links)
        return final_state(scheduler)

    run_in_flow("generate", title, artifacts.flow_run_tags([run]), dict(plan.config), scheduler, body)
