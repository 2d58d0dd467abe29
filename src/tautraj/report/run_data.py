"""A run directory loaded for the page: configuration, episode rows, metrics, failures; and explained rewards.

Not here: conversations (`report.html.conversation_data`), the page (`report.html.page`).
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
    """Name of the run directory: cell and digest."""
    run: Run
    benchmark: Benchmark | str
    """A string is the reason why it cannot be opened."""
    episodes: list[EpisodeRow]
    numbers: Metrics
    failures: list[Failure]
    """Failures of episodes that are still owed."""

    @property
    def offline_note(self) -> str | None:
        """Warning shown with the run's numbers; None if the model and the customer are both llms."""
        if self.run.model.is_offline:
            return OFFLINE
        return f"customer offline: {self.run.user.name}" if self.run.user.is_offline else None


def load_run(store: Store, index: int) -> LoadedRun:
    """Load a run directory, reading each episode once. `index`: its index on the page. Raises `StoreError`."""
    run, benchmark = read_run(store), open_run_benchmark(store)
    tools: Collection[str] | None = None if isinstance(benchmark, str) else benchmark.writing_tools
    summaries, episodes = [], []
    for trajectory in store.read_episodes():
        summary = summarise(trajectory)
        summaries.append(summary)
        episodes.append(make_episode_row(trajectory, summary, index, tools))
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    failures = store.read_failures({summary.id for summary in summaries})
    return LoadedRun(store, name, run, benchmark, episodes, compute_run_metrics(store, summaries), failures)


def explain_reward(trajectory: Trajectory, benchmark: Benchmark | str) -> Explanation | str:
    """The explanation of a reward, or the reason why there is none."""
    if isinstance(benchmark, str):
        return benchmark
    if trajectory.data_hash != benchmark.data_hash:
        return "the benchmark's data here differ from the data it was graded with"
    try:
        with boundary(GradingError, f"explaining task {trajectory.task_id}"):
            return explain(trajectory, benchmark)
    except TautrajError as error:
        return str(error)


def open_run_benchmark(store: Store) -> Benchmark | str:
    """The benchmark of a run directory, or the reason why it cannot be opened. Raises `StoreError`."""
    run = read_run(store)
    try:
        with boundary(GradingError, f"opening {run.benchmark.name} {run.domain.name}"):
            return open_benchmark(run.benchmark, run.domain)
    except TautrajError as error:
        return str(error)
