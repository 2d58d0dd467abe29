"""A run directory loaded for the page: configuration, episode rows, metrics, failures; and explained rewards.

Not here: conversations (`report.html.conversation_data`), the page (`report.html.page`).
"""

from collections.abc import Collection
from typing import NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.config.identity import select_owed
from tautraj.errors import GradingError, StoreError, TautrajError, boundary
from tautraj.grading.explanation import Explanation, explain
from tautraj.metrics import Failure, Metrics, summarise
from tautraj.report.episode_rows import EpisodeRow, make_episode_row
from tautraj.runs.plan import list_specs
from tautraj.store import Store
from tautraj.store.discovery import read_run
from tautraj.store.lock import is_held_elsewhere
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.trajectory import Trajectory


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
    owed: int | None
    """Episodes still to be played; None: the benchmark cannot be opened, or no longer has the tasks."""
    unreadable: list[str]
    """Why episodes that have a file could not be read, a line for each."""
    is_under_way: bool
    """Whether another process of this machine was playing it when it was read."""

    @property
    def notes(self) -> list[str]:
        """What must be known before its numbers are read."""
        state = "under way" if self.is_under_way else "not complete"
        unfinished = (
            f"{state}: {len(self.episodes):,} of {len(self.episodes) + self.owed:,} episodes" if self.owed else None
        )
        return [note for note in (unfinished, describe_unreadable([self]), self.offline_note) if note]

    @property
    def offline_note(self) -> str | None:
        """Warning shown with the run's numbers; None if the model and the customer are both llms."""
        model, user = self.run.model, self.run.user
        if model.is_gold_replay:
            return f"{model.name} replays gold actions: not a model's result"
        if model.is_program:
            return f"{model.name} is a program that knows no gold actions: not a model's result"
        return f"customer without an llm: {user.name}" if user.is_offline or user.is_rehearsed else None


def describe_unreadable(runs: Collection[LoadedRun]) -> str | None:
    """How many episode files of the runs could not be read; None if all could."""
    number = sum(len(run.unreadable) for run in runs)
    return f"{number:,} {'episode' if number == 1 else 'episodes'} could not be read" if number else None


def load_run(store: Store, index: int) -> LoadedRun:
    """Load a run directory, reading each episode once. `index`: its index on the page. Raises `StoreError`.

    An episode that cannot be read is left out and named in `unreadable`.
    """
    run, benchmark = read_run(store), open_run_benchmark(store)
    tools: Collection[str] | None = None if isinstance(benchmark, str) else benchmark.writing_tools
    reasons: dict[str, str] = {}
    summaries, episodes, unreadable = [], [], {}
    for episode_id in sorted(store.list_ids()):
        try:
            trajectory = store.read_episode(episode_id)
        except StoreError as error:
            unreadable[episode_id] = f"{episode_id}: {error}"
            continue
        if trajectory is None:
            continue
        summary = summarise(trajectory)
        summaries.append(summary)
        if trajectory.task_id not in reasons:
            reasons[trajectory.task_id] = find_reason(trajectory, benchmark)
        episodes.append(make_episode_row(trajectory, summary, index, tools, reasons[trajectory.task_id]))
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    done = {summary.id for summary in summaries} | unreadable.keys()
    owed = None if isinstance(benchmark, str) else _count_owed(run, done)
    numbers, failures = compute_run_metrics(store, summaries), store.read_failures(done)
    return LoadedRun(
        store=store,
        name=name,
        run=run,
        benchmark=benchmark,
        episodes=episodes,
        numbers=numbers,
        failures=failures,
        owed=owed,
        unreadable=list(unreadable.values()),
        is_under_way=is_held_elsewhere(store),
    )


def _count_owed(run: Run, done: set[str]) -> int | None:
    try:
        return len(select_owed(list_specs(run), done))
    except TautrajError:
        return None


def find_reason(trajectory: Trajectory, benchmark: Benchmark | str) -> str:
    """Why the customer calls: the benchmark's text, or the whole scenario where it has none for it."""
    if isinstance(benchmark, str) or trajectory.data_hash != benchmark.data_hash:
        return trajectory.scenario
    try:
        with boundary(GradingError, f"reading task {trajectory.task_id}"):
            return benchmark.get_task(trajectory.task_id).scenario.reason or trajectory.scenario
    except TautrajError:
        return trajectory.scenario


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
