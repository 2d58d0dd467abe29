"""How the entities and values of a write are named to a customer: items, addresses, prices.

Names are those of the tools' answers; an id stands where nothing is found. Not here: flights
(`agents.announcements.journeys`), payment methods (`agents.announcements.payment_names`), what is said with them
(`agents.announcements.sentences`).
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tautraj.agents.announcements.journeys import join, name_journey
from tautraj.agents.announcements.payment_names import (
    Arguments,
    Entities,
    Entity,
    Peek,
    find_entity,
    find_methods,
    format_money,
    name_money_back,
    name_payment,
)

PRODUCT_TOOL = "get_product_details"

BARE_WORDS = {"yes", "no", "none", "one", "two", "three", "four", "five"}
"""Values of options that say nothing alone."""


def list_new_products(arguments: Arguments, peek: Peek) -> Iterator[str]:
    """Ids of the products of which an exchange chooses another variant."""
    chosen = set(arguments.get("item_ids", ())) if "new_item_ids" in arguments else set()
    order = find_entity("order_id", arguments, peek) if chosen else None
    for item in order["items"] if order else ():
        if item["item_id"] in chosen:
            yield item["product_id"]


def name_arguments(arguments: Arguments, peek: Peek) -> dict[str, str]:
    """The arguments as text, and what they stand for."""
    order, methods = find_entity("order_id", arguments, peek), find_methods(arguments, peek)
    payment = name_payment(str(arguments.get("payment_method_id") or arguments.get("payment_id") or ""), methods)
    payments = (
        f"${method['amount']:,} from {name_payment(method['payment_id'], methods)}"
        for method in arguments.get("payment_methods", ())
    )
    return (
        {key: to_text(value) for key, value in arguments.items()}
        | _name_items(arguments, order, peek)
        | name_journey(arguments, find_entity("reservation_id", arguments, peek))
        | {
            "payment": payment,
            "payments": join(list(payments)),
            "difference": _name_difference(arguments, order, payment, peek),
            "money_back": name_money_back(order, methods),
            "address": _name_address(arguments),
            "bag_payment": f", paid with {payment}" if arguments.get("nonfree_baggages") else "",
        }
    )


def _name_items(arguments: Arguments, order: Entity | None, peek: Peek) -> dict[str, str]:
    """The items of the order and of the write, what they become, and what a return of them brings."""
    items = {item["item_id"]: item for item in order["items"]} if order else {}
    chosen = list(arguments.get("item_ids", ()))
    old = [_name_item(items[key]["name"], items[key]) if key in items else key for key in chosen]
    variants = _find_variants(arguments, peek)
    wanted = arguments.get("new_item_ids", ())
    new = [_name_item(variants[key]["name"], variants[key]) if key in variants else key for key in wanted]
    names = Counter(item["name"] for item in (order["items"] if order else ()))
    bare = [
        items[key]["name"] if key in items and names[items[key]["name"]] == 1 else item
        for key, item in zip(chosen, old, strict=True)
    ]
    prices = [items[key]["price"] for key in chosen if key in items]
    return {
        "order": join([f"the {_name_item(item['name'], item)}" for item in items.values()]),
        "items": join([f"the {item}" for item in old]),
        "item_names": join([f"the {item}" for item in bare]),
        "them": "it" if len(chosen) == 1 else "them",
        "exchanges": join([f"the {before} for the {after}" for before, after in zip(old, new, strict=False)]),
        "refund": f" of {format_money(math.fsum(prices))}" if len(prices) == len(chosen) else "",
    }


def _name_difference(arguments: Arguments, order: Entity | None, payment: str, peek: Peek) -> str:
    """What an exchange costs or brings: `the price difference of $2.50 charged to your gift card`."""
    prices = {item["item_id"]: item["price"] for item in order["items"]} if order else {}
    new_prices = {key: variant["price"] for key, variant in _find_variants(arguments, peek).items()}
    old, new = arguments.get("item_ids", ()), arguments.get("new_item_ids", ())
    if not set(old) <= set(prices) or not set(new) <= set(new_prices):
        return f"any difference in price on {payment}"
    due = round(math.fsum([*(new_prices[key] for key in new), *(-prices[key] for key in old)]), 2)
    if due == 0:
        return "no difference in price"
    way = "charged" if due > 0 else "refunded"
    return f"the price difference of {format_money(abs(due))} {way} to {payment}"


def _name_address(arguments: Arguments) -> str:
    lines = [str(arguments.get(key) or "") for key in ("address1", "address2", "city", "state")]
    return f"{', '.join(filter(None, lines))} {arguments.get('zip', '')}".strip()


def _find_variants(arguments: Arguments, peek: Peek) -> Entities:
    """Item id -> variant with its product's name, of all variants of the products in an exchange."""
    products = [peek(PRODUCT_TOOL, {"product_id": product}) for product in list_new_products(arguments, peek)]
    return {
        item: {**variant, "name": product["name"]}
        for product in filter(None, products)
        for item, variant in product["variants"].items()
    }


def _name_item(name: str, item: Mapping[str, Any]) -> str:
    options = [_name_option(key, str(value)) for key, value in item["options"].items()]
    return f"{name} ({', '.join(options)})" if options else name


def _name_option(key: str, value: str) -> str:
    """The value, with its key if it says nothing alone: `waterproof: no`, `size: 8`."""
    return f"{key}: {value}" if value in BARE_WORDS or not any(map(str.isalpha, value)) else value


def to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value).removesuffix(".0")
