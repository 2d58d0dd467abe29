"""How the oracle identifies the customer: it asks, and looks up what the gold actions or the scenario name."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tautraj.agents.base import GoldContext

Action = tuple[str, dict[str, Any]]
"""(tool, arguments)."""

AUTHENTICATION_TOOLS = ("find_user_id_by_email", "find_user_id_by_name_zip")

PHONE_LOOKUP_TOOL = "get_customer_by_phone"

READ_TOOLS = {
    "order_id": "get_order_details",
    "reservation_id": "get_reservation_details",
    "user_id": "get_user_details",
}
"""Argument of a writing tool -> the reading tool that shows the entity it names."""


def plan_authentication(
    gold_context: GoldContext, actions: Sequence[Action], tools: set[str]
) -> Iterator[str | Action]:
    """Ask for the customer's identity and look it up, with the gold look-up if there is one."""
    gold = next((action for action in actions if action[0] in AUTHENTICATION_TOOLS), None)
    lookup = gold or _find_lookup(gold_context, actions, tools)
    if lookup is None:
        return
    if lookup[0] == PHONE_LOOKUP_TOOL:
        yield "Could you tell me your name and phone number, so that I can identify you?"
    elif lookup[0] in AUTHENTICATION_TOOLS:
        yield "Could you tell me your email, or your name and zip code, so that I can identify you?"
    else:
        yield "Could you tell me your user id?"
    yield lookup


def _find_lookup(gold_context: GoldContext, actions: Sequence[Action], tools: set[str]) -> Action | None:
    if PHONE_LOOKUP_TOOL in tools and (phone := re.search(r"\b\d{3}-\d{3}-\d{4}\b", gold_context.task.scenario.text)):
        return PHONE_LOOKUP_TOOL, {"phone_number": phone[0]}
    if READ_TOOLS["user_id"] not in tools:
        return None
    user_id = _find_user_id(gold_context, actions, tools)
    user = gold_context.peek(READ_TOOLS["user_id"], {"user_id": user_id})
    if user is None:
        return None
    if not tools & set(AUTHENTICATION_TOOLS):
        return READ_TOOLS["user_id"], {"user_id": user_id}
    if user["email"] in gold_context.task.scenario.text:
        return AUTHENTICATION_TOOLS[0], {"email": user["email"]}
    name, zip_code = user["name"], user["address"]["zip"]
    return AUTHENTICATION_TOOLS[1], {
        "first_name": name["first_name"],
        "last_name": name["last_name"],
        "zip": zip_code,
    }


def _find_user_id(gold_context: GoldContext, actions: Sequence[Action], tools: set[str]) -> str:
    """Id of the customer: in a gold action, the owner of an entity the gold reads or writes, or in the scenario."""
    for _, arguments in actions:
        if "user_id" in arguments:
            return str(arguments["user_id"])
        for key in READ_TOOLS.keys() & arguments.keys():
            entity = gold_context.peek(READ_TOOLS[key], {key: arguments[key]}) if READ_TOOLS[key] in tools else None
            if entity is not None:
                return str(entity["user_id"])
    match = re.search(r"\b[a-z]+_[a-z]+_\d{4}\b", gold_context.task.scenario.text)
    return match[0] if match else ""
