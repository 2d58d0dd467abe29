"""One row per decision of the agent: its context, its action and its return.

`return_to_go` is the episode's reward, which only the last decision earns, times `discount` to the power of the
number of decisions still to come.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import Style, build_turn_messages


def steps(task: Iterable[Conversation], style: Style, *, discount: float) -> Iterator[Row]:
    """Columns: prompt, completion, step, steps, return_to_go, tools, lineage. Ungraded episodes have no row."""
    for conversation in task:
        if conversation.chosen and conversation.trajectory.reward is not None:
            turn_messages = build_turn_messages(conversation.trajectory, style)
            messages = [message for message, _ in turn_messages]
            decisions = [index for index, made in enumerate(turn_messages) if made.is_decision]
            for number, index in enumerate(decisions):
                yield {
                    "prompt": messages[:index],
                    "completion": [messages[index]],
                    "step": number,
                    "steps": len(decisions),
                    "return_to_go": conversation.trajectory.reward * discount ** (len(decisions) - 1 - number),
                    "tools": list(conversation.trajectory.tools),
                    **lineage(conversation),
                }
