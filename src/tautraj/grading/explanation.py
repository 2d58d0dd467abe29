"""Why a reward is what it is, for people: what the world lacks, which write went wrong first, what was not said.

It holds gold values: for the terminal and the report, never for a model or an export row. Not here: the reward
(`reward`), how worlds are compared (`differences`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from tautraj.benchmarks import Benchmark
from tautraj.grading.database_diff import Difference, differences, gold_writes, played
from tautraj.grading.labels import writes
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
    worlds = played(benchmark, trajectory.task_id, trajectory.turns, trajectory.privileged)
    checks = [check for checks in _counted(grade).values() for check in checks] if grade else []
    return Explanation(
        differences=tuple(differences(worlds)),
        diverging=_diverging(trajectory, benchmark),
        untold=tuple(check.what for check in grade.communicate if not check.met) if grade else (),
        unmet=tuple(check.what for check in checks if not check.met),
        ungraded=trajectory.ungraded or (grade.note if grade else None),
    )


def lines(found: Explanation) -> Iterator[str]:
    """To be read; nothing where nothing is wrong."""
    if found.ungraded:
        yield f"nothing was compared: {found.ungraded}"
    if found.diverging:
        yield found.diverging
    for one in found.differences:
        yield f"{one.path}: gold {one.gold!r}, actual {one.actual!r}"
    for what in found.untold:
        yield f"the customer was not told {what!r}"
    for what in found.unmet:
        yield f"not met: {what}"


def _counted(grade: Grade) -> dict[str, tuple[Check, ...]]:
    """What the benchmark looked for, as far as it is a factor of the reward."""
    found = {"action": grade.actions, "env_assertion": grade.assertions, "nl_assertion": grade.judged}
    return {name: checks for name, checks in found.items() if name in grade.components}


def _diverging(trajectory: Trajectory, benchmark: Benchmark) -> str | None:
    owed = gold_writes(benchmark, trajectory.task_id, trajectory.privileged)
    for turn in writes(trajectory, benchmark.writing_tools):
        call = turn.tool_call
        assert call is not None
        match = next((gold for gold in owed if _same(gold, call)), None)
        if match is None:
            return f"turn {turn.index}: {_written(call)} is no gold write"
        owed.remove(match)
    return f"never written: {_written(owed[0])}" if owed else None


def _same(gold: ToolCall, call: ToolCall) -> bool:
    return (gold.name, gold.arguments) == (call.name, call.arguments)


def _written(call: ToolCall) -> str:
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
