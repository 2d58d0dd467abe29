"""Terms beside the benchmark's reward, off unless a trainer is given them: `reward_funcs=[few_turns]`.

TRL logs each under its name and weighs it (`reward_weights`, which ends with the environment's own 1). A rollout that
has no reward has no term either. Not for `AsyncGRPOTrainer`, which passes no environments to its reward functions.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tautraj.benchmarks import Benchmark
from tautraj.grading.database_diff import find_gold_writes
from tautraj.grading.writes import find_missing_writes, find_wrong_writes
from tautraj.training.rollouts.environment_class import RolloutEnvironment
from tautraj.training.rollouts.episode import RolloutEpisode
from tautraj.trajectory import Trajectory, count_turns

Rewards = list[float | None]


def few_turns(environments: Sequence[RolloutEnvironment], **_: Any) -> Rewards:
    """1 for no turn at all, 0 at the run's limit: a price on length."""
    return _rate(environments, lambda rollout, played: 1 - count_turns(played.turns) / rollout.run.limits.turns)


def valid_calls(environments: Sequence[RolloutEnvironment], **_: Any) -> Rewards:
    """Share of the policy's calls that the world could carry out; 1 without a call."""
    return _rate(environments, lambda _, played: _count_valid(played))


def gold_writes(environments: Sequence[RolloutEnvironment], **_: Any) -> Rewards:
    """Share of the task's gold writes that the policy made, less what it wrote amiss, from 0 to 1.

    It says how far a failed rollout came. Where gold writes nothing: 1 for having written nothing.
    """
    return _rate(environments, lambda rollout, played: _rate_writes(played, rollout.benchmark))


def _rate(
    environments: Sequence[RolloutEnvironment], compute: Callable[[RolloutEpisode, Trajectory], float]
) -> Rewards:
    return [
        None
        if rollout.get_reward() is None or rollout.episode is None or rollout.trajectory is None
        else compute(rollout.episode, rollout.trajectory)
        for rollout in environments
    ]


def _count_valid(played: Trajectory) -> float:
    own = [turn for turn in played.turns if turn.seat == "model" and turn.kind in ("tool_call", "mistake")]
    return sum(not turn.error for turn in own) / len(own) if own else 1.0


def _rate_writes(played: Trajectory, benchmark: Benchmark) -> float:
    gold = len(find_gold_writes(benchmark, played.task_id, played.privileged))
    wrong = len(find_wrong_writes(played, benchmark))
    made = gold - len(find_missing_writes(played, benchmark))
    return max(0.0, made - wrong) / gold if gold else float(not wrong)
