"""The contract of a dataset format, and the lineage columns of every row.

A format is a function from the conversations of one task to rows, and a YAML in `conf/format/` that names it.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from tautraj.export.messages import Style
from tautraj.grading.branching.values import Places
from tautraj.trajectory import Trajectory

Row = dict[str, Any]


class Conversation(NamedTuple):
    """A trajectory on its way to rows."""

    trajectory: Trajectory
    run_columns: Row
    """Columns that all conversations of its run share: run, guard, license, terms, style."""
    chosen: bool
    """False: a failed episode of the same task, for formats that need a rejected side."""
    task_columns: Mapping[str, Any] = MappingProxyType({})
    """Columns that all conversations of its task share: which synthetic world it is of, its family, its proofs. Empty
    in an export of official tasks alone."""
    places: Places = MappingProxyType({})
    """The turns at which it was branched, with all branches that the export read, chosen or not."""


class Format(Protocol):
    def __call__(self, task: Iterable[Conversation], style: Style) -> Iterator[Row]:
        """Rows of one task's conversations, which are read one at a time.

        Every row has every column of the format.
        """


def lineage(conversation: Conversation) -> Row:
    """Columns that trace a row to its episode, run and configuration, and say how it was graded and changed.

    None is called `labels`, which TRL's trainers take for the tokens to learn.
    """
    trajectory = conversation.trajectory
    usage = trajectory.usage.get("model")
    return {
        "episode": trajectory.id,
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
        "reward_basis": list(trajectory.grade.components) if trajectory.grade else [],
        "episode_labels": trajectory.labels.model_dump() if trajectory.labels else None,
        "customer_faults": _list_fault_kinds(trajectory),
        "tokens_in": usage.tokens_in if usage else 0,
        "tokens_out": usage.tokens_out if usage else 0,
        "mistakes_left_out": sum(turn.kind == "mistake" for turn in trajectory.turns),
        **conversation.task_columns,
        **conversation.run_columns,
    }


def _list_fault_kinds(trajectory: Trajectory) -> list[str] | None:
    """Each kind of the customer's faults once; None if they were not looked for."""
    if trajectory.customer_faults is None:
        return None
    return list(dict.fromkeys(fault.kind for fault in trajectory.customer_faults))
