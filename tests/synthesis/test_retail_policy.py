"""`synthesis.retail.policy`: each rule of the policy, and the official gold writes."""

import json
from typing import Any

import pytest
from support.airline import plant
from support.retail_shop import (
    ADA,
    BIG_RED_KETTLE,
    BLUE_KETTLE,
    CANCELLED,
    DELIVERED,
    FOREIGN,
    FOREIGN_CARD,
    GIFT_CARD,
    GONE_KETTLE,
    HOME,
    NEW_ADDRESS,
    OAK_SHELF,
    OFFICE,
    PAYPAL,
    PENDING,
    PINE_SHELF,
    PROCESSED,
    RED_KETTLE,
    VISA,
    make_small_shop,
)
from tau2.domains.retail.data_model import RetailDB
from tau2.domains.retail.tools import RetailTools
from tau2.domains.retail.utils import RETAIL_DB_PATH, RETAIL_TASK_SET_PATH

from tautraj.synthesis.retail.policy import CHECKS, find_breach

Arguments = dict[str, Any]


def _change(order: str, old: list[str], new: list[str], method: str) -> Arguments:
    return {"order_id": order, "item_ids": old, "new_item_ids": new, "payment_method_id": method}


def _return(order: str, items: list[str], method: str) -> Arguments:
    return {"order_id": order, "item_ids": items, "payment_method_id": method}


CANCEL, ADDRESS, PAYMENT = "cancel_pending_order", "modify_pending_order_address", "modify_pending_order_payment"
MODIFY, EXCHANGE, RETURN = (
    "modify_pending_order_items",
    "exchange_delivered_order_items",
    "return_delivered_order_items",
)
PROFILE = "modify_user_address"
MISTAKE = "ordered by mistake"

RULES: list[tuple[str | None, str, Arguments]] = [
    (None, CANCEL, {"order_id": PENDING, "reason": MISTAKE}),
    (None, CANCEL, {"order_id": PENDING, "reason": "no longer needed"}),
    ("the reason is not acceptable", CANCEL, {"order_id": PENDING, "reason": "too expensive"}),
    ("the order is processed, not pending", CANCEL, {"order_id": PROCESSED, "reason": MISTAKE}),
    ("the order is delivered, not pending", CANCEL, {"order_id": DELIVERED, "reason": MISTAKE}),
    ("the order is cancelled, not pending", CANCEL, {"order_id": CANCELLED, "reason": MISTAKE}),
    ("the order does not exist", CANCEL, {"order_id": "#W9999999", "reason": MISTAKE}),
    ("the order or profile is another customer's", CANCEL, {"order_id": FOREIGN, "reason": MISTAKE}),
    (None, ADDRESS, {"order_id": PENDING, **HOME}),
    ("the address is the present one", ADDRESS, {"order_id": PENDING, **OFFICE}),
    ("the address is incomplete", ADDRESS, {"order_id": PENDING, **HOME, "zip": ""}),
    ("the order is processed, not pending", ADDRESS, {"order_id": PROCESSED, **OFFICE}),
    (None, PROFILE, {"user_id": ADA, **NEW_ADDRESS}),
    ("the address is the present one", PROFILE, {"user_id": ADA, **HOME}),
    ("the order or profile is another customer's", PROFILE, {"user_id": "bo_lund_1234", **NEW_ADDRESS}),
    (None, PAYMENT, {"order_id": PENDING, "payment_method_id": PAYPAL}),
    ("the payment method is the present one", PAYMENT, {"order_id": PENDING, "payment_method_id": VISA}),
    ("the gift card's balance is too small", PAYMENT, {"order_id": PENDING, "payment_method_id": GIFT_CARD}),
    ("the payment method is not in the profile", PAYMENT, {"order_id": PENDING, "payment_method_id": FOREIGN_CARD}),
    ("the order is delivered, not pending", PAYMENT, {"order_id": DELIVERED, "payment_method_id": PAYPAL}),
    (None, MODIFY, _change(PENDING, [RED_KETTLE], [BLUE_KETTLE], PAYPAL)),
    (None, MODIFY, _change(PENDING, [RED_KETTLE], [BLUE_KETTLE], GIFT_CARD)),
    (
        "the gift card's balance is too small",
        MODIFY,
        _change(PENDING, [RED_KETTLE], [BIG_RED_KETTLE], GIFT_CARD),
    ),
    ("the new item is not available", MODIFY, _change(PENDING, [RED_KETTLE], [GONE_KETTLE], VISA)),
    ("the new item has the same options", MODIFY, _change(PENDING, [RED_KETTLE], [RED_KETTLE], VISA)),
    ("the new item is of another product", MODIFY, _change(PENDING, [RED_KETTLE], [OAK_SHELF], VISA)),
    ("as many new items are needed as old ones", MODIFY, _change(PENDING, [RED_KETTLE], [], VISA)),
    ("an item is not in the order", MODIFY, _change(PENDING, [BLUE_KETTLE], [RED_KETTLE], VISA)),
    ("no item is named", MODIFY, _change(PENDING, [], [], VISA)),
    ("the order is delivered, not pending", MODIFY, _change(DELIVERED, [BLUE_KETTLE], [RED_KETTLE], VISA)),
    (None, EXCHANGE, _change(DELIVERED, [BLUE_KETTLE, PINE_SHELF], [RED_KETTLE, OAK_SHELF], GIFT_CARD)),
    ("the order is pending, not delivered", EXCHANGE, _change(PENDING, [RED_KETTLE], [BLUE_KETTLE], VISA)),
    (None, RETURN, _return(DELIVERED, [BLUE_KETTLE], VISA)),
    (None, RETURN, _return(DELIVERED, [BLUE_KETTLE, PINE_SHELF], GIFT_CARD)),
    (
        "the refund goes neither to the original payment method nor to a gift card",
        RETURN,
        _return(DELIVERED, [BLUE_KETTLE], PAYPAL),
    ),
    ("the payment method is not in the profile", RETURN, _return(DELIVERED, [BLUE_KETTLE], FOREIGN_CARD)),
    ("an item is not in the order", RETURN, _return(DELIVERED, [BLUE_KETTLE, BLUE_KETTLE], VISA)),
    ("the order is processed, not delivered", RETURN, _return(PROCESSED, [OAK_SHELF], VISA)),
]


@pytest.mark.parametrize(("breach", "tool", "arguments"), RULES)
def test_rule(breach: str | None, tool: str, arguments: Arguments) -> None:
    assert find_breach(make_small_shop(), tool, arguments, ADA) == breach


def test_reading_breaks_nothing() -> None:
    assert find_breach(make_small_shop(), "get_order_details", {"order_id": FOREIGN}, ADA) is None


def test_nobody_may_write() -> None:
    breach = find_breach(make_small_shop(), CANCEL, {"order_id": PENDING, "reason": MISTAKE}, "cleo_obi_1234")
    assert breach == "the customer does not exist"


def test_an_order_with_modified_items_is_closed() -> None:
    database = make_small_shop()
    plant(database, f"orders.{PENDING}.status", "pending (item modified)")
    breach = find_breach(database, CANCEL, {"order_id": PENDING, "reason": MISTAKE}, ADA)
    assert breach == "the order is pending (item modified), not pending"


def test_every_writing_tool_is_checked() -> None:
    assert CHECKS.keys() == {CANCEL, ADDRESS, PROFILE, PAYMENT, MODIFY, EXCHANGE, RETURN}


def test_official_gold_writes() -> None:
    """Of those that τ²'s tasks hold, one after another in their tasks: what the checker finds is written down."""
    raw, tasks = json.loads(RETAIL_DB_PATH.read_text()), json.loads(RETAIL_TASK_SET_PATH.read_text())
    whole = RetailDB.model_validate(raw)
    breaches: dict[str, str] = {}
    errors: set[str] = set()
    for task in tasks:
        actions = [a for a in task["evaluation_criteria"]["actions"] if a["name"] in CHECKS]
        if not actions:
            continue
        user_id = _find_user(raw, actions[0]["arguments"])
        database = _cut_out(raw, user_id)
        tools = RetailTools(RetailDB.model_validate(database))
        tools.db.products = whole.products
        for action in actions:
            now = tools.db.model_dump(mode="json", exclude={"products"}) | {"products": raw["products"]}
            if breach := find_breach(now, action["name"], action["arguments"], user_id):
                breaches.setdefault(task["id"], breach)
            try:
                getattr(tools, action["name"])(**action["arguments"])
            except ValueError:
                errors.add(task["id"])
                break  # some gold actions are errors: they try what is to be refused
    assert breaches == OFFICIAL_BREACHES
    assert errors == REFUSED_BY_THE_TOOL.keys()


REFUSED_BY_THE_TOOL = {
    "12": "the refund goes neither to the original payment method nor to a gift card",
    "13": "the refund goes neither to the original payment method nor to a gift card",
    "64": "the order is pending, not delivered",
    "105": "the gift card's balance is too small",
}
"""Task -> what speaks against a gold write that is an error in τ²."""

OFFICIAL_BREACHES = REFUSED_BY_THE_TOOL | {
    "18": "the new item has the same options",
    "91": "the new item has the same options",
    "107": "the new item has the same options",
    "110": "the address is the present one",
}
"""τ²'s tool exchanges an item for its like, where the policy wants "different product option"."""


def _find_user(raw: dict[str, Any], arguments: Arguments) -> str:
    user_id: str = arguments.get("user_id") or raw["orders"][arguments["order_id"]]["user_id"]
    return user_id


def _cut_out(raw: dict[str, Any], user_id: str) -> dict[str, Any]:
    user = raw["users"][user_id]
    return {
        "products": {},
        "users": {user_id: user},
        "orders": {key: raw["orders"][key] for key in user["orders"]},
    }
