"""Supervised fine-tuning: one row per conversation, OpenAI's `messages` and `tools`."""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage, tools_of
from tautraj.export.messages import Style, messages


def sft(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    for one in task:
        if one.chosen:
            yield {"messages": messages(one.trajectory, style), "tools": tools_of(one.trajectory), **lineage(one)}
