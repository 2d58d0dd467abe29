"""Unpaired preferences (KTO): every conversation as a completion, with whether it is wanted.

`label` is true for what was chosen and did not fail, false for what failed, chosen or a sibling; the rest, and what
was never graded, is left out.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage, tools_of
from tautraj.export.messages import Message, Style, messages
from tautraj.export.preference import failed


def kto(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    for one in task:
        if failed(one) or (one.chosen and one.trajectory.reward is not None):
            prompt, completion = opened(messages(one.trajectory, style))
            yield {
                "prompt": prompt,
                "completion": completion,
                "label": not failed(one),
                "tools": tools_of(one.trajectory),
                **lineage(one),
            }


def opened(found: list[Message]) -> tuple[list[Message], list[Message]]:
    """What the agent was given to answer first, and all that followed."""
    first = next((at for at, one in enumerate(found) if one["role"] == "user"), 0) + 1
    return found[:first], found[first:]
