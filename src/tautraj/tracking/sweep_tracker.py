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

from tautraj.config.provenance import git_state
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import Matrix
from tautraj.runs.sweep.plots import by_cell, by_k
from tautraj.store import Store
from tautraj.store.tracking_pointer import POINTER, pointer
from tautraj.tracking.mlflow_run import ORACLE, PARENT, Subject, View
from tautraj.tracking.tracker import Written, tracking_uri


class ParentView(View):
    """Of a sweep's own directory."""

    def adopt(self, cell: Store) -> bool:
        """Make the MLflow run of a cell a child of this one; whether it has one by now. The cell remembers it."""
        known = pointer(cell)
        if known.get("uri") != self.address or not known.get("run_id"):
            return False
        if known.get("parent") != self._run_id:
            self._client.set_tag(known["run_id"], PARENT, self._run_id)
            cell.write_json(POINTER, {**known, "parent": self._run_id})
        return True

    def compare(self, found: Matrix, status: str) -> None:
        """The matrix: as a table, as files, as plots. `status`: MLflow's."""
        columns = list(found["cells"][0])
        shown = {"columns": columns, "data": [list(one.values()) for one in found["cells"]]}
        self._client.log_dict(self._run_id, shown, "cells.json")
        listed = json.dumps([{"path": "cells.json", "type": "table"}])
        self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", listed)  # what the UI goes by
        self._client.log_dict(self._run_id, found, "matrix.json")
        for name, draw in (("success_by_cell.png", by_cell), ("pass_hat_k.png", by_k)):
            self._client.log_figure(self._run_id, draw(found), name)
        for name, value in numbers(found).items():
            self._client.log_metric(self._run_id, name, value)
        self._log_page()
        self._client.set_terminated(self._run_id, status=status)
        self.note(status, complete=True)


class Parent(Written):
    """Keeps it while the sweep goes on."""

    def __init__(self, sweep: Sweep, cells: Sequence[Store], writer: ThreadPoolExecutor) -> None:
        """`cells`: those whose MLflow runs are to be its children."""
        self._store = Store(sweep.directory)
        uri = tracking_uri(sweep.run)
        self._view = ParentView(subject(sweep, self._store), uri)
        self._waiting = list(cells)
        super().__init__(self._view.begin, uri, writer)

    def watch(self, _: object) -> None:
        """Adopt the cells that have a run by now, unless that is under way."""
        if self._waiting and self._idle:
            self._renewal = self._submit(self._adopt)

    def finish(self, found: Matrix, status: str) -> str:
        """The matrix; where to look, or how to have it written later. `status`: MLflow's FINISHED or FAILED."""

        def write() -> None:
            self._adopt()
            self._view.compare(found, status)

        if self._submit(write).result():
            return self._view.where()
        return "was away; once it is back, the same command writes what it lacks"

    def _adopt(self) -> None:
        self._waiting = [cell for cell in self._waiting if not self._view.adopt(cell)]


def once(say: Callable[[str], None]) -> Callable[[str], None]:
    """For the cells of a sweep: none of them says what another has just said."""
    last = ""

    def said(text: str) -> None:
        nonlocal last
        first = text.partition(";")[0]
        if first != last:
            say(text)
        last = first

    return said


def subject(sweep: Sweep, store: Store) -> Subject:
    run = sweep.run
    tags = {"sweep": sweep.digest, "run_directory": store.url, "cells": str(len(sweep.settings))}
    if any(setting.run.model.gold for setting in sweep.settings):
        tags["oracle"] = ORACLE
    config: dict[str, Any] = {"grid": sweep.axes, "overrides": " ".join(sweep.words), "trials": run.trials}
    return Subject(
        store=store,
        experiment=run.experiment,
        name=sweep.title,
        config=config,
        tags=lambda: tags | git_state(),
        began=int(time.time() * 1000),
        root=None if "://" in run.root else Path(run.root).absolute(),
        links={"sweep directory": store.url},
        traces="none",  # its cells have them
        traces_sample=run.tracking.traces_sample,
    )


def numbers(found: Matrix) -> dict[str, float]:
    """Of the sweep as a whole: sums over its cells, and what each axis explains of the reward."""
    told: dict[str, float] = {}
    for name in ("episodes", "failed", "owed", "spent_tokens", "spent_usd"):
        values = [one[name] for one in found["cells"]]
        if None not in values:
            told[name] = sum(values)
    for explained in found["variance"]:
        first, second = explained["axes"]
        for name in ("first", "second", "interaction", "task", "residual"):
            which = {"first": first, "second": second}.get(name, name)
            told[f"variance/{first} and {second}/{which}"] = explained[name]
    return told
