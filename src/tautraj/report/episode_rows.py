"""The row of an episode in the page's table and plots, small enough that the rows of all runs fit into memory.

Not here: the conversations, which are packed one at a time (`report.html.conversation_data`).
"""

import math
import sys
from collections.abc import Collection, Sequence
from typing import NamedTuple

from tautraj.metrics import EpisodeSummary, is_success, total_usd
from tautraj.report.rendering import Status, active_labels, episode_status, shorten_line
from tautraj.trajectory import Ending, Parent, Privileged, Trajectory

MAX_USD = 1e12
"""Above it a sum is no amount: plots cannot draw 1e308."""

REASON_CHARACTERS = 300
"""Of a customer's reason, at most."""

NO_OPERATION = "(none)"
"""The operation of a task whose gold actions write nothing."""


class EpisodeRow(NamedTuple):
    run: int
    """Index of its run directory in the page's list of runs."""
    id: str
    task_id: str
    reason: str
    """The customer's reason for the call, on one line."""
    trial: int
    status: Status
    """passed: reward 1; failed: less; ungraded: no reward."""
    reward: float | None
    failed_components: tuple[str, ...]
    """Names of the reward components below 1."""
    ending: Ending
    turns: int
    """Turns played by the seats; turns given by the task are not counted."""
    tool_calls: int
    mistakes: int
    seconds: float
    tokens: int
    """Input and output tokens of all seats."""
    usd: float | None
    """USD of all seats; None: some call has no price, or the sum is above `MAX_USD`."""
    labels: tuple[str, ...]
    operations: tuple[str, ...]
    """Writing tools among the gold actions, each once, sorted."""
    cell: str
    """Directory name of its cell, as its branches name it."""
    parent: Parent | None
    """Where it leaves another episode; None: it is no branch."""


def make_episode_row(
    trajectory: Trajectory,
    summary: EpisodeSummary,
    run_index: int,
    writing_tools: Collection[str] | None,
    reason: str,
) -> EpisodeRow:
    """The row of `trajectory`; `summary` is its `summarise`, `reason` the customer's.

    `writing_tools`: names of the tools that write; None if the benchmark cannot be opened: every gold action counts.
    """
    usage = summary.usage.values()
    usd = total_usd(seat.usd for seat in usage)
    return EpisodeRow(
        run=run_index,
        id=summary.id,
        task_id=sys.intern(summary.task_id),
        reason=sys.intern(shorten_line(reason, REASON_CHARACTERS)),
        trial=summary.trial,
        status=episode_status(summary.reward),
        reward=summary.reward,
        failed_components=tuple(map(sys.intern, _failed_components(summary.components))),
        ending=summary.outcome,
        turns=summary.turns,
        tool_calls=summary.tool_calls,
        mistakes=summary.mistakes,
        seconds=summary.seconds if math.isfinite(summary.seconds) else 0.0,
        tokens=sum(seat.tokens_in + seat.tokens_out for seat in usage),
        usd=usd if usd is not None and abs(usd) <= MAX_USD else None,
        labels=tuple(active_labels(trajectory.labels, summary.reward)),
        operations=tuple(list_operations(trajectory.privileged, writing_tools)),
        cell=sys.intern(trajectory.cell),
        parent=trajectory.parent,
    )


def list_operations(privileged: Privileged, writing_tools: Collection[str] | None) -> list[str]:
    """Names of the gold actions' writing tools, sorted; `[NO_OPERATION]` if there is none."""
    names = {str(action.get("name")) for action in privileged.gold_actions}
    return [sys.intern(name) for name in sorted(names) if writing_tools is None or name in writing_tools] or [
        NO_OPERATION
    ]


def select_conversations(episodes: Sequence[EpisodeRow], limit: int) -> list[int]:
    """Indices, in order, of at most `limit` episodes whose conversations the page includes.

    Failures are chosen first, then ungraded episodes; low trials before high ones, so that many tasks are covered.
    """
    order = {"failed": 0, "ungraded": 1, "passed": 2}
    ranked = sorted(range(len(episodes)), key=lambda index: (order[episodes[index].status], episodes[index].trial))
    return sorted(ranked[:limit])


def _failed_components(components: dict[str, float]) -> list[str]:
    return [name for name, value in components.items() if not is_success(value)]
