"""A tool's answer in few tokens, for models with short contexts.

Play (`agent.results`) and exports (`style.results`) both ask it, as they ask `benchmarks.briefing` for what comes
before. The record has the whole answer.
"""

import json
from collections.abc import Collection
from typing import Any

from tautraj.trajectory import ToolCall, Turn

DONE = "Done."
"""What is left of the answer to a write that repeats the whole entity that it was told to change."""


def shorten_turn(turn: Turn, writing_tools: Collection[str]) -> Turn:
    """The turn with a short answer, if it is a call of the agent's."""
    if turn.seat != "model" or turn.tool_call is None or turn.observation is None:
        return turn
    return turn.model_copy(update={"observation": shorten_result(turn.tool_call, turn.observation, writing_tools)})


def shorten_result(call: ToolCall, answer: str, writing_tools: Collection[str]) -> str:
    """JSON without spaces and empty values, `DONE` where a write repeats its entity; other text as it is."""
    try:
        parsed = json.loads(answer)
    except ValueError:
        return answer
    if not isinstance(parsed, (dict, list)):
        return answer
    if call.name in writing_tools and _repeats_entity(parsed, call):
        return DONE
    return json.dumps(_prune(parsed), ensure_ascii=False, separators=(",", ":"))


def _repeats_entity(answer: Any, call: ToolCall) -> bool:
    """Whether it is the entity that the call names: not a new one, nor what it cost."""
    ids = [value for key, value in answer.items() if key.endswith("_id")] if isinstance(answer, dict) else []
    return bool(ids) and ids[0] in call.arguments.values()


def _prune(value: Any) -> Any:
    """The value without keys of objects that hold null or nothing; lists keep their length."""
    if isinstance(value, list):
        return [_prune(item) for item in value]
    if isinstance(value, dict):
        pruned = {key: _prune(item) for key, item in value.items()}
        return {key: item for key, item in pruned.items() if item not in (None, [], {})}
    return value
