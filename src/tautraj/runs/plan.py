"""Plan a run and play one episode of it: the plain functions behind the flows.

Not here: how many at once, retries, progress (`flows`).
"""

from typing import NamedTuple

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.components import check
from tautraj.config.identity import EpisodeSpec, directory, owed, plan
from tautraj.errors import ConfigError, hint
from tautraj.metrics import Failure, Row
from tautraj.runs.estimates import check_prices
from tautraj.store import Store, index

MOST = 1_000_000
"""Episodes of a run: every one of them is planned before the first is played."""


class Job(NamedTuple):
    """A run with what is done and what is owed."""

    run: Run
    store: Store
    rows: list[Row]
    """Of every episode in the run directory."""
    failures: list[Failure]
    """Of episodes that are still owed."""
    owed: list[EpisodeSpec]


def prepare(run: Run) -> Job:
    """Check the run and work out what is owed. Raises `UserError`; calls nobody and makes no directory."""
    check(run.agent, run)
    check(run.user_strategy, run)
    check_prices(run)
    ids = _task_ids(run)
    if len(ids) * run.trials > MOST:
        raise ConfigError(f"trials={run.trials}: {len(ids) * run.trials:,} episodes; a run holds up to {MOST:,}")
    store = Store(directory(run))
    store.check()
    rows = index.rows(store)
    done = {r.id for r in rows}
    return Job(run, store, rows, store.failures(done), owed(plan(run, ids), done))


def _task_ids(run: Run) -> list[str]:
    benchmark = open_benchmark(run.benchmark, run.domain)
    known = benchmark.task_ids(run.split.name)
    chosen = run.tasks.ids if run.tasks.ids is not None else known
    unknown = [task for task in chosen if task not in known]
    if unknown:
        raise ConfigError(
            f"tasks.ids: {', '.join(unknown)} not in {run.domain.name} split={run.split.name}."
            f"{hint(unknown[0], known)} "
            f"Its {len(known)} tasks are: {', '.join(known)}"
        )
    left_out = benchmark.quarantine if run.tasks.quarantine == "exclude" else {}
    return [task for task in dict.fromkeys(chosen) if task not in left_out][: run.tasks.limit]
