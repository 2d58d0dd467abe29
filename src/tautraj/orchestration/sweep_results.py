"""A sweep's own directory, beside those of its cells: sweep.yaml, the matrix and the report.

Derived from the run directories; the same command writes it again. Not here: a cell's records
(`store.run_directory`).
"""

import json
import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import yaml

from tautraj.config.identity import identify_cell
from tautraj.report import write_closing_report
from tautraj.report.terminal import console, sweep_tables
from tautraj.runs.scheduler import CellRun
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import CellResult, Matrix, build_matrix, to_csv
from tautraj.store import Store
from tautraj.store.tracking_pointer import is_tracking_incomplete
from tautraj.tracking.location import find_location
from tautraj.tracking.sweep_tracker import SweepTracker

SWEEP_YAML_HEADER = """\
# The cells of this sweep; each has a run directory of its own beside this one. Keys and passwords are masked.
# Resume or repeat it: python flows/sweep.py {words}
"""


def write_sweep_yaml(sweep: Sweep) -> None:
    """Write sweep.yaml: the overrides, the axes and the cells. Raises `StoreError`."""
    cells = [{"cell": identify_cell(setting.run).folder, **setting.levels} for setting in sweep.cells]
    record = {"experiment": sweep.run.experiment, "overrides": sweep.overrides, "axes": sweep.axes, "cells": cells}
    text = yaml.safe_dump(record, sort_keys=False, allow_unicode=True)
    Store(sweep.directory).write_text(
        "sweep.yaml", SWEEP_YAML_HEADER.format(words=shlex.join(sweep.overrides)) + text
    )


def compare_cells(sweep: Sweep, cells: Sequence[CellRun]) -> Matrix:
    """The matrix of the cells in their present state."""
    results = [
        CellResult(
            cell.levels, cell.run, cell.plan.cell.folder, progress.owed, progress.rows, progress.compute_metrics()
        )
        for cell in cells
        for progress in [cell.progress]
    ]
    return build_matrix(sweep.run.experiment, sweep.axes, results)


def conclude_sweep(sweep: Sweep, cells: Sequence[CellRun], tracker: SweepTracker | None) -> Matrix:
    """Write the matrix and the report, finish the sweep in MLflow and print the matrix.

    `cells`: in the sweep's order. Raises `StoreError`.
    """
    matrix = compare_cells(sweep, cells)
    store = Store(sweep.directory)
    store.write_json("matrix.json", matrix)
    store.write_text("matrix.csv", to_csv(matrix))
    links: dict[str, str] = {"sweep directory": store.url}
    played = [cell.plan.store for cell in cells if cell.progress.rows]
    if played:
        links |= write_closing_report(store, sweep.run.report.conversations, console.say, played)
    if tracker:
        owed = any(cell.progress.owed for cell in cells)
        links["MLflow"] = tracker.finish(matrix, "FAILED" if owed else "FINISHED")
    elif location := find_location(store):
        links["MLflow"] = location
    sweep_tables.print_matrix(sweep.title, matrix, links)
    sweep_tables.print_directories({cell.title: cell.plan.store.url for cell in cells})
    return matrix


def conclude_complete_sweep(sweep: Sweep, cells: Sequence[CellRun]) -> None:
    """`conclude_sweep` for a sweep that owes nothing. MLflow is written only if it is incomplete or out of date."""
    store = Store(sweep.directory)
    written = store.read_json("matrix.json")
    stale = is_tracking_incomplete(store) or written != json.loads(json.dumps(compare_cells(sweep, cells)))
    with ThreadPoolExecutor(1) as writer:
        track = stale and sweep.run.tracking.name == "mlflow"
        parent = SweepTracker(sweep, [cell.plan.store for cell in cells], writer) if track else None
        write_sweep_yaml(sweep)
        conclude_sweep(sweep, cells, parent)
