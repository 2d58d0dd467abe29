"""A tool's answer in few tokens, for models with short contexts.

Play (`agent.results`) and exports (`style.results`) both ask it, as they ask `benchmarks.briefing` for what comes
before. The record has the whole answer.
"""

import json
from collections.abc import Callable, Collection
from typing import Any

from tautraj.trajectory import ToolCall, Turn

DONE = "Done."
"""What is left of the answer to a write that repeats the whole entity that it was told to change."""

ITEM_KEYS = ("name", "item_id")
"""Of an item of an order."""


def shorten_turn(turn: Turn, writing_tools: Collection[str]) -> Turn:
    """The turn with a short answer, if it is a call of the agent's."""
    if turn.seat != "model" or turn.tool_call is None or turn.observation is None:
        return turn
    return turn.model_copy(update={"observation": shorten_result(turn.tool_call, turn.observation, writing_tools)})


def shorten_result(call: ToolCall, answer: str, writing_tools: Collection[str]) -> str:
    """JSON without spaces, empty values and what keys say, an item's id behind its name; `DONE` where a write repeats
    its entity.

    `{"paypal_1": {"id": "paypal_1", "source": "paypal", "note": "new"}}` keeps the note alone. Other text
    stays as it is.
    """
    try:
        parsed = json.loads(answer)
    except ValueError:
        return answer
    if not isinstance(parsed, (dict, list)):
        return answer
    if call.name in writing_tools and _repeats_entity(parsed, call):
        return DONE
    return write_short_json(parsed)


def write_short_json(value: Any) -> str:
    """As it stands in a short answer."""
    return json.dumps(_drop_repeated(_map_objects(value, _tidy_object)), ensure_ascii=False, separators=(",", ":"))


def _repeats_entity(answer: Any, call: ToolCall) -> bool:
    """Whether it is the entity that the call names: not a new one, nor what it cost."""
    ids = [value for key, value in answer.items() if key.endswith("_id")] if isinstance(answer, dict) else []
    return bool(ids) and ids[0] in call.arguments.values()


def _map_objects(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """The value with what `change` makes of each object in it, inner ones first; lists keep their length."""
    if isinstance(value, list):
        return [_map_objects(item, change) for item in value]
    if isinstance(value, dict):
        return change({key: _map_objects(item, change) for key, item in value.items()})
    return value


def _tidy_object(fields: dict[str, Any]) -> dict[str, Any]:
    """Without keys that hold null or nothing, and an item's name and id first: they are quoted together, and copied
    together are not confused.
    """
    kept = {key: item for key, item in fields.items() if item not in (None, [], {})}
    return {**{key: kept[key] for key in ITEM_KEYS}, **kept} if kept.keys() >= set(ITEM_KEYS) else kept


def _drop_repeated(value: Any, own_key: str | None = None) -> Any:
    """The value without texts of objects that are the object's own key, or what that begins with.

    `own_key`: in the object that has the value.
    """
    if isinstance(value, list):
        return [_drop_repeated(item) for item in value]
    if isinstance(value, dict):
        return {key: _drop_repeated(item, key) for key, item in value.items() if not _is_said(item, own_key)}
    return value


def _is_said(value: Any, key: str | None) -> bool:
    """Whether a key is this text, or begins with it, as ids do with the kind of what they are of."""
    return isinstance(value, str) and key is not None and (key == value or key.startswith(f"{value}_"))
