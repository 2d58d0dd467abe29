"""What is done about wishes for another address or payment method, of an order or the profile.

Not here: cancelling (`agents.rules.retail.cancellation`), items (`agents.rules.retail.items`).
"""

import re
from collections.abc import Sequence

from tautraj.agents.announcements.payment_names import format_money
from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail.mentions import Entity, cut_mentions, find_address, find_mentions, find_order_ids
from tautraj.agents.rules.retail.reading import Wish
from tautraj.agents.rules.retail.references import ask, find_order, list_relevant, name_order, refuse
from tautraj.agents.rules.retail.shop import Shop, find_orders_with, get_payment
from tautraj.agents.rules.retail.words import DEFAULT_ADDRESS
from tautraj.benchmarks.tool_results import write_short_json

TWO_METHODS = re.compile(
    r"\b(?:split\w*|half|partly|part of it|divid\w+|rest (?:on|with|from|to)|two (?:cards|methods|ways))\b",
    re.IGNORECASE,
)


def _check_pending(order: Entity, part: str) -> Resolution | None:
    if order["status"] == "pending":
        return None
    key, status = order["order_id"], order["status"]
    return refuse(
        f"{name_order(order)} is {status}. Only the {part} of a pending order can be changed.",
        f"I am sorry, order {key} is {status}, and the {part} can only be changed while an order is pending.",
    )


def resolve_address(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("pending",))
    if isinstance(order, Resolution):
        return order
    if refusal := _check_pending(order, "shipping address"):
        return refusal
    key = order["order_id"]
    address = _find_new_address(list_relevant(wish, order, shop), order, shop)
    if address is None:
        return ask(f"The new address of order {key} is missing.", f"What is the new shipping address of order {key}?")
    if address == order["address"]:
        return refuse(f"{name_order(order)} goes there already.", f"Order {key} is already going to that address.")
    source = f" to {write_short_json(address)}" if address == shop.user["address"] else ""
    thought = f"{name_order(order)} is pending, so its shipping address may be changed{source}."
    return Resolution(thought, (("modify_pending_order_address", {"order_id": key, **address}),))


def is_to_default(wish: Wish) -> bool:
    """Whether a wish for another shipping address means that of the profile."""
    for text in (*reversed(wish.later), wish.said):
        if find_address(text):
            return False
        if DEFAULT_ADDRESS.search(text.lower()):
            return True
    return False


def resolve_default_address(wish: Wish, shop: Shop) -> Resolution:
    later = [text for text in reversed(wish.later) if "default" in text or not find_order_ids(text)]
    address = _find_new_address([*later, wish.said], None, shop)
    if address is None:
        return ask("The new default address is missing.", "What is your new default address?")
    if address == shop.user["address"]:
        return refuse("This is the default address already.", "That is already your default address.")
    thought = "Customers may change their own default address."
    return Resolution(thought, (("modify_user_address", {"user_id": shop.user_id, **address}),))


def _find_new_address(texts: Sequence[str], order: Entity | None, shop: Shop) -> Entity | None:
    for text in texts:
        if address := find_address(text):
            return address
        if not re.search(r"\b(?:address|place|where)\b", text):
            continue
        others = [key for key in find_order_ids(text) if order is None or key != order["order_id"]]
        for other in filter(None, map(shop.get_order, others)):
            if other["user_id"] == shop.user_id:
                return dict(other["address"])
        if order is not None and DEFAULT_ADDRESS.search(text.lower()):
            return dict(shop.user["address"])
        if elsewhere := _find_address_by_city(text, order, shop):
            return elsewhere
        if order is None and (source := _find_order_by_content(text, shop)):
            return dict(source["address"])
    return None


SHORT_CITIES = {"NYC": "New York", "LA": "Los Angeles"}


def _find_address_by_city(text: str, order: Entity | None, shop: Shop) -> Entity | None:
    """The customer's address in a city that a text names ("my Boise address"), of the profile or another order."""
    known = [shop.user["address"], *(other["address"] for other in shop.list_orders())]
    present = order["address"] if order else shop.user["address"]
    for short, city in SHORT_CITIES.items():
        text = re.sub(rf"\b{short}\b", city, text)
    fitting = [
        address
        for address in known
        if address != present and re.search(rf"\b{re.escape(address['city'])}\b", text, re.IGNORECASE)
    ]
    return dict(fitting[0]) if fitting and all(address == fitting[0] for address in fitting) else None


def _find_order_by_content(text: str, shop: Shop) -> Entity | None:
    orders = shop.list_orders()
    mentions = find_mentions(text, {item["name"] for order in orders for item in order["items"]})
    matches = find_orders_with(orders, (mention.name for mention in mentions)) if mentions else []
    return matches[0] if len(matches) == 1 else None


def resolve_payment(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("pending",))
    if isinstance(order, Resolution):
        return order
    if refusal := _check_pending(order, "payment method"):
        return refusal
    key, current = order["order_id"], get_payment(order)
    total = order["payment_history"][0]["amount"]
    situation = f"{name_order(order)} is pending and paid with {current}."
    for text in list_relevant(wish, order, shop):
        methods = [method for method in shop.find_payment_methods(_cut(text, order)) if method != current]
        if TWO_METHODS.search(text):
            return refuse(
                f"{situation} The customer wants to pay with two methods, and only a single one is possible.",
                f"I am sorry, order {key} can only be paid with a single payment method.",
            )
        if missing := shop.find_missing_method(text):
            name = missing.replace("_", " ")
            return refuse(
                f"{situation} The customer has no {name}.", f"I am sorry, there is no {name} on your account."
            )
        if len(methods) == 1:
            break
        if shop.find_payment_methods(text) == [current]:
            return refuse(
                f"{name_order(order)} is paid with {current} already.",
                f"Order {key} is already paid with that payment method.",
            )
    else:
        return ask(
            "The new payment method is missing.", f"Which payment method would you like to use for order {key}?"
        )
    method = shop.user["payment_methods"][methods[0]]
    if method.get("balance", total) < total:
        holds = format_money(method["balance"])
        return refuse(
            f"{name_order(order)} costs {format_money(total)}, and the gift card holds {holds}.",
            f"I am sorry, your gift card does not cover the total of order {key}, {format_money(total)}.",
        )
    covers = f", and its balance covers {format_money(total)}" if "balance" in method else ""
    thought = f"{situation} The customer has {shop.describe_method(methods[0])}, another method{covers}."
    return Resolution(
        thought, (("modify_pending_order_payment", {"order_id": key, "payment_method_id": methods[0]}),)
    )


def _cut(text: str, order: Entity) -> str:
    return cut_mentions(text, find_mentions(text, {item["name"] for item in order["items"]}))
