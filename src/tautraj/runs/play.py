"""Play one episode, grade it and write it to the store.

Not here: the conversation (`runs.episode.conversation`), grades (`grading.reward`), files (`store`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, locate_run_directory
from tautraj.errors import GradingError, StoreError, TautrajError
from tautraj.grading.customer_faults.judged import ask_judge
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

    While its customer is at fault, and `run.customer.retries` allows, it is put aside and played again, whatever its
    reward: to repeat failures alone would flatter the agent. A `TautrajError` is written to the store as the
    episode's failure and raised again; it is never a reward. `on_call`: called after every answer of an llm, with its
    tokens.
    """
    store = Store(locate_run_directory(run))
    quarantined = store.read_quarantined(spec.id) if run.customer.retries else []
    while True:
        attempt, recorder = replace(spec, attempt=len(quarantined)), Recorder(on_call)
        faults = [fault for earlier in quarantined for fault in earlier.customer_faults or ()]
        with _keep_failure(store, spec, recorder):
            trajectory = run_episode(run, attempt, recorder, faults if run.customer.tell_faults else ())
            trajectory = grade_episode(trajectory, run, recorder)
            is_put_aside = trajectory.has_faulty_customer and attempt.attempt < run.customer.retries
            patience = run.runner.store_patience_seconds
            write_with_retry(trajectory, store, patience, is_put_aside=is_put_aside)
        if not is_put_aside:
            return summarise(trajectory)
        quarantined.append(trajectory)


@contextmanager
def _keep_failure(store: Store, spec: EpisodeSpec, recorder: Recorder) -> Iterator[None]:
    """Write a `TautrajError` that is raised inside as a failed attempt, with what was recorded until then."""
    try:
        yield
    except TautrajError as error:
        with suppress(StoreError):  # a failure that cannot be written must not hide its cause
            store.write_failure(spec.id, error, recorder.turns, recorder.sum_usage())
        raise


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
        if judge and run.customer.ask_judge:
            faults = (*(graded.customer_faults or ()), *ask_judge(graded, judge))
            graded = graded.model_copy(update={"customer_faults": faults})
    return graded.model_copy(update={"usage": {**trajectory.usage, **recorder.sum_usage()}})
