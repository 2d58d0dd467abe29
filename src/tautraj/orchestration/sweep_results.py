"""A sweep's own directory, beside those of its cells: how it was asked for, and what its cells came to.

Derived from the run directories, and written anew by the same command. Not here: a cell's records
(`store.run_directory`).
"""

import json
import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import yaml

from tautraj.config.identity import cell
from tautraj.report import at_the_end
from tautraj.report.terminal import console, sweep_tables
from tautraj.runs.scheduler import CellRun
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import Line, Matrix, as_csv, matrix
from tautraj.store import Store
from tautraj.store.tracking_pointer import behind
from tautraj.tracking.sweep_tracker import Parent

HEADER = """\
# The cells of this sweep; each has a run directory of its own beside this one. Keys and passwords are masked.
# Resume or repeat it: python flows/sweep.py {words}
"""


def note_sweep(sweep: Sweep) -> None:
    """Write down what was asked for. Raises `StoreError`."""
    cells = [{"cell": cell(setting.run).folder, **setting.levels} for setting in sweep.settings]
    record = {"experiment": sweep.run.experiment, "overrides": sweep.words, "axes": sweep.axes, "cells": cells}
    text = yaml.safe_dump(record, sort_keys=False, allow_unicode=True)
    Store(sweep.directory).write_text("sweep.yaml", HEADER.format(words=shlex.join(sweep.words)) + text)


def compare_cells(sweep: Sweep, cells: Sequence[CellRun]) -> Matrix:
    """The matrix of the cells as they are now."""
    lines = [
        Line(cell.levels, cell.run, cell.plan.cell.folder, progress.owed, progress.rows, progress.metrics())
        for cell in cells
        for progress in [cell.progress]
    ]
    return matrix(sweep.run.experiment, sweep.axes, lines)


def conclude_sweep(sweep: Sweep, cells: Sequence[CellRun], parent: Parent | None) -> Matrix:
    """Write the matrix and show it: the one place where something is made of all cells at once.

    `cells`: in the sweep's order. Raises `StoreError`.
    """
    compared = compare_cells(sweep, cells)
    store = Store(sweep.directory)
    store.write_json("matrix.json", compared)
    store.write_text("matrix.csv", as_csv(compared))
    look: dict[str, str] = {"sweep directory": store.url}
    played = [cell.plan.store for cell in cells if cell.progress.rows]
    if played:
        look |= at_the_end(store, sweep.run.report.conversations, console.say, played)
    if parent:
        owed = any(cell.progress.owed for cell in cells)
        look["MLflow"] = parent.finish(compared, "FAILED" if owed else "FINISHED")
    sweep_tables.matrix(sweep.title, compared, look)
    return compared


def conclude_played(sweep: Sweep, cells: Sequence[CellRun]) -> None:
    """`conclude_sweep` for a sweep that owes nothing. MLflow is given what it does not have."""
    store = Store(sweep.directory)
    written = store.read_json("matrix.json")
    stale = behind(store) or written != json.loads(json.dumps(compare_cells(sweep, cells)))
    with ThreadPoolExecutor(1) as writer:
        track = stale and sweep.run.tracking.name == "mlflow"
        parent = Parent(sweep, [cell.plan.store for cell in cells], writer) if track else None
        note_sweep(sweep)
        conclude_sweep(sweep, cells, parent)
