"""A run directory as its page tells it: what was run, its episodes in short, its numbers, what could not be played.

Not here: conversations (`conversations`), the page (`page`).
"""

from collections.abc import Collection
from typing import NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.errors import GradingError, TautrajError, boundary
from tautraj.grading.explanation import Explanation, explain
from tautraj.metrics import Failure, Metrics, summarise
from tautraj.report.episode_rows import EpisodeRow, make_episode_row
from tautraj.store import Store
from tautraj.store.discovery import read_run
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.trajectory import Trajectory

OFFLINE = "oracle/offline: not a model's result"


class LoadedRun(NamedTuple):
    store: Store
    name: str
    """Of the run directory: cell and digest."""
    run: Run
    benchmark: Benchmark | str
    """Or why it is not at hand."""
    episodes: list[EpisodeRow]
    numbers: Metrics
    failures: list[Failure]
    """Of episodes that are still owed."""

    @property
    def offline_note(self) -> str | None:
        """To be said beside every number of it."""
        if self.run.model.is_offline:
            return OFFLINE
        return f"customer offline: {self.run.user.name}" if self.run.user.is_offline else None


def load_run(store: Store, index: int) -> LoadedRun:
    """Read it once from end to end. Raises `StoreError`."""
    run, benchmark = read_run(store), open_run_benchmark(store)
    tools: Collection[str] | None = None if isinstance(benchmark, str) else benchmark.writing_tools
    rows, entries = [], []
    for trajectory in store.read_episodes():
        summary = summarise(trajectory)
        rows.append(summary)
        entries.append(make_episode_row(trajectory, summary, index, tools))
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    failures = store.read_failures({row.id for row in rows})
    return LoadedRun(store, name, run, benchmark, entries, compute_run_metrics(store, rows), failures)


def explain_reward(trajectory: Trajectory, benchmark: Benchmark | str) -> Explanation | str:
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


def open_run_benchmark(store: Store) -> Benchmark | str:
    """What a run directory was played in, or why it is not at hand. Raises `StoreError`."""
    run = read_run(store)
    try:
        with boundary(GradingError, f"opening {run.benchmark.name} {run.domain.name}"):
            return open_benchmark(run.benchmark, run.domain)
    except TautrajError as error:
        return str(error)
