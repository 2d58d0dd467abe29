"""The MLflow run of a sweep: parent of its cells' runs, with the matrix as a table and as plots.

Written by the thread that the cells share; they report an outage of MLflow, which never stops the sweep. Not here: a
cell's run (`tracking.mlflow_run`, `tracking.tracker`), the matrix (`runs.sweep.matrix`).
"""

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tautraj.config.provenance import read_git_state
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import Matrix
from tautraj.runs.sweep.plots import plot_pass_hat_k, plot_success_by_cell
from tautraj.store import Store
from tautraj.store.tracking_pointer import read_pointer, write_pointer
from tautraj.tracking.mlflow_run import PARENT_TAG, MlflowRun, RunDescription
from tautraj.tracking.run_fields import build_offline_tags
from tautraj.tracking.tracker import MlflowWriter, resolve_tracking_uri


class SweepMlflowRun(MlflowRun):
    """The MLflow run of a sweep's directory."""

    def adopt(self, cell: Store) -> bool:
        """Make the MLflow run of a cell a child of this one; False if the cell has none yet."""
        pointer = read_pointer(cell)
        if pointer.uri != self.masked_uri or pointer.run_id is None:
            return False
        if pointer.parent != self._run_id:
            self._client.set_tag(pointer.run_id, PARENT_TAG, self._run_id)
            write_pointer(cell, pointer._replace(parent=self._run_id))
        return True

    def log_matrix(self, matrix: Matrix, status: str) -> None:
        """Write the matrix as a table, files and plots, and end the MLflow run. `status`: MLflow's."""
        columns = list(matrix["cells"][0])
        table = {"columns": columns, "data": [list(cell.values()) for cell in matrix["cells"]]}
        self._client.log_dict(self._run_id, table, "cells.json")
        tables = json.dumps([{"path": "cells.json", "type": "table"}])
        self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", tables)  # read by the UI
        self._client.log_dict(self._run_id, matrix, "matrix.json")
        for name, draw in (("success_by_cell.png", plot_success_by_cell), ("pass_hat_k.png", plot_pass_hat_k)):
            self._client.log_figure(self._run_id, draw(matrix), name)
        for name, value in compute_sweep_metrics(matrix).items():
            self._client.log_metric(self._run_id, name, value)
        self._log_report()
        self._client.set_terminated(self._run_id, status=status)
        self.write_pointer(status, complete=True)


class SweepTracker(MlflowWriter):
    """Writes the MLflow run of a sweep while its cells are played."""

    def __init__(self, sweep: Sweep, cells: Sequence[Store], executor: ThreadPoolExecutor) -> None:
        """`cells`: run directories whose MLflow runs become children of the sweep's."""
        uri = resolve_tracking_uri(sweep.run)
        self._mlflow_run = SweepMlflowRun(describe_sweep(sweep, Store(sweep.directory)), uri)
        self._unadopted = list(cells)
        super().__init__(self._mlflow_run.begin, uri, executor)

    def update(self, _: object) -> None:
        """Adopt the cells that have an MLflow run by now, unless an update is pending."""
        if self._unadopted and self._is_idle:
            self._pending_update = self._submit(self._adopt_cells)

    def finish(self, matrix: Matrix, status: str) -> str:
        """Write the matrix. Returns where to look, or what to do later. `status`: FINISHED or FAILED."""

        def write() -> None:
            self._adopt_cells()
            self._mlflow_run.log_matrix(matrix, status)

        if self._submit(write).result():
            return self._mlflow_run.describe_location()
        return "was away. Once it is back, the same command writes what it lacks."

    def _adopt_cells(self) -> None:
        self._unadopted = [cell for cell in self._unadopted if not self._mlflow_run.adopt(cell)]


def suppress_repeats(say: Callable[[str], None]) -> Callable[[str], None]:
    """`say` without repeats: cells that share it report the same event once."""
    last = ""

    def say_once(text: str) -> None:
        nonlocal last
        first = text.partition(".")[0]
        if first != last:
            say(text)
        last = first

    return say_once


def describe_sweep(sweep: Sweep, store: Store) -> RunDescription:
    run = sweep.run
    tags = {"sweep": sweep.digest, "run_directory": store.url, "cells": str(len(sweep.cells))}
    tags |= build_offline_tags([cell.run.model.provider.route for cell in sweep.cells])
    config: dict[str, Any] = {"grid": sweep.axes, "overrides": " ".join(sweep.overrides), "trials": run.trials}
    return RunDescription(
        store=store,
        experiment=run.experiment,
        name=sweep.title,
        config=config,
        build_tags=lambda: tags | read_git_state(),
        started_ms=int(time.time() * 1000),
        root=None if "://" in run.root else Path(run.root).absolute(),
        links={"sweep directory": store.url},
        traces="none",  # its cells have them
        traces_sample=run.tracking.traces_sample,
    )


def compute_sweep_metrics(matrix: Matrix) -> dict[str, float]:
    """Metrics of the whole sweep: sums over its cells, and the share of the variance that each axis explains."""
    metrics: dict[str, float] = {}
    for name in ("episodes", "failed", "owed", "spent_tokens", "spent_usd"):
        values = [cell[name] for cell in matrix["cells"]]
        if None not in values:
            metrics[name] = sum(values)
    for explained in matrix["variance"]:
        first, second = explained["axes"]
        for name in ("first", "second", "interaction", "task", "residual"):
            source = {"first": first, "second": second}.get(name, name)
            metrics[f"variance/{first} and {second}/{source}"] = explained[name]
    return metrics
