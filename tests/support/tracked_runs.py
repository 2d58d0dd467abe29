"""Runs as MLflow is given them: composed and opened, nothing played; and their MLflow run as its client finds it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_run, redact_config
from tautraj.runs.plan import RunPlan, plan_run
from tautraj.store import Store

Directory = Callable[..., Store]
"""Episodes -> the run directory that has them."""


def composed(root: Path, *overrides: str) -> RunPlan:
    """A run of three episodes, none played yet."""
    tree = compose_tree(["domain=mock", "split=base", "tasks.limit=3", f"root={root}", *overrides])
    plan = plan_run(parse_run(tree), redact_config(tree))
    plan.store.open(dict(plan.config), "")
    return plan


def view(store: Store) -> Any:
    """The MLflow run of a run directory, and its client."""
    from mlflow import MlflowClient

    pointer = store.read_json("mlflow.json")
    client = MlflowClient(tracking_uri=pointer["uri"])
    return client.get_run(pointer["run_id"]), client
