"""The MLflow run of a sweep: parent of its cells' runs, with the matrix as a table and as plots.

Written by the thread that its cells share; MLflow away is said by them and ends nothing. Not here: a cell's run
(`view`, `tracking`), the numbers (`matrix`).
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
from tautraj.tracking.mlflow_run import ORACLE_TAG_VALUE, PARENT_TAG, MlflowRun, RunDescription
from tautraj.tracking.tracker import MlflowWriter, resolve_tracking_uri


class SweepMlflowRun(MlflowRun):
    """Of a sweep's own directory."""

    def adopt(self, cell: Store) -> bool:
        """Make the MLflow run of a cell a child of this one; whether it has one by now. The cell remembers it."""
        pointer = read_pointer(cell)
        if pointer.uri != self.masked_uri or pointer.run_id is None:
            return False
        if pointer.parent != self._run_id:
            self._client.set_tag(pointer.run_id, PARENT_TAG, self._run_id)
            write_pointer(cell, pointer._replace(parent=self._run_id))
        return True

    def log_matrix(self, matrix: Matrix, status: str) -> None:
        """The matrix: as a table, as files, as plots. `status`: MLflow's."""
        columns = list(matrix["cells"][0])
        shown = {"columns": columns, "data": [list(one.values()) for one in matrix["cells"]]}
        self._client.log_dict(self._run_id, shown, "cells.json")
        listed = json.dumps([{"path": "cells.json", "type": "table"}])
        self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", listed)  # what the UI goes by
        self._client.log_dict(self._run_id, matrix, "matrix.json")
        for name, draw in (("success_by_cell.png", plot_success_by_cell), ("pass_hat_k.png", plot_pass_hat_k)):
            self._client.log_figure(self._run_id, draw(matrix), name)
        for name, value in compute_sweep_metrics(matrix).items():
            self._client.log_metric(self._run_id, name, value)
        self._log_report()
        self._client.set_terminated(self._run_id, status=status)
        self.write_pointer(status, complete=True)


class SweepTracker(MlflowWriter):
    """Keeps it while the sweep goes on."""

    def __init__(self, sweep: Sweep, cells: Sequence[Store], executor: ThreadPoolExecutor) -> None:
        """`cells`: those whose MLflow runs are to be its children."""
        self._store = Store(sweep.directory)
        uri = resolve_tracking_uri(sweep.run)
        self._mlflow_run = SweepMlflowRun(describe_sweep(sweep, self._store), uri)
        self._unadopted = list(cells)
        super().__init__(self._mlflow_run.begin, uri, executor)

    def update(self, _: object) -> None:
        """Adopt the cells that have a run by now, unless that is under way."""
        if self._unadopted and self._is_idle:
            self._pending_update = self._submit(self._adopt_cells)

    def finish(self, matrix: Matrix, status: str) -> str:
        """The matrix; where to look, or how to have it written later. `status`: MLflow's FINISHED or FAILED."""

        def write() -> None:
            self._adopt_cells()
            self._mlflow_run.log_matrix(matrix, status)

        if self._submit(write).result():
            return self._mlflow_run.describe_location()
        return "was away; once it is back, the same command writes what it lacks"

    def _adopt_cells(self) -> None:
        self._unadopted = [cell for cell in self._unadopted if not self._mlflow_run.adopt(cell)]


def suppress_repeats(say: Callable[[str], None]) -> Callable[[str], None]:
    """For the cells of a sweep: none of them says what another has just said."""
    last = ""

    def said(text: str) -> None:
        nonlocal last
        first = text.partition(";")[0]
        if first != last:
            say(text)
        last = first

    return said


def describe_sweep(sweep: Sweep, store: Store) -> RunDescription:
    run = sweep.run
    tags = {"sweep": sweep.digest, "run_directory": store.url, "cells": str(len(sweep.cells))}
    if any(setting.run.model.is_gold_replay for setting in sweep.cells):
        tags["oracle"] = ORACLE_TAG_VALUE
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
    """Of the sweep as a whole: sums over its cells, and what each axis explains of the reward."""
    told: dict[str, float] = {}
    for name in ("episodes", "failed", "owed", "spent_tokens", "spent_usd"):
        values = [one[name] for one in matrix["cells"]]
        if None not in values:
            told[name] = sum(values)
    for explained in matrix["variance"]:
        first, second = explained["axes"]
        for name in ("first", "second", "interaction", "task", "residual"):
            which = {"first": first, "second": second}.get(name, name)
            told[f"variance/{first} and {second}/{which}"] = explained[name]
    return told
