"""The agent's writes to the database, those that differ from gold, and the gold ones that it has not made.

Not here: which gold writes succeed (`grading.database_diff`).
"""

from collections.abc import Collection
from typing import NamedTuple

from tautraj.benchmarks import Benchmark
from tautraj.grading.database_diff import find_gold_writes
from tautraj.trajectory import ToolCall, Trajectory, Turn

TRANSFER_TOOL = "transfer_to_human_agents"
"""Hands the customer to a human. In τ² the conversation goes on after it."""


def find_writes(trajectory: Trajectory, writing_tools: Collection[str]) -> list[Turn]:
    """Successful calls of the agent to `writing_tools`, without given turns."""

    def is_write(turn: Turn) -> bool:
        succeeded = turn.seat == "model" and turn.kind == "tool_call" and not turn.given and not turn.error
        return succeeded and turn.tool_call is not None and turn.tool_call.name in writing_tools

    return [turn for turn in trajectory.turns if is_write(turn)]


def find_wrong_writes(trajectory: Trajectory, benchmark: Benchmark) -> list[Turn]:
    """The agent's writes that are no gold writes, or made once more than these."""
    return _compare_writes(trajectory, benchmark).wrong


def find_missing_writes(trajectory: Trajectory, benchmark: Benchmark) -> list[ToolCall]:
    """The gold writes that the agent has not made."""
    return _compare_writes(trajectory, benchmark).missing


class _Comparison(NamedTuple):
    wrong: list[Turn]
    missing: list[ToolCall]


def _compare_writes(trajectory: Trajectory, benchmark: Benchmark) -> _Comparison:
    missing = find_gold_writes(benchmark, trajectory.task_id, trajectory.privileged)
    wrong = []
    for turn in find_writes(trajectory, benchmark.writing_tools):
        call = turn.tool_call
        assert call is not None
        match = next((gold for gold in missing if (gold.name, gold.arguments) == (call.name, call.arguments)), None)
        if match is None:
            wrong.append(turn)
        else:
            missing.remove(match)
    return _Comparison(wrong, missing)
