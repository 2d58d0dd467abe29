"""Whether an agent repeated a call, and whether it recovered from an error.

Values of calls are compared as what they mean: "#w123" is "W123", 25.0 is 25. Not here: what writes are
(`grading.labels`).
"""

import difflib
import re
from collections.abc import Collection, Sequence
from typing import Any

from tautraj.trajectory import ToolCall, Turn

CUSTOMER_LOOKUPS = re.compile(r"(?:find_user_id|get_customer)_by_\w+|get_user_details")
"""Tools that look the customer up, each another way."""

NAME_KEYS = ("first_name", "last_name", "full_name")

PAYMENT_KEYS = frozenset({"payment_method_id", "payment_id"})

GOAL_KEYS = frozenset({"id", "origin", "destination", "flight_number", "date"})
"""Arguments that say what a call is about, beside those that end in "_id"."""

TYPO_SIMILARITY = 0.75
"""Two ids at least this similar are one id, mistyped: two of seven digits differ at most."""

UNKNOWN_ENTITY = re.compile(r"not found|does not exist|no such|unknown|invalid", re.IGNORECASE)


def has_repeated_call(turns: Sequence[Turn], writes: Collection[int]) -> bool:
    """Whether the agent repeated a call with no write and no call by the customer in between. `writes`: indices."""
    seen: set[str] = set()
    for turn in turns:
        if turn.seat == "user" and turn.tool_call is not None:
            seen = set()
        elif turn.seat == "model" and turn.kind == "tool_call" and turn.tool_call is not None:
            call = f"{turn.tool_call.name} {normalise_arguments(turn.tool_call.arguments)}"
            if call in seen:
                return True
            seen = set() if turn.index in writes else seen | {call}
    return False


def has_recovered(turns: Sequence[Turn]) -> bool:
    """Whether a call failed and a later one reached the same goal: the same entity, or the customer another way."""
    failed: list[Turn] = []
    for turn in turns:
        if turn.seat != "model" or turn.tool_call is None:
            continue
        if turn.error:
            failed.append(turn)
        elif any(_has_same_goal(other, turn.tool_call) for other in failed):
            return True
    return False


def normalise_arguments(value: Any) -> Any:
    """The value with its text in lower case, without spaces and "#", numbers as text, and nothing empty."""
    if isinstance(value, dict):
        items = ((key, normalise_arguments(item)) for key, item in sorted(value.items()))
        return {key: item for key, item in items if item not in ("", [], {})}
    if isinstance(value, list):
        return [normalise_arguments(item) for item in value]
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return re.sub(r"\s+", "", str(value)).lower().lstrip("#")


def _has_same_goal(failed: Turn, call: ToolCall) -> bool:
    assert failed.tool_call is not None
    before, after = normalise_arguments(failed.tool_call.arguments), normalise_arguments(call.arguments)
    if CUSTOMER_LOOKUPS.fullmatch(call.name) and CUSTOMER_LOOKUPS.fullmatch(failed.tool_call.name):
        return _is_same_customer(before, after)
    if call.name != failed.tool_call.name:
        return False
    if all(_is_same_entity(before[key], after[key]) for key in _find_goal_keys(before) & after.keys()):
        return True
    details = {key: item for key, item in before.items() if key not in _find_goal_keys(before)}
    is_unknown = UNKNOWN_ENTITY.search(failed.observation or "") is not None
    return is_unknown and bool(details) and details.items() <= after.items()


def _find_goal_keys(arguments: dict[str, Any]) -> set[str]:
    return {key for key in arguments if (key.endswith("_id") or key in GOAL_KEYS) and key not in PAYMENT_KEYS}


def _is_same_entity(before: Any, after: Any) -> bool:
    first, second = str(before), str(after)
    shorter, longer = sorted((first, second), key=len)
    return longer.endswith(shorter) or difflib.SequenceMatcher(None, first, second).ratio() >= TYPO_SIMILARITY


def _is_same_customer(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """False for two names that have no word in common; an e-mail or a phone number may belong to any name."""
    names = [{arguments[key] for key in NAME_KEYS if key in arguments} for arguments in (before, after)]
    return not all(names) or any(_is_same_entity(first, second) for first in names[0] for second in names[1])
