"""Tags, metadata and feedback of an episode's trace. Pure.

No gold in them: checks are counted, not quoted. Not here: writing them to MLflow (`tracking.traces`).
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from tautraj.metrics import is_success, total_usd
from tautraj.printable import escape_unprintable
from tautraj.trajectory import Trajectory

TAG_NAMES = ("task_id", "outcome", "success", "customer_faults")

LABEL_PREFIX = "label."


def build_trace_tags(trajectory: Trajectory) -> dict[str, str]:
    """Tags: what regrading may change, and the task."""
    reward = trajectory.reward
    success = "ungraded" if reward is None else str(is_success(reward)).lower()
    tags = {"task_id": trajectory.task_id, "outcome": trajectory.outcome.kind, "success": success}
    if trajectory.customer_faults:
        tags["customer_faults"] = ", ".join(dict.fromkeys(fault.kind for fault in trajectory.customer_faults))
    for name, value in trajectory.labels or ():
        if value is True:
            tags[f"{LABEL_PREFIX}{name}"] = "true"
        elif isinstance(value, tuple) and value:
            tags[f"{LABEL_PREFIX}{name}"] = ", ".join(value)
    return tags


def select_tautraj_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Those of a trace's tags that `build_trace_tags` writes; the others are the user's or MLflow's."""
    return {key: value for key, value in tags.items() if key in TAG_NAMES or key.startswith(LABEL_PREFIX)}


def build_metadata(trajectory: Trajectory, run_id: str) -> dict[str, str]:
    """Metadata: what never changes, with tokens and USD of all seats."""
    names = ("model", "user", "agent", "user_strategy", "domain", "split", "benchmark", "cell", "trial")
    usages = trajectory.usage.values()
    tokens_in, tokens_out = sum(usage.tokens_in for usage in usages), sum(usage.tokens_out for usage in usages)
    tokens = {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
    metadata = {name: str(getattr(trajectory, name)) for name in names}
    metadata["mlflow.sourceRun"] = run_id
    if (parent := trajectory.parent) is not None:
        metadata |= {"parent_episode": parent.episode, "parent_turn": str(parent.turn)}
    if (rollout := trajectory.rollout) is not None:
        step = {} if rollout.step is None else {"training_step": str(rollout.step)}
        metadata |= {"training": rollout.training, **step}
    if usages:
        metadata["mlflow.trace.tokenUsage"] = json.dumps(tokens)
    if usages and (usd := total_usd(usage.usd for usage in usages)) is not None:
        metadata["mlflow.trace.cost"] = json.dumps({"total_cost": usd})
    return metadata


class GradeFeedback(NamedTuple):
    name: str
    value: float | bool | None
    rationale: str | None
    error: str | None
    """Why there is no value; None: there is one."""


def derive_feedback(trajectory: Trajectory) -> list[GradeFeedback]:
    """The reward and whether it is a success; for an ungraded episode, why there is none."""
    if trajectory.reward is None:
        return [GradeFeedback("reward", None, None, escape_unprintable(trajectory.ungraded or "not graded"))]
    rationale = explain_reward(trajectory)
    success = bool(is_success(trajectory.reward))
    return [
        GradeFeedback("reward", trajectory.reward, rationale, None),
        GradeFeedback("success", success, rationale, None),
    ]


def explain_reward(trajectory: Trajectory) -> str:
    """The reward explained without quoting gold."""
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
