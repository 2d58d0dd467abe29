"""A run directory as its page tells it: what was run, its episodes in short, its numbers, what could not be played.

Not here: conversations (`conversations`), the page (`page`).
"""

from collections.abc import Collection
from typing import NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.errors import GradingError, TautrajError, boundary
from tautraj.grading.explanation import Explanation, explain
from tautraj.metrics import Failure, Metrics, metrics, row
from tautraj.report.episode_rows import Entry, entry
from tautraj.store import Store
from tautraj.store.discovery import recorded_run
from tautraj.trajectory import Trajectory

OFFLINE = "oracle/offline: not a model's result"


class Played(NamedTuple):
    store: Store
    name: str
    """Of the run directory: cell and digest."""
    run: Run
    benchmark: Benchmark | str
    """Or why it is not at hand."""
    entries: list[Entry]
    numbers: Metrics
    failures: list[Failure]
    """Of episodes that are still owed."""

    @property
    def offline(self) -> str | None:
        """To be said beside every number of it."""
        if self.run.model.offline:
            return OFFLINE
        return f"customer offline: {self.run.user.name}" if self.run.user.offline else None


def played(store: Store, number: int) -> Played:
    """Read it once from end to end. Raises `StoreError`."""
    run, benchmark = recorded_run(store), benchmark_of(store)
    tools: Collection[str] | None = None if isinstance(benchmark, str) else benchmark.writing_tools
    rows, entries = [], []
    for trajectory in store.episodes():
        rows.append(row(trajectory))
        entries.append(entry(trajectory, number, tools))
    failures = store.failures({one.id for one in rows})
    wasted = [usage for _, usages in store.failed_usage() for usage in usages.values()]
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    return Played(store, name, run, benchmark, entries, metrics(rows, failures, wasted), failures)


def explained(trajectory: Trajectory, benchmark: Benchmark | str) -> Explanation | str:
    """Why its reward is what it is, or why that cannot be said."""
    if isinstance(benchmark, str):
        return benchmark
    if trajectory.data_hash != benchmark.data_hash:
        return "the benchmark's data here are not those that it was graded with"
    try:
        with boundary(GradingError, f"explaining task {trajectory.task_id}"):
            return explain(trajectory, benchmark)
    except TautrajError as error:
        return str(error)


def benchmark_of(store: Store) -> Benchmark | str:
    """What a run directory was played in, or why it is not at hand. Raises `StoreError`."""
    run = recorded_run(store)
    try:
        with boundary(GradingError, f"opening {run.benchmark.name} {run.domain.name}"):
            return open_benchmark(run.benchmark, run.domain)
    except TautrajError as error:
        return str(error)
