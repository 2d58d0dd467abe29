"""Run directories for MLflow to be shown, all under one root."""

import shutil
from pathlib import Path

import pytest
from support.tracked_runs import Directory, composed

from tautraj.store import Store
from tautraj.trajectory import Trajectory


@pytest.fixture
def directory(empty_mlflow: Path, tmp_path: Path) -> Directory:
    """Run directories with these episodes, all under one root and so of one MLflow."""
    root = tmp_path / "outputs"
    root.mkdir()
    shutil.copy(empty_mlflow, root)

    def made(*episodes: Trajectory, traces: str = "all", cell: str = "domain=mock") -> Store:
        plan = composed(root, f"tracking.traces={traces}", "tracking.traces_sample=2", cell)
        for one in episodes:
            plan.store.write(one)
        return plan.store

    return made
