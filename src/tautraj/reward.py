"""What an episode was worth, asked of the benchmark, and the labels that say whether to trust it.

Pure where no judge is asked: the same trajectory always gets the same reward, today or regraded next year. Not here:
running episodes (`episode`), averaging rewards (`metrics`), how labels are decided (`labels`).
"""

from contextlib import suppress

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.errors import GradingError, boundary
from tautraj.labels import labels
from tautraj.llms import Ask
from tautraj.recorder import Recorder
from tautraj.seat import seat_ask
from tautraj.trajectory import Trajectory


def graded(trajectory: Trajectory, run: Run, recorder: Recorder | None = None) -> Trajectory:
    """The trajectory with its reward, or in a word why it has none, and with what the judge cost.

    `run` says which benchmark, whose data, which judge; `recorder` keeps what a judge cost even when grading fails.
    Raises `GradingError`.
    """
    recorder = recorder or Recorder()
    judge = seat_ask(run.judge, "judge", trajectory.seed, recorder) if run.judge else None
    benchmark = open_benchmark(run.benchmark, run.domain)
    found = judged(trajectory, benchmark, judge)
    with suppress(GradingError):  # what was paid for is kept; `flows/regrade.py` says what is wrong
        found = labelled(found, benchmark)
    return found.model_copy(update={"usage": {**trajectory.usage, **recorder.usage()}})


def judged(trajectory: Trajectory, benchmark: Benchmark, judge: Ask | None) -> Trajectory:
    """With the benchmark's verdict, and no labels. Raises `GradingError`."""
    verdict = benchmark.grade(trajectory.task_id, trajectory.turns, trajectory.outcome, judge)
    found = (None, verdict, None) if isinstance(verdict, str) else (verdict.reward, None, verdict)
    update = dict(zip(("reward", "ungraded", "grade"), found, strict=True))
    return trajectory.model_copy(update={**update, "labels": None})


def labelled(trajectory: Trajectory, benchmark: Benchmark) -> Trajectory:
    """With its labels, if it was graded. Raises `GradingError`."""
    if trajectory.grade is None:
        return trajectory
    with boundary(GradingError, f"labelling {benchmark.domain} task {trajectory.task_id}"):
        return trajectory.model_copy(update={"labels": labels(trajectory, trajectory.grade, benchmark)})
