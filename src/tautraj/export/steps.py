"""One row per decision of the agent: what it saw, what it did, what it was worth in the end.

`return_to_go` is the episode's reward, which comes at the end alone, times `discount` to the power of the decisions
still to come.
"""

from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, dump_tools, lineage
from tautraj.export.messages import Style, build_messages


def steps(task: Iterable[Conversation], style: Style, *, discount: float) -> Iterator[Row]:
    for one in task:
        if one.chosen and one.trajectory.reward is not None:
            told = build_messages(one.trajectory, style)
            given = sum(turn.given and turn.seat == "model" for turn in one.trajectory.turns)
            decisions = [at for at, message in enumerate(told) if message["role"] == "assistant"][given:]
            for number, at in enumerate(decisions):
                yield {
                    "prompt": told[:at],
                    "completion": [told[at]],
                    "step": number,
                    "steps": len(decisions),
                    "return_to_go": one.trajectory.reward * discount ** (len(decisions) - 1 - number),
                    "tools": dump_tools(one.trajectory),
                    **lineage(one),
                }
