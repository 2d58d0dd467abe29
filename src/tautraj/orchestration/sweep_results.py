"""A sweep's own directory, beside those of its cells: how it was asked for, and what its cells came to.

Derived from the run directories, and written anew by the same command. Not here: a cell's records (`store`).
"""

import json
import shlex
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import yaml

from tautraj.config.identity import cell
from tautraj.report import at_the_end
from tautraj.report.terminal import console, sweep_tables
from tautraj.runs.progress import Standing
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import Line, Matrix, as_csv, matrix
from tautraj.runs.sweep.plan import Planned, standings
from tautraj.store import Store
from tautraj.store.tracking_pointer import behind
from tautraj.tracking.sweep_tracker import Parent

HEADER = """\
# The cells of this sweep; each has a run directory of its own beside this one. Keys and passwords are masked.
# Resume or repeat it: python flows/sweep.py {words}
"""


def note_sweep(sweep: Sweep) -> None:
    """Write down what was asked for. Raises `StoreError`."""
    cells = [{"cell": cell(one.run).folder, **one.levels} for one in sweep.settings]
    told = {"experiment": sweep.run.experiment, "overrides": sweep.words, "axes": sweep.axes, "cells": cells}
    text = yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
    Store(sweep.directory).write_text("sweep.yaml", HEADER.format(words=shlex.join(sweep.words)) + text)


def compared(sweep: Sweep, each: Sequence[Standing]) -> Matrix:
    lines = [
        Line(one.levels, one.run, cell(one.run).folder, now.owed, now.rows, now.metrics())
        for one, now in zip(sweep.settings, each, strict=True)
    ]
    return matrix(sweep.run.experiment, sweep.axes, lines)


def conclude_sweep(sweep: Sweep, each: Sequence[Standing], parent: Parent | None) -> Matrix:
    """Write the matrix down and show it: the one place where something is made of all cells at once.

    `each`: how its cells stand, in its order. Raises `StoreError`.
    """
    found = compared(sweep, each)
    store = Store(sweep.directory)
    store.write_json("matrix.json", found)
    store.write_text("matrix.csv", as_csv(found))
    look: dict[str, str] = {"sweep directory": store.url}
    cells = [now.job.store for now in each if now.rows]
    if cells:
        look |= at_the_end(store, sweep.run.report.conversations, console.say, cells)
    if parent:
        look["MLflow"] = parent.finish(found, "FAILED" if any(now.owed for now in each) else "FINISHED")
    sweep_tables.matrix(sweep.title, found, look)
    return found


def conclude_played(sweep: Sweep, cells: Sequence[Planned]) -> None:
    """Likewise, of a sweep that owes nothing. MLflow is told what it does not know."""
    each, store = standings(cells), Store(sweep.directory)
    news = behind(store) or store.read_json("matrix.json") != json.loads(json.dumps(compared(sweep, each)))
    with ThreadPoolExecutor(1) as writer:
        tell = news and sweep.run.tracking.name == "mlflow"
        parent = Parent(sweep, [one.job.store for one in cells], writer) if tell else None
        note_sweep(sweep)
        conclude_sweep(sweep, each, parent)
