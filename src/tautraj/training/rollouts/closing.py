"""What a training leaves in its run directory beside the episodes: metrics, index, an MLflow run.

Not here: the report, which takes a command (`flows/report.py`).
"""

import shlex
from collections.abc import Callable, Sequence

from tautraj.errors import TautrajError
from tautraj.metrics import EpisodeSummary, Metrics
from tautraj.runs.plan import RunPlan
from tautraj.store import index
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.tracking.mlflow_run import MlflowRun
from tautraj.tracking.tracker import backfill_command, describe_run, resolve_tracking_uri, tracking_boundary
from tautraj.training.rollouts.trainings import read_state

TRAINERS_RUN_TAG = "trainer_run"
"""MLflow tag: id of the trainer's own run."""


def conclude(plan: RunPlan, training: str, say: Callable[[str], None]) -> dict[str, str]:
    """Write everything anew from all episodes in the directory, also of other processes. Returns name -> link."""
    rows = index.read_rows(plan.store)
    numbers = compute_run_metrics(plan.store, rows)
    plan.store.write_json("metrics.json", numbers)
    index.save_index(plan.store, rows)
    links = {"run directory": plan.store.url}
    links["report"] = f"python flows/report.py run={shlex.quote(plan.store.url)}"
    if plan.run.tracking.name == "mlflow":
        links["MLflow"] = _track(plan, training, rows, numbers)
    for name, link in links.items():
        say(f"{name}: {link}")
    return links


def _track(plan: RunPlan, training: str, rows: Sequence[EpisodeSummary], numbers: Metrics) -> str:
    uri = resolve_tracking_uri(plan.run)
    described = describe_run(plan)
    trainers_run = read_state(plan.store, training).tracked_as
    tags = {TRAINERS_RUN_TAG: trainers_run} if trainers_run else {}
    mlflow_run = MlflowRun(described._replace(build_tags=lambda: {**described.build_tags(), **tags}), uri)
    try:
        with tracking_boundary(uri):
            mlflow_run.begin()
            mlflow_run.finish(rows, numbers, "FINISHED")
    except TautrajError as error:
        return f"was away ({error}); once it is back: {backfill_command(plan.store)}"
    return mlflow_run.describe_location()
