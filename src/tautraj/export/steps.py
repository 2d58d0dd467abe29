"""One row per decision of the agent: its context, its action and its return.

`return_to_go` is the episode's reward, which only the last decision earns, times `discount` to the power of the
number of decisions still to come.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, dump_tools, lineage
from tautraj.export.messages import Style, build_messages


def steps(task: Iterable[Conversation], style: Style, *, discount: float) -> Iterator[Row]:
    """Columns: prompt, completion, step, steps, return_to_go, tools, lineage. Ungraded episodes have no row."""
    for conversation in task:
        if conversation.chosen and conversation.trajectory.reward is not None:
            messages = build_messages(conversation.trajectory, style)
            given_count = sum(turn.given and turn.seat == "model" for turn in conversation.trajectory.turns)
            decisions = [index for index, message in enumerate(messages) if message["role"] == "assistant"][
                given_count:
            ]
            for number, index in enumerate(decisions):
                yield {
                    "prompt": messages[:index],
                    "completion": [messages[index]],
                    "step": number,
                    "steps": len(decisions),
                    "return_to_go": conversation.trajectory.reward * discount ** (len(decisions) - 1 - number),
                    "tools": dump_tools(conversation.trajectory),
                    **lineage(conversation),
                }
