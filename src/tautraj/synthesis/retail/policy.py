"""What the shop's policy says about a write, judged on the raw database. The tools are never asked.

Where the policy leaves a case open (an order with modified items), a write is a breach here, so that no task depends
on it. Not here: what holds before any write (`synthesis.retail.invariants`), consent and what is said (no part of a
write).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tautraj.synthesis.generator import Database

REASONS = {"no longer needed", "ordered by mistake"}
ADDRESS_FIELDS = ("address1", "address2", "city", "state", "country", "zip")

Entity = dict[str, Any]
Check = Callable[[Database, dict[str, Any], Entity, Entity], Iterator[str]]
"""(database, arguments, user, order) -> what speaks against the write; the order is empty if the tool names none."""


def find_breach(database: Database, tool: str, arguments: dict[str, Any], user_id: str) -> str | None:
    """Why this customer may not have this write; None if the policy allows it, or if the tool writes nothing."""
    if tool not in CHECKS:
        return None
    user = database["users"].get(user_id)
    if user is None:
        return "the customer does not exist"
    order: Entity = {}
    if "order_id" in arguments:
        if arguments["order_id"] not in database["orders"]:
            return "the order does not exist"
        order = database["orders"][arguments["order_id"]]
    if user_id != order.get("user_id", arguments.get("user_id")):
        return "the order or profile is another customer's"
    return next(CHECKS[tool](database, arguments, user, order), None)


def _check_cancel(database: Database, arguments: dict[str, Any], user: Entity, order: Entity) -> Iterator[str]:
    yield from _check_status(order, "pending")
    if arguments["reason"] not in REASONS:
        yield "the reason is not acceptable"


def _check_address(database: Database, arguments: dict[str, Any], user: Entity, order: Entity) -> Iterator[str]:
    if order:
        yield from _check_status(order, "pending")
    address = {field: arguments.get(field) for field in ADDRESS_FIELDS}
    if not all(address[field] for field in ADDRESS_FIELDS if field != "address2"):
        yield "the address is incomplete"
    if address == (order or user)["address"]:
        yield "the address is the present one"


def _check_payment(database: Database, arguments: dict[str, Any], user: Entity, order: Entity) -> Iterator[str]:
    yield from _check_status(order, "pending")
    yield from _check_method(user, arguments, order["payment_history"][0]["amount"])
    if len(order["payment_history"]) != 1:
        yield "the payment was changed before"
    if order["payment_history"][0]["payment_method_id"] == arguments["payment_method_id"]:
        yield "the payment method is the present one"


def _check_change(status: str) -> Check:
    def check(database: Database, arguments: dict[str, Any], user: Entity, order: Entity) -> Iterator[str]:
        yield from _check_status(order, status)
        yield from _check_items(order, arguments)
        old, new = arguments["item_ids"], arguments["new_item_ids"]
        if len(old) != len(new):
            yield "as many new items are needed as old ones"
        due = 0.0
        for item_id, new_id in zip(old, new, strict=True):
            item = next(item for item in order["items"] if item["item_id"] == item_id)
            variant = database["products"][item["product_id"]]["variants"].get(new_id)
            if variant is None:
                yield "the new item is of another product"
                return
            if item_id == new_id or variant["options"] == item["options"]:
                yield "the new item has the same options"
            if not variant["available"]:
                yield "the new item is not available"
            due += variant["price"] - item["price"]
        yield from _check_method(user, arguments, round(due, 2))

    return check


def _check_return(database: Database, arguments: dict[str, Any], user: Entity, order: Entity) -> Iterator[str]:
    yield from _check_status(order, "delivered")
    yield from _check_items(order, arguments)
    yield from _check_method(user, arguments, 0.0)
    method = user["payment_methods"][arguments["payment_method_id"]]
    if method["source"] != "gift_card" and method["id"] != order["payment_history"][0]["payment_method_id"]:
        yield "the refund goes neither to the original payment method nor to a gift card"


CHECKS: dict[str, Check] = {
    "cancel_pending_order": _check_cancel,
    "exchange_delivered_order_items": _check_change("delivered"),
    "modify_pending_order_address": _check_address,
    "modify_pending_order_items": _check_change("pending"),
    "modify_pending_order_payment": _check_payment,
    "modify_user_address": _check_address,
    "return_delivered_order_items": _check_return,
}
"""Writing tool -> what speaks against a write. The first finding counts; what follows it may be wrong."""


def _check_status(order: Entity, status: str) -> Iterator[str]:
    if order["status"] != status:
        yield f"the order is {order['status']}, not {status}"


def _check_items(order: Entity, arguments: dict[str, Any]) -> Iterator[str]:
    if not arguments["item_ids"]:
        yield "no item is named"
    if Counter(arguments["item_ids"]) - Counter(item["item_id"] for item in order["items"]):
        yield "an item is not in the order"


def _check_method(user: Entity, arguments: dict[str, Any], due: float) -> Iterator[str]:
    method = user["payment_methods"].get(arguments["payment_method_id"])
    if method is None:
        yield "the payment method is not in the profile"
    elif method.get("balance", due) < due:
        yield "the gift card's balance is too small"
