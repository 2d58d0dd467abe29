"""The predecessor's JSON: instruction, a trajectory of thought, action and observation, ground truth, rewards.

Its ground truth was the list of gold actions. No gold reaches a row: `ground_truth` is there for old readers, and
empty.
"""

import json
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import CHANNELS, Style, read_channels
from tautraj.trajectory import Turn


def predecessor(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: instruction, trajectory, ground_truth, rewards, lineage."""
    for conversation in task:
        if conversation.chosen:
            yield {
                "instruction": conversation.trajectory.scenario,
                "trajectory": list(_iter_steps(conversation, style)),
                "ground_truth": [],
                "rewards": conversation.trajectory.reward,
                **lineage(conversation),
            }


def _iter_steps(conversation: Conversation, style: Style) -> Iterator[Row]:
    """One step per message or call of the agent; its thought joins every channel that is not dropped."""
    kept = [name for name in CHANNELS if getattr(style, name) != "drop"]
    turns = [turn for turn in conversation.trajectory.turns if not turn.given]
    thought: dict[str, str] = {}
    for index, turn in enumerate(turns):
        if turn.seat != "model":
            continue
        thought |= read_channels(turn)
        if turn.kind == "tool_call" and turn.tool_call is not None:
            action, observation = (turn.tool_call.name, turn.tool_call.arguments), turn.observation or ""
        elif turn.kind == "message":
            answer = next((later.message or "" for later in turns[index + 1 :] if _is_user_message(later)), "")
            action, observation = ("respond", {"content": turn.message or ""}), answer
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
