"""What a dataset format is, and what every row tells of where it came from.

A format is a function from the conversations of one task to rows, and a YAML in `conf/format/` that names it.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from tautraj.export.messages import Style
from tautraj.trajectory import Trajectory

Row = dict[str, Any]


class Conversation(NamedTuple):
    trajectory: Trajectory
    run: str
    """Its run directory."""
    chosen: bool
    """False: a sibling that was not, for formats that show what should not be done."""


class Format(Protocol):
    def __call__(self, task: Iterable[Conversation], style: Style) -> Iterator[Row]:
        """Rows of one task's conversations, which come one at a time. Every row has every column of the format."""


def lineage(conversation: Conversation) -> Row:
    """Row → episode → run → configuration."""
    found = conversation.trajectory
    return {
        "episode": found.id,
        "run": conversation.run,
        "cell": found.cell,
        "benchmark": found.benchmark,
        "domain": found.domain,
        "split": found.split,
        "task": found.task_id,
        "trial": found.trial,
        "agent": found.agent,
        "model": found.model,
        "user": found.user,
        "reward": found.reward,
    }


def dump_tools(trajectory: Trajectory) -> str:
    """The schemas as JSON text: as columns, each tool's parameters would grow those of all others."""
    text, tools = _last_tools.get(id(trajectory.tools), ("", None))
    if tools is not trajectory.tools:
        text = json.dumps(trajectory.tools, ensure_ascii=False)
        _last_tools.clear()
        _last_tools[id(trajectory.tools)] = (text, trajectory.tools)
    return text


_last_tools: dict[int, tuple[str, Any]] = {}
"""The last one: the rows of a run have the same tools, and to write them takes a sixth of a row's time."""
