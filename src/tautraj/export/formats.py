"""The contract of a dataset format, and the lineage columns of every row.

A format is a function from the conversations of one task to rows, and a YAML in `conf/format/` that names it.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from tautraj.export.messages import Style
from tautraj.trajectory import Trajectory

Row = dict[str, Any]


class Conversation(NamedTuple):
    """A trajectory on its way to rows."""

    trajectory: Trajectory
    run: str
    """Run directory, a path or URL."""
    chosen: bool
    """False: a failed episode of the same task, for formats that need a rejected side."""


class Format(Protocol):
    def __call__(self, task: Iterable[Conversation], style: Style) -> Iterator[Row]:
        """Rows of one task's conversations, which are read one at a time.

        Every row has every column of the format.
        """


def lineage(conversation: Conversation) -> Row:
    """Columns that trace a row to its episode, run and configuration."""
    trajectory = conversation.trajectory
    return {
        "episode": trajectory.id,
        "run": conversation.run,
        "cell": trajectory.cell,
        "benchmark": trajectory.benchmark,
        "domain": trajectory.domain,
        "split": trajectory.split,
        "task": trajectory.task_id,
        "trial": trajectory.trial,
        "agent": trajectory.agent,
        "model": trajectory.model,
        "user": trajectory.user,
        "reward": trajectory.reward,
    }


def dump_tools(trajectory: Trajectory) -> str:
    """The tool schemas as JSON text: as columns, every tool would get the parameters of all others."""
    text, tools = _last_tools.get(id(trajectory.tools), ("", None))
    if tools is not trajectory.tools:
        text = json.dumps(trajectory.tools, ensure_ascii=False)
        _last_tools.clear()
        _last_tools[id(trajectory.tools)] = (text, trajectory.tools)
    return text


_last_tools: dict[int, tuple[str, Any]] = {}
"""A cache of one: rows of a run have the same tools, and dumping them takes a sixth of a row's time."""
