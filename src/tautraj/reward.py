"""What an episode was worth, asked of the benchmark.

Pure: the same trajectory always gets the same reward, today or regraded next year. Not here: running episodes
(`episode`), averaging rewards (`metrics`).
"""

from tautraj.benchmarks import open_benchmark
from tautraj.config import Domain
from tautraj.trajectory import Grade, Trajectory


def grade(trajectory: Trajectory) -> Grade | str:
    """The benchmark's verdict on the turns, or in a word why it gives none. Raises `GradingError`."""
    domain = Domain.model_validate({"name": trajectory.domain, "benchmark": trajectory.benchmark})
    return open_benchmark(domain).grade(trajectory.task_id, trajectory.turns, trajectory.outcome)


def graded(trajectory: Trajectory) -> Trajectory:
    """The trajectory with its reward, or with why it has none."""
    verdict = grade(trajectory)
    if isinstance(verdict, str):
        return trajectory.model_copy(update={"reward": None, "ungraded": verdict, "grade": None})
    return trajectory.model_copy(update={"reward": verdict.reward, "ungraded": None, "grade": verdict})
