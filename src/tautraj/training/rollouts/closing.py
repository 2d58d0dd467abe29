"""What a training leaves in its run directory beside the episodes: metrics, index, an MLflow run.

Not here: the report, which takes a command (`flows/report.py`).
"""

import shlex
from collections.abc import Callable

from tautraj.errors import TautrajError
from tautraj.runs.plan import RunPlan, plan_run
from tautraj.runs.progress import RunProgress
from tautraj.store import index
from tautraj.tracking.mlflow_run import MlflowRun
from tautraj.tracking.tracker import backfill_command, describe_run, resolve_tracking_uri, tracking_boundary
from tautraj.training.rollouts.trainings import read_state

TRAINERS_RUN_TAG = "trainer_run"
"""MLflow tag: id of the trainer's own run."""


def conclude(plan: RunPlan, training: str, say: Callable[[str], None]) -> dict[str, str]:
    """Write everything anew from all episodes in the directory, also of other processes. Returns name -> link."""
    plan = plan_run(plan.run, plan.config)._replace(run=plan.run, owed=[])
    progress = RunProgress(plan)
    numbers = progress.compute_metrics()
    plan.store.write_json("metrics.json", numbers)
    index.save_index(plan.store, progress.rows)
    links = {"run directory": plan.store.url}
    links["report"] = f"python flows/report.py run={shlex.quote(plan.store.url)}"
    if plan.run.tracking.name == "mlflow":
        links["MLflow"] = _track(plan, progress, training)
    for name, link in links.items():
        say(f"{name}: {link}")
    return links


def _track(plan: RunPlan, progress: RunProgress, training: str) -> str:
    uri = resolve_tracking_uri(plan.run)
    described = describe_run(plan)
    trainers_run = read_state(plan.store, training).tracked_as
    tags = {TRAINERS_RUN_TAG: trainers_run} if trainers_run else {}
    mlflow_run = MlflowRun(described._replace(build_tags=lambda: {**described.build_tags(), **tags}), uri)
    try:
        with tracking_boundary(uri):
            mlflow_run.begin()
            mlflow_run.finish(progress.rows, progress.compute_metrics(), "FINISHED")
    except TautrajError as error:
        return f"was away ({error}); once it is back: {backfill_command(plan.store)}"
    return mlflow_run.describe_location()
