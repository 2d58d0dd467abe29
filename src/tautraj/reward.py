"""What an episode was worth, asked of the benchmark.

Pure where no judge is asked: the same trajectory always gets the same reward, today or regraded next year. Not here:
running episodes (`episode`), averaging rewards (`metrics`).
"""

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
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
    verdict = benchmark.grade(trajectory.task_id, trajectory.turns, trajectory.outcome, judge)
    found = (None, verdict, None) if isinstance(verdict, str) else (verdict.reward, None, verdict)
    update = dict(zip(("reward", "ungraded", "grade"), found, strict=True))
    return trajectory.model_copy(update={**update, "usage": {**trajectory.usage, **recorder.usage()}})
