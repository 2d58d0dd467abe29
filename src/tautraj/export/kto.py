"""Unpaired preferences (KTO): every conversation as a completion with a label.

`label` is true for chosen conversations that did not fail and false for failed ones, chosen or not; others, and
ungraded ones, have no row.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import Style, build_messages, split_prompt
from tautraj.export.preference import has_failed


def kto(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: prompt, completion, label, tools, lineage."""
    for conversation in task:
        if has_failed(conversation) or (conversation.chosen and conversation.trajectory.reward is not None):
            prompt, completion = split_prompt(build_messages(conversation.trajectory, style))
            yield {
                "prompt": prompt,
                "completion": completion,
                "label": not has_failed(conversation),
                "tools": list(conversation.trajectory.tools),
                **lineage(conversation),
            }
