"""What an episode's trace can be found by, and what was made of the episode.

Pure. Gold is not in it: checks are counted, not quoted. Not here: how it comes to MLflow (`traces`).
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from tautraj.metrics import is_success, total_usd
from tautraj.printable import escape_unprintable
from tautraj.trajectory import Trajectory

TAG_NAMES = ("task_id", "outcome", "success")

LABEL_PREFIX = "label."


def build_trace_tags(trajectory: Trajectory) -> dict[str, str]:
    """What changes when an episode is graded anew."""
    reward = trajectory.reward
    success = "ungraded" if reward is None else str(is_success(reward)).lower()
    found = {"task_id": trajectory.task_id, "outcome": trajectory.outcome.kind, "success": success}
    for name, value in trajectory.labels or ():
        if value is True:
            found[f"{LABEL_PREFIX}{name}"] = "true"
        elif isinstance(value, tuple) and value:
            found[f"{LABEL_PREFIX}{name}"] = ", ".join(value)
    return found


def select_tautraj_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Of a trace's tags those that stand here; others are people's, or MLflow's."""
    return {key: value for key, value in tags.items() if key in TAG_NAMES or key.startswith(LABEL_PREFIX)}


def build_metadata(trajectory: Trajectory, run_id: str) -> dict[str, str]:
    """What never changes; tokens and USD of all seats."""
    names = ("model", "user", "agent", "user_strategy", "domain", "split", "benchmark", "cell", "trial")
    spent = trajectory.usage.values()
    tokens_in, tokens_out = sum(used.tokens_in for used in spent), sum(used.tokens_out for used in spent)
    tokens = {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
    found = {name: str(getattr(trajectory, name)) for name in names}
    found["mlflow.sourceRun"] = run_id
    if spent:
        found["mlflow.trace.tokenUsage"] = json.dumps(tokens)
    if spent and (usd := total_usd(used.usd for used in spent)) is not None:
        found["mlflow.trace.cost"] = json.dumps({"total_cost": usd})
    return found


class GradeFeedback(NamedTuple):
    name: str
    value: float | bool | None
    rationale: str | None
    error: str | None
    """Why there is no value."""


def derive_feedback(trajectory: Trajectory) -> list[GradeFeedback]:
    """The benchmark's reward and whether that is a success; of what is not gradable, why not."""
    if trajectory.reward is None:
        return [GradeFeedback("reward", None, None, escape_unprintable(trajectory.ungraded or "not graded"))]
    why = explain_reward(trajectory)
    success = bool(is_success(trajectory.reward))
    return [GradeFeedback("reward", trajectory.reward, why, None), GradeFeedback("success", success, why, None)]


def explain_reward(trajectory: Trajectory) -> str:
    """Why the reward is what it is, without what gold would have been."""
    grade, parts = trajectory.grade, [f"It ended with {trajectory.outcome.kind}"]
    if grade is not None:
        factors = " × ".join(f"{name} {value:g}" for name, value in grade.components.items())
        parts.insert(0, f"{grade.reward:g} = {factors}" if factors else f"{grade.reward:g}")
        looked_for = {"told": grade.communicate, "actions": grade.actions, "assertions": grade.assertions}
        for name, checks in {**looked_for, "judged sentences": grade.judged}.items():
            if checks:
                parts.append(f"{name}: {sum(check.met for check in checks)} of {len(checks)} met")
        if grade.db_match is False:
            parts.append("the database is not as it should be")
    labels = [key.removeprefix(LABEL_PREFIX) for key in build_trace_tags(trajectory) if key.startswith(LABEL_PREFIX)]
    return ". ".join([*parts, *([f"Labels: {', '.join(labels)}"] if labels else [])]) + "."
