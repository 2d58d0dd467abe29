"""What the page's table and plots need of an episode: small enough that those of all runs fit into memory.

Not here: the conversations themselves, which come one at a time (`conversations`).
"""

import math
import sys
from collections.abc import Collection, Sequence
from typing import NamedTuple

from tautraj.metrics import EpisodeSummary, is_success, total_usd
from tautraj.report.rendering import Status, active_labels, episode_status
from tautraj.trajectory import Ending, Privileged, Trajectory

NO_OPERATION = "(none)"
"""The operation of a task whose gold actions write nothing."""


class EpisodeRow(NamedTuple):
    run: int
    """Number of its run directory among those of the page."""
    id: str
    task_id: str
    trial: int
    status: Status
    """By its reward: 1, less, or none."""
    reward: float | None
    failed_components: tuple[str, ...]
    """Components of the reward that are less than 1."""
    ending: Ending
    turns: int
    """Played by the seats; what the task gave is not counted."""
    tool_calls: int
    mistakes: int
    seconds: float
    tokens: int
    """In and out, of all seats."""
    usd: float | None
    """Of all seats; None: unpriced."""
    labels: tuple[str, ...]
    operations: tuple[str, ...]
    """Tools by which the gold actions write, each once."""


def make_episode_row(
    trajectory: Trajectory, summary: EpisodeSummary, run_index: int, writing_tools: Collection[str] | None
) -> EpisodeRow:
    """The row of `trajectory`, whose numbers `summary` holds.

    `writing_tools`: None where the benchmark cannot be opened; then every gold action counts.
    """
    usage = summary.usage.values()
    return EpisodeRow(
        run=run_index,
        id=summary.id,
        task_id=sys.intern(summary.task_id),
        trial=summary.trial,
        status=episode_status(summary.reward),
        reward=summary.reward,
        failed_components=tuple(map(sys.intern, _failed_components(summary.components))),
        ending=summary.outcome,
        turns=summary.turns,
        tool_calls=summary.tool_calls,
        mistakes=summary.mistakes,
        seconds=summary.seconds if math.isfinite(summary.seconds) else 0.0,
        tokens=sum(spent.tokens_in + spent.tokens_out for spent in usage),
        usd=total_usd(spent.usd for spent in usage),
        labels=tuple(active_labels(trajectory.labels, summary.reward)),
        operations=tuple(list_operations(trajectory.privileged, writing_tools)),
    )


def list_operations(privileged: Privileged, writing_tools: Collection[str] | None) -> list[str]:
    names = {str(action.get("name")) for action in privileged.gold_actions}
    return [sys.intern(name) for name in sorted(names) if writing_tools is None or name in writing_tools] or [
        NO_OPERATION
    ]


def select_conversations(episodes: Sequence[EpisodeRow], limit: int) -> list[int]:
    """Numbers of those whose conversations the page holds, in order.

    Failures are chosen first, then the ungraded; first trials first, so that they are of many tasks.
    """
    order = {"failed": 0, "ungraded": 1, "passed": 2}
    first = sorted(range(len(episodes)), key=lambda number: (order[episodes[number].status], episodes[number].trial))
    return sorted(first[:limit])


def _failed_components(components: dict[str, float]) -> list[str]:
    return [name for name, value in components.items() if not is_success(value)]
