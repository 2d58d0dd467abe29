"""Explains a reward to people: database differences, the first wrong write, facts not communicated, failed checks.

An explanation contains gold values: it is for the terminal and the report, never for a model or an export row. Not
here: the reward (`grading.reward`), the comparison of databases (`grading.database_diff`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from tautraj.benchmarks import Benchmark
from tautraj.grading.database_diff import Difference, diff_worlds, replay_both
from tautraj.grading.writes import find_missing_writes, find_wrong_writes
from tautraj.trajectory import Check, Grade, ToolCall, Trajectory, Turn


class Explanation(NamedTuple):
    differences: tuple[Difference, ...]
    """Between the database of the gold actions and that of the episode."""
    diverging: str | None
    """The first write that is not a gold write, else the first missing gold write; None: neither."""
    untold: tuple[str, ...]
    """Facts that the agent had to tell the customer and did not."""
    unmet: tuple[str, ...]
    """Actions, assertions and judged sentences that were not met and count in the reward."""
    ungraded: str | None
    """Why the benchmark compared nothing; None: it did."""


def explain(trajectory: Trajectory, benchmark: Benchmark) -> Explanation:
    """The explanation of a trajectory's reward. Raises `EpisodeError` if the world cannot be built."""
    grade = trajectory.grade
    worlds = replay_both(benchmark, trajectory.task_id, trajectory.turns, trajectory.privileged)
    checks = [check for checks in _select_scored_checks(grade).values() for check in checks] if grade else []
    return Explanation(
        differences=tuple(diff_worlds(worlds)),
        diverging=_describe_divergence(find_divergence(trajectory, benchmark)),
        untold=tuple(check.what for check in grade.communicate if not check.met) if grade else (),
        unmet=tuple(check.what for check in checks if not check.met),
        ungraded=trajectory.ungraded or (grade.note if grade else None),
    )


def format_explanation(explanation: Explanation) -> Iterator[str]:
    """Lines of text, one per finding; none for an episode that meets everything."""
    if explanation.ungraded:
        yield f"nothing was compared: {explanation.ungraded}"
    if explanation.diverging:
        yield explanation.diverging
    for difference in explanation.differences:
        yield f"{difference.path}: gold {difference.gold!r}, actual {difference.actual!r}"
    for fact in explanation.untold:
        yield f"the customer was not told {fact!r}"
    for check in explanation.unmet:
        yield f"not met: {check}"


def _select_scored_checks(grade: Grade) -> dict[str, tuple[Check, ...]]:
    """The benchmark's checks by component, of components that are a factor of the reward."""
    by_component = {"action": grade.actions, "env_assertion": grade.assertions, "nl_assertion": grade.judged}
    return {name: checks for name, checks in by_component.items() if name in grade.components}


def find_divergence(trajectory: Trajectory, benchmark: Benchmark) -> Turn | ToolCall | None:
    """The agent's first write that no gold action makes; else a gold write that it never made; else None."""
    if wrong := find_wrong_writes(trajectory, benchmark):
        return wrong[0]
    return next(iter(find_missing_writes(trajectory, benchmark)), None)


def _describe_divergence(divergence: Turn | ToolCall | None) -> str | None:
    if isinstance(divergence, Turn) and divergence.tool_call is not None:
        return f"turn {divergence.index}: {_format_call(divergence.tool_call)} is not a gold write"
    return f"never written: {_format_call(divergence)}" if isinstance(divergence, ToolCall) else None


def _format_call(call: ToolCall) -> str:
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
