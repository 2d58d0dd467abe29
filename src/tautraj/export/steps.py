"""One row per decision of the agent: its context, its action, its return and its value.

`return_to_go` is the episode's reward, which only the last decision earns, times `discount` to the power of the
number of decisions still to come. `value` is the share of `n` branches right after it that succeeded.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import Style, build_turn_messages
from tautraj.grading.branching.values import NONE, value_actions


def steps(task: Iterable[Conversation], style: Style, *, discount: float) -> Iterator[Row]:
    """Columns: prompt, completion, step, steps, return_to_go, value, n, tools, lineage.

    Ungraded episodes have no row. `value` is None where no branch begins; after the last decision it is the success
    of the episode itself, and `n` is 1.
    """
    for conversation in task:
        if conversation.chosen and conversation.trajectory.reward is not None:
            turn_messages = build_turn_messages(conversation.trajectory, style)
            messages = [message for message, _ in turn_messages]
            decisions = [index for index, made in enumerate(turn_messages) if made.is_decision]
            values = value_actions(conversation.trajectory, conversation.places)
            for number, index in enumerate(decisions):
                turn = turn_messages[index].turn
                after = values.get(turn.index, NONE) if turn is not None else NONE
                yield {
                    "prompt": messages[:index],
                    "completion": [messages[index]],
                    "step": number,
                    "steps": len(decisions),
                    "return_to_go": conversation.trajectory.reward * discount ** (len(decisions) - 1 - number),
                    "value": after.value,
                    "n": after.n,
                    "tools": list(conversation.trajectory.tools),
                    **lineage(conversation),
                }
