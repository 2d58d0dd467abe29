"""A new shop: products, customers and orders, in the shape of τ²'s retail `db.json` and with its proportions.

It shares no name, address, e-mail address, product or id with τ²'s. Like τ²'s, its orders lack what only tools write:
reasons for cancelling, items to return or exchange, second payments.
Not here: kinds of products (`synthesis.retail.catalogue`), people (`synthesis.people`), what holds in any shop
(`synthesis.retail.invariants`).
"""

import itertools
import math
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, TypeVar

from tautraj.synthesis.people import Person, generate_user_ids, make_address, make_namesake, make_people
from tautraj.synthesis.retail.catalogue import Kind, list_kinds

Value = TypeVar("Value")

# Value -> how often it occurs in τ²'s database.
VARIANTS_OF_PRODUCT = dict(zip(range(5, 21), (5, 3, 1, 7, 3, 3, 1, 5, 4, 3, 1, 4, 2, 4, 2, 2), strict=True))
ORDERS_OF_CUSTOMER = {0: 62, 1: 133, 2: 141, 3: 104, 4: 37, 5: 17, 6: 4, 7: 1, 9: 1}
ITEMS_OF_ORDER = {1: 202, 2: 217, 3: 190, 4: 183, 5: 208}
STATUSES = {"pending": 423, "delivered": 373, "processed": 102, "cancelled": 102}
PAYMENT_METHODS_OF_CUSTOMER = {
    ("gift_card",): 127,
    ("paypal",): 114,
    ("credit_card",): 96,
    ("gift_card", "paypal"): 43,
    ("credit_card", "gift_card"): 42,
    ("credit_card", "paypal"): 40,
    ("credit_card", "gift_card", "paypal"): 15,
    ("credit_card", "credit_card"): 11,
    ("credit_card", "credit_card", "paypal"): 5,
    ("credit_card", "credit_card", "gift_card", "paypal"): 5,
    ("credit_card", "credit_card", "gift_card"): 2,
}

NAMESAKES = 121
"""Customers who have another's name and another zip code: in τ²'s database 500 customers have 379 names."""
AVAILABLE = 0.64
"""Share of variants in stock; at least two of each product, as in τ²'s database."""
SENT_ELSEWHERE = 0.2
"""Share of orders that go to another address than the customer's."""

ID_MODULUS, ID_REMAINDER = 337, 58
"""Every number in an id leaves this remainder, and none in τ²'s or classic τ-bench's retail data does."""


def make_database(seed: int) -> dict[str, Any]:
    """`db.json` as plain JSON: 50 products with 591 variants, 500 users, 1,000 orders."""
    rng = Random(f"retail-world-{seed}")
    methods = _deal(rng, PAYMENT_METHODS_OF_CUSTOMER)
    statuses = _deal(rng, STATUSES)
    numbers = draw_numbers(rng, 7, sum(map(len, methods)) + len(statuses))  # one draw: no order has a card's number
    products = _make_products(rng)
    users = _make_users(rng, methods, numbers)
    return {"products": products, "users": users, "orders": _make_orders(rng, products, users, statuses, numbers)}


def draw_numbers(rng: Random, digits: int, count: int) -> Iterator[str]:
    """`count` different numbers of so many digits that stand in no id of a benchmark's database."""
    smallest = 10 ** (digits - 1)
    smallest += (ID_REMAINDER - smallest) % ID_MODULUS
    return map(str, rng.sample(range(smallest, 10**digits, ID_MODULUS), count))


def _deal(rng: Random, counts: Mapping[Value, int]) -> list[Value]:
    """Every value as often as `counts` says, in random order."""
    values = [value for value, count in counts.items() for _ in range(count)]
    rng.shuffle(values)
    return values


def _make_products(rng: Random) -> dict[str, Any]:
    sizes = _deal(rng, VARIANTS_OF_PRODUCT)
    ids = draw_numbers(rng, 10, len(sizes) + sum(sizes))  # one draw: no product has an item's id
    made = [
        _make_product(rng, kind, next(ids), [next(ids) for _ in range(size)])
        for kind, size in zip(rng.sample(list_kinds(), len(sizes)), sizes, strict=True)
    ]
    return {product["product_id"]: product for product in made}


def _make_product(rng: Random, kind: Kind, product_id: str, item_ids: list[str]) -> dict[str, Any]:
    combinations = rng.sample(list(itertools.product(*kind.options.values())), len(item_ids))
    in_stock = rng.sample(item_ids, max(2, sum(rng.random() < AVAILABLE for _ in item_ids)))
    variants: dict[str, Any] = {}
    for item_id, values in zip(item_ids, combinations, strict=True):
        options = dict(zip(kind.options, values, strict=True))
        price = _draw_price(rng, kind, options)
        while price in {variant["price"] for variant in variants.values()}:
            price = _draw_price(rng, kind, options)
        available = item_id in in_stock
        variants[item_id] = {"item_id": item_id, "options": options, "available": available, "price": price}
    return {"name": kind.name, "product_id": product_id, "variants": variants}


def _draw_price(rng: Random, kind: Kind, options: dict[str, str]) -> float:
    """The usual price, at most an eighth more or less: values that stand later in their option's list cost more."""
    ranks = [values.index(options[option]) / (len(values) - 1) for option, values in kind.options.items()]
    level = math.fsum(ranks) / len(ranks)  # not sum(): Python 3.12 adds floats otherwise than 3.11
    return round(kind.price * (0.9 + 0.2 * level) * rng.uniform(0.98, 1.02), 2)


def _make_users(rng: Random, methods: list[tuple[str, ...]], numbers: Iterator[str]) -> dict[str, Any]:
    people = make_people(rng, len(methods) - NAMESAKES)
    people += [make_namesake(rng, person) for person in rng.sample(people, NAMESAKES)]
    rng.shuffle(people)
    user_ids = list(generate_user_ids(rng, people))
    while len(set(user_ids)) < len(people):  # namesakes may have drawn the same number
        user_ids = list(generate_user_ids(rng, people))
    return {
        user_id: _make_user(user_id, person, _make_payment_methods(rng, sources, numbers))
        for user_id, person, sources in zip(user_ids, people, methods, strict=True)
    }


def _make_user(user_id: str, person: Person, payment_methods: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "name": {"first_name": person.first_name, "last_name": person.last_name},
        "address": person.address,
        "email": person.email,
        "payment_methods": payment_methods,
        "orders": [],
    }


def _make_payment_methods(rng: Random, sources: tuple[str, ...], numbers: Iterator[str]) -> dict[str, Any]:
    """One of each source, in random order. Two cards are of different brands."""
    brands = iter(rng.sample(["mastercard", "visa"], 2))
    made: dict[str, Any] = {}
    for source in rng.sample(sources, len(sources)):
        method: dict[str, Any] = {"source": source, "id": f"{source}_{next(numbers)}"}
        if source == "credit_card":
            method |= {"brand": next(brands), "last_four": f"{rng.randrange(1000, 10_000)}"}
        elif source == "gift_card":
            method["balance"] = float(rng.randrange(101))
        made[method["id"]] = method
    return made


def _make_orders(
    rng: Random, products: dict[str, Any], users: dict[str, Any], statuses: list[str], numbers: Iterator[str]
) -> dict[str, Any]:
    """Orders of all users; their ids are entered in `users`."""
    owners = _deal(rng, dict(zip(users, _deal(rng, ORDERS_OF_CUSTOMER), strict=True)))
    tracking_ids = draw_numbers(rng, 12, len(owners))
    shelf = [(product, variant) for product in products.values() for variant in product["variants"].values()]
    orders: dict[str, Any] = {}
    for owner, status, size in zip(owners, statuses, _deal(rng, ITEMS_OF_ORDER), strict=True):
        user, order_id = users[owner], f"#W{next(numbers)}"
        items = [_make_item(product, variant) for product, variant in rng.choices(shelf, k=size)]
        user["orders"].append(order_id)
        orders[order_id] = {
            "order_id": order_id,
            "user_id": owner,
            "address": make_address(rng) if rng.random() < SENT_ELSEWHERE else dict(user["address"]),
            "items": items,
            "status": status,
            "fulfillments": [] if status == "pending" else [_make_fulfillment(next(tracking_ids), items)],
            "payment_history": _make_payments(rng, user, items, status),
        }
    return orders


def _make_item(product: dict[str, Any], variant: dict[str, Any]) -> dict[str, Any]:
    """A variant as it stands in an order; a copy, so that a change of the order leaves the product as it is."""
    return {
        "name": product["name"],
        "product_id": product["product_id"],
        "item_id": variant["item_id"],
        "price": variant["price"],
        "options": dict(variant["options"]),
    }


def _make_fulfillment(tracking_id: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tracking_id": [tracking_id], "item_ids": [item["item_id"] for item in items]}


def _make_payments(
    rng: Random, user: dict[str, Any], items: list[dict[str, Any]], status: str
) -> list[dict[str, Any]]:
    """One payment with any of the user's methods (what a gift card holds is what is left); refunded if cancelled."""
    amount = round(sum(item["price"] for item in items), 2)
    method = rng.choice(list(user["payment_methods"]))
    kinds = ["payment", "refund"] if status == "cancelled" else ["payment"]
    return [{"transaction_type": kind, "amount": amount, "payment_method_id": method} for kind in kinds]
