"""A tool's answer in few tokens, for models with short contexts.

Play (`agent.results`) and exports (`style.results`) both ask it, as they ask `benchmarks.briefing` for what comes
before. The record has the whole answer.
"""

import json
from collections.abc import Collection
from typing import Any

from tautraj.trajectory import Turn

DONE = "Done."
"""What is left of the answer to a write: the entity that it has changed, which the agent has read before."""


def shorten_turn(turn: Turn, writing_tools: Collection[str]) -> Turn:
    """The turn with a short answer, if it is a call of the agent's."""
    if turn.seat != "model" or turn.tool_call is None or turn.observation is None:
        return turn
    return turn.model_copy(
        update={"observation": shorten_result(turn.tool_call.name, turn.observation, writing_tools)}
    )


def shorten_result(tool: str, answer: str, writing_tools: Collection[str]) -> str:
    """JSON without spaces and empty values, `DONE` for a write; other text as it is, errors too."""
    try:
        parsed = json.loads(answer)
    except ValueError:
        return answer
    if not isinstance(parsed, (dict, list)):
        return answer
    return DONE if tool in writing_tools else json.dumps(_prune(parsed), ensure_ascii=False, separators=(",", ":"))


def _prune(value: Any) -> Any:
    """The value without keys of objects that hold null or nothing; lists keep their length."""
    if isinstance(value, list):
        return [_prune(item) for item in value]
    if isinstance(value, dict):
        pruned = {key: _prune(item) for key, item in value.items()}
        return {key: item for key, item in pruned.items() if item not in (None, [], {})}
    return value
