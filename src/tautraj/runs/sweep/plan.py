"""The cells of a sweep with what each owes, and what all of it may cost. Calls nobody and writes nothing.

Not here: one cell (`play.prepare`), the grid (`sweep`).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from tautraj.runs.budget import NOTHING, Cost, Ledger
from tautraj.runs.estimates import Estimate, estimate
from tautraj.runs.plan import Job, prepare
from tautraj.runs.progress import Standing
from tautraj.runs.startup import all_ready
from tautraj.runs.sweep.grid import Refusals, Setting, Sweep
from tautraj.store.discovery import past_runs
from tautraj.store.tracking_pointer import behind


class Planned(NamedTuple):
    """A cell that can be played."""

    setting: Setting
    job: Job
    unfinished: bool
    """Whether something is owed, or was never written down."""


def planned(sweep: Sweep) -> list[Planned]:
    """Every cell. Raises `ConfigError`, a line per reason why cells cannot be played."""
    found: list[Planned] = []
    refusals = Refusals()
    for setting in sweep.settings:
        with refusals.of(setting.title):
            job = prepare(setting.run)
            found.append(Planned(setting, job, _unfinished(job)))
    refusals.check()
    return found


@contextmanager
def cells_ready(cells: Sequence[Planned]) -> Iterator[list[Planned]]:
    """Those that are unfinished ready to be played, as `play.ready` has it, among the others."""
    unfinished = [cell for cell in cells if cell.unfinished]
    with all_ready([cell.job for cell in unfinished], [cell.setting.config for cell in unfinished]) as jobs:
        served = iter(jobs)
        yield [cell._replace(job=next(served)) if cell.unfinished else cell for cell in cells]


def estimates(cells: Sequence[Planned]) -> list[Estimate]:
    """Of an episode of each."""
    past = list(past_runs(cells[0].setting.run.root))
    return [estimate(cell.setting.run, cell.job.rows, past) for cell in cells]


def in_all(cells: Sequence[Planned], each: Sequence[Estimate]) -> Cost:
    """Of everything that is owed."""
    total = NOTHING
    for cell, told in zip(cells, each, strict=True):
        total = total.plus(told.cost.times(len(cell.job.owed)))
    return total


def standings(cells: Sequence[Planned]) -> list[Standing]:
    """How each stands; they share one ledger, in which all stands that any of them ever spent."""
    owed = sum(len(cell.job.owed) for cell in cells)
    guess = in_all(cells, estimates(cells)).times(1 / owed) if owed else None
    ledger = Ledger(cells[0].setting.run.budget, guess)
    return [Standing(cell.job, ledger) for cell in cells]


def _unfinished(job: Job) -> bool:
    numbers = job.store.read_json("metrics.json")
    told = isinstance(numbers, dict) and numbers.get("episodes") == len(job.rows)
    tracked = job.run.tracking.name == "none" or not behind(job.store)
    return bool(job.owed) or not told or not tracked
