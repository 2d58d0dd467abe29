"""A customer of a shop, as requests are made of it: its orders, what names them, what may be bought instead.

Not here: requests (`synthesis.retail.requests`, …), their words (`synthesis.retail.wording`).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from random import Random
from typing import Any

from tautraj.synthesis.generator import Database

Entity = dict[str, Any]


class Customer:
    """One customer's part of the database. Nobody changes it."""

    def __init__(self, database: Database, user_id: str) -> None:
        self.database = database
        self.user_id: str = user_id
        self.user: Entity = database["users"][user_id]
        self.orders: list[Entity] = [database["orders"][key] for key in self.user["orders"]]
        self.methods: list[Entity] = list(self.user["payment_methods"].values())
        self.has_two_cards = sum(method["source"] == "credit_card" for method in self.methods) > 1

    def narrow_to(self, order: Entity) -> "Customer":
        """The same customer, as if there were no other orders. Orders must then be named by their numbers."""
        narrowed = Customer(self.database, self.user_id)
        narrowed.orders = [order]
        return narrowed

    def list_orders(self, *statuses: str) -> list[Entity]:
        return [order for order in self.orders if order["status"] in statuses]

    def get_method(self, method_id: str) -> Entity:
        method: Entity = self.user["payment_methods"][method_id]
        return method

    def find_context(self, order: Entity, rng: Random, without: Sequence[str] = ()) -> list[Entity] | None:
        """One or two items that tell an order from the customer's others; None if there are none.

        `without`: names of products that are not taken, as they are named anyway.
        """
        items = [item for item in list_single_items(order) if item["name"] not in without]
        rng.shuffle(items)
        for count in (1, 2):
            for chosen in combinations(items, count):
                names = {item["name"] for item in chosen}
                if [other for other in self.orders if names <= {i["name"] for i in other["items"]}] == [order]:
                    return list(chosen)
        return None

    def is_told_by(self, order: Entity, items: Sequence[Entity]) -> bool:
        """Whether the products of these items are together in this order alone."""
        names = {item["name"] for item in items}
        return [o for o in self.orders if names <= {item["name"] for item in o["items"]}] == [order]


def list_single_items(order: Entity) -> list[Entity]:
    """Items of products of which the order has one."""
    counts = Counter(item["name"] for item in order["items"])
    return [item for item in order["items"] if counts[item["name"]] == 1]


def get_payment(order: Entity) -> str:
    method: str = order["payment_history"][0]["payment_method_id"]
    return method


def list_other_variants(
    database: Database, item: Entity, fits: Callable[[Entity], bool] = lambda variant: True
) -> list[Entity]:
    """Variants of an item's product other than it, in stock or not."""
    variants = database["products"][item["product_id"]]["variants"].values()
    return [variant for variant in variants if variant["item_id"] != item["item_id"] and fits(variant)]


def find_differences(item: Entity, variant: Entity) -> dict[str, str]:
    """Option -> the variant's value, where it is not the item's."""
    return {option: value for option, value in variant["options"].items() if value != item["options"][option]}


def draw(rng: Random, values: Sequence[Any]) -> Iterator[Any]:
    """The values in random order."""
    yield from rng.sample(values, len(values))
