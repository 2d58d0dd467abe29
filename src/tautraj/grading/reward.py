"""The reward of an episode, computed by the benchmark, its customer's faults, and labels: whether to trust it.

Pure if no judge is needed: a trajectory always gets the same reward, today or regraded next year. Not here: running
episodes (`runs.episode`), averaging rewards (`metrics`), how labels are computed (`grading.labels`) and faults found
(`grading.customer_faults`).
"""

from tautraj.benchmarks import Benchmark
from tautraj.errors import GradingError, boundary
from tautraj.grading.customer_faults import find_customer_faults
from tautraj.grading.labels import compute_labels
from tautraj.llms import Ask
from tautraj.trajectory import Trajectory


def grade_trajectory(trajectory: Trajectory, benchmark: Benchmark, judge: Ask | None) -> Trajectory:
    """A copy with the benchmark's verdict and without labels. Raises `GradingError`."""
    verdict = benchmark.grade(trajectory.task_id, trajectory.turns, trajectory.outcome, judge)
    values = (None, verdict, None) if isinstance(verdict, str) else (verdict.reward, None, verdict)
    update = dict(zip(("reward", "ungraded", "grade"), values, strict=True))
    return trajectory.model_copy(update={**update, "labels": None})


def label_trajectory(trajectory: Trajectory, benchmark: Benchmark) -> Trajectory:
    """A copy with its customer's faults, and with labels if it has a grade. Raises `GradingError`."""
    with boundary(GradingError, f"labelling {benchmark.domain} task {trajectory.task_id}"):
        judged = (fault for fault in trajectory.customer_faults or () if fault.source == "judge")
        faults = (*find_customer_faults(trajectory, benchmark), *judged)
        trajectory = trajectory.model_copy(update={"customer_faults": faults})
        if trajectory.grade is None:
            return trajectory
        return trajectory.model_copy(update={"labels": compute_labels(trajectory, trajectory.grade, benchmark)})
