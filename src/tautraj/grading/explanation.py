"""Why a reward is what it is, for people: what the world lacks, which write went wrong first, what was not said.

It holds gold values: for the terminal and the report, never for a model or an export row. Not here: the reward
(`reward`), how worlds are compared (`differences`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from tautraj.benchmarks import Benchmark
from tautraj.grading.database_diff import Difference, diff_worlds, find_gold_writes, replay_both
from tautraj.grading.labels import find_writes
from tautraj.trajectory import Check, Grade, ToolCall, Trajectory


class Explanation(NamedTuple):
    differences: tuple[Difference, ...]
    """Between the database of the gold actions and the one that came about."""
    diverging: str | None
    """The first write that no gold action makes, else the first gold write that was not made; None: neither."""
    untold: tuple[str, ...]
    """What the customer should have been told, and was not."""
    unmet: tuple[str, ...]
    """Actions, assertions and judged sentences that were not met."""
    ungraded: str | None


def explain(trajectory: Trajectory, benchmark: Benchmark) -> Explanation:
    """Raises `EpisodeError` where the world cannot be built."""
    grade = trajectory.grade
    worlds = replay_both(benchmark, trajectory.task_id, trajectory.turns, trajectory.privileged)
    checks = [check for checks in _select_scored_checks(grade).values() for check in checks] if grade else []
    return Explanation(
        differences=tuple(diff_worlds(worlds)),
        diverging=_find_first_divergence(trajectory, benchmark),
        untold=tuple(check.what for check in grade.communicate if not check.met) if grade else (),
        unmet=tuple(check.what for check in checks if not check.met),
        ungraded=trajectory.ungraded or (grade.note if grade else None),
    )


def format_explanation(explanation: Explanation) -> Iterator[str]:
    """To be read; nothing where nothing is wrong."""
    if explanation.ungraded:
        yield f"nothing was compared: {explanation.ungraded}"
    if explanation.diverging:
        yield explanation.diverging
    for one in explanation.differences:
        yield f"{one.path}: gold {one.gold!r}, actual {one.actual!r}"
    for what in explanation.untold:
        yield f"the customer was not told {what!r}"
    for what in explanation.unmet:
        yield f"not met: {what}"


def _select_scored_checks(grade: Grade) -> dict[str, tuple[Check, ...]]:
    """What the benchmark looked for, as far as it is a factor of the reward."""
    found = {"action": grade.actions, "env_assertion": grade.assertions, "nl_assertion": grade.judged}
    return {name: checks for name, checks in found.items() if name in grade.components}


def _find_first_divergence(trajectory: Trajectory, benchmark: Benchmark) -> str | None:
    owed = find_gold_writes(benchmark, trajectory.task_id, trajectory.privileged)
    for turn in find_writes(trajectory, benchmark.writing_tools):
        call = turn.tool_call
        assert call is not None
        match = next((gold for gold in owed if _is_same_call(gold, call)), None)
        if match is None:
            return f"turn {turn.index}: {_format_call(call)} is no gold write"
        owed.remove(match)
    return f"never written: {_format_call(owed[0])}" if owed else None


def _is_same_call(gold: ToolCall, call: ToolCall) -> bool:
    return (gold.name, gold.arguments) == (call.name, call.arguments)


def _format_call(call: ToolCall) -> str:
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
