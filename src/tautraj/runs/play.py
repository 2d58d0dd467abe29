"""Play one episode, grade it and write it to the store.

Not here: the conversation (`runs.episode.conversation`), grades (`grading.reward`), files (`store`).
"""

from collections.abc import Callable
from contextlib import suppress

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, locate_run_directory
from tautraj.errors import GradingError, StoreError, TautrajError
from tautraj.grading.reward import grade_trajectory, label_trajectory
from tautraj.metrics import EpisodeSummary, summarise
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.episode.seat_llm import build_ask
from tautraj.store import Store
from tautraj.store.write_retry import write_with_retry
from tautraj.trajectory import Trajectory


def play(run: Run, spec: EpisodeSpec, on_call: Callable[[int], None] = lambda _: None) -> EpisodeSummary:
    """Play an episode, grade it and write its trajectory; return its summary.

    A `TautrajError` is written to the store as the episode's failure and raised again; it is never a reward.
    `on_call`: called after every answer of an llm, with its tokens.
    """
    store, recorder = Store(locate_run_directory(run)), Recorder(on_call)
    try:
        trajectory = grade_episode(run_episode(run, spec, recorder), run, recorder)
        write_with_retry(trajectory, store, run.runner.store_patience_seconds)
    except TautrajError as error:
        with suppress(StoreError):  # a failure that cannot be written must not hide its cause
            store.write_failure(spec.id, error, recorder.turns, recorder.sum_usage())
        raise
    return summarise(trajectory)


def grade_episode(trajectory: Trajectory, run: Run, recorder: Recorder | None = None) -> Trajectory:
    """The trajectory with its reward (or in `ungraded` why it has none), its labels, and the judge's usage.

    `run` gives the benchmark, its data and the judge; `recorder` holds the judge's usage even if grading fails.
    Raises `GradingError`.
    """
    recorder = recorder or Recorder()
    judge = build_ask(run.judge, "judge", trajectory.seed, recorder) if run.judge else None
    benchmark = open_benchmark(run.benchmark, run.domain)
    graded = grade_trajectory(trajectory, benchmark, judge)
    with suppress(GradingError):  # the paid grade is kept without labels; `flows/regrade.py` reports the error
        graded = label_trajectory(graded, benchmark)
    return graded.model_copy(update={"usage": {**trajectory.usage, **recorder.sum_usage()}})
