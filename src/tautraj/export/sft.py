"""Supervised fine-tuning: one row per conversation, OpenAI's `messages` and `tools`."""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, dump_tools, lineage
from tautraj.export.messages import Style, build_messages


def sft(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    for one in task:
        if one.chosen:
            yield {
                "messages": build_messages(one.trajectory, style),
                "tools": dump_tools(one.trajectory),
                **lineage(one),
            }
