"""Supervised fine-tuning: one row per conversation, OpenAI's `messages` and `tools`."""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import Style, build_messages


def sft(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: messages, tools, lineage."""
    for conversation in task:
        if conversation.chosen:
            yield {
                "messages": build_messages(conversation.trajectory, style),
                "tools": list(conversation.trajectory.tools),
                **lineage(conversation),
            }
