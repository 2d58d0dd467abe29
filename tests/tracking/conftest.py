"""Run directories for MLflow to be shown, all under one root."""

import shutil
from pathlib import Path

import pytest
from support.tracked_runs import Directory, composed

from tautraj.store import Store
from tautraj.trajectory import Trajectory


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty one: making it takes as long as all tests here."""
    from mlflow import MlflowClient

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def directory(database: Path, tmp_path: Path) -> Directory:
    """Run directories with these episodes, all under one root and so of one MLflow."""
    root = tmp_path / "outputs"
    root.mkdir()
    shutil.copy(database, root)

    def made(*episodes: Trajectory, traces: str = "all", cell: str = "domain=mock") -> Store:
        plan = composed(root, f"tracking.traces={traces}", "tracking.traces_sample=2", cell)
        for one in episodes:
            plan.store.write(one)
        return plan.store

    return made
