"""V6: whether every reference in a goal names one entity, judged by its words and the raw data."""

from typing import Any

from tautraj.benchmarks.goals import Goal


def find_ambiguity(database: dict[str, Any], goal: Goal) -> str | None:
    return None
