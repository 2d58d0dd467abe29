"""Unpaired preferences (KTO): every conversation as a completion, with whether it is wanted.

`label` is true for what was chosen and did not fail, false for what failed, chosen or a sibling; the rest, and what
was never graded, is left out.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, dump_tools, lineage
from tautraj.export.messages import Message, Style, build_messages
from tautraj.export.preference import has_failed


def kto(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    for one in task:
        if has_failed(one) or (one.chosen and one.trajectory.reward is not None):
            prompt, completion = split_prompt(build_messages(one.trajectory, style))
            yield {
                "prompt": prompt,
                "completion": completion,
                "label": not has_failed(one),
                "tools": dump_tools(one.trajectory),
                **lineage(one),
            }


def split_prompt(conversation: list[Message]) -> tuple[list[Message], list[Message]]:
    """What the agent was given to answer first, and all that followed."""
    first = next((at for at, one in enumerate(conversation) if one["role"] == "user"), 0) + 1
    return conversation[:first], conversation[first:]
