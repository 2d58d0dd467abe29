"""The original project's JSON: instruction, trajectory of thought, action and observation, ground truth, rewards.

Its ground truth was the list of gold actions. Gold reaches no row: `ground_truth` is empty, there for its readers.
"""

import json
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import CHANNELS, Style, read_channels
from tautraj.trajectory import Turn


def predecessor(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    for one in task:
        if one.chosen:
            yield {
                "instruction": one.trajectory.scenario,
                "trajectory": list(_iter_steps(one, style)),
                "ground_truth": [],
                "rewards": one.trajectory.reward,
                **lineage(one),
            }


def _iter_steps(conversation: Conversation, style: Style) -> Iterator[Row]:
    """The agent's own turns. A channel is part of the thought unless it is dropped."""
    kept = [name for name in CHANNELS if getattr(style, name) != "drop"]
    turns = [turn for turn in conversation.trajectory.turns if not turn.given]
    thought: dict[str, str] = {}
    for at, turn in enumerate(turns):
        if turn.seat != "model":
            continue
        thought |= read_channels(turn)
        if turn.kind == "tool_call" and turn.tool_call is not None:
            action, observation = (turn.tool_call.name, turn.tool_call.arguments), turn.observation or ""
        elif turn.kind == "message":
            heard = next((later.message or "" for later in turns[at + 1 :] if _is_user_message(later)), "")
            action, observation = ("respond", {"content": turn.message or ""}), heard
        else:
            continue
        yield {
            "thought": "\n\n".join(thought[name] for name in kept if name in thought),
            "action": json.dumps({"name": action[0], "arguments": action[1]}, ensure_ascii=False),
            "observation": observation,
        }
        thought = {}


def _is_user_message(turn: Turn) -> bool:
    return turn.seat == "user" and turn.kind == "message"
