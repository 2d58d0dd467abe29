"""What the shop's reading tools say of a customer: profile, orders, products, payment methods.

Not here: which of them a text means (`agents.rules.retail.references`).
"""

import re
from collections.abc import Iterable
from functools import cached_property

from tautraj.agents.announcements.payment_names import name_payment
from tautraj.agents.rules.desk import Call
from tautraj.agents.rules.retail.mentions import Entity
from tautraj.benchmarks.tool_results import write_short_json

_ORIGINAL = re.compile(
    r"\b(?:original|same) (?:\w+ ){0,2}?(?:payment|method|card|account|means of payment)|\b(?:how|what|way|"
    r"whatever|card|method|account) (?:i|you) "
    r"(?:originally |first )?(?:paid|used|pay)\b|where (?:it|the money) came from|originally paid|"
    r"paid (?:it )?originally",
    re.IGNORECASE,
)


METHODS = {
    "paypal": re.compile(r"\bpay ?pal\b", re.IGNORECASE),
    "gift_card": re.compile(r"\bgift ?card\b|\bgc\b", re.IGNORECASE),
    "visa": re.compile(r"\bvisa\b", re.IGNORECASE),
    "mastercard": re.compile(r"\bmaster ?card\b", re.IGNORECASE),
    "credit_card": re.compile(r"\bcredit card\b", re.IGNORECASE),
}


class Shop:
    """A customer's orders and the products, as the tools describe them."""

    def __init__(self, user_id: str, call: Call) -> None:
        self.user_id, self._call = user_id, call
        self._orders: dict[str, Entity | None] = {}
        self._products: dict[str, Entity] = {}

    @cached_property
    def user(self) -> Entity:
        """The customer's profile."""
        return self._call("get_user_details", {"user_id": self.user_id}) or {"orders": [], "payment_methods": {}}

    def get_order(self, order_id: str) -> Entity | None:
        """Any order; None if there is none of that id."""
        if order_id not in self._orders:
            self._orders[order_id] = self._call("get_order_details", {"order_id": order_id})
        return self._orders[order_id]

    def list_orders(self) -> list[Entity]:
        """The customer's."""
        return [order for order_id in self.user["orders"] if (order := self.get_order(order_id))]

    def get_product(self, product_id: str) -> Entity:
        if product_id not in self._products:
            self._products[product_id] = self._call("get_product_details", {"product_id": product_id})
        return self._products[product_id]

    def list_product_ids(self) -> dict[str, str]:
        """Name of a product -> its id."""
        return self._call("list_all_product_types", {}) or {}

    def find_payment_methods(self, text: str, order: Entity | None = None) -> list[str]:
        """Ids of the customer's methods that a text names, in its order; the order's own one for "as I paid"."""
        mentions: list[tuple[int, str]] = []
        for method in self.user["payment_methods"].values():
            for word in (method["source"], method.get("brand")):
                if word in METHODS and (match := METHODS[word].search(text)):
                    mentions.append((match.start(), method["id"]))
        is_original = bool(order and _ORIGINAL.search(text))
        if not mentions and not is_original and re.search(r"\b(?:the|my|your|that) (?:other )?card\b", text):
            mentions = [
                (0, key) for key, method in self.user["payment_methods"].items() if method["source"] == "credit_card"
            ]
        if order and (match := _ORIGINAL.search(text)):
            mentions.append((match.start(), get_payment(order)))
        return list(dict.fromkeys(method for _, method in sorted(mentions)))

    def describe_method(self, key: str) -> str:
        """A payment method in a thought: as the profile's short record has it, and as its owner knows it."""
        methods = self.user["payment_methods"]
        record = write_short_json({key: methods.get(key, {})})
        return f"{record}, {name_payment(key, methods).replace('your', 'the', 1)}"

    def find_missing_method(self, text: str) -> str | None:
        """The first kind of payment that a text names and the customer does not have."""
        own = {
            word
            for method in self.user["payment_methods"].values()
            for word in (method["source"], method.get("brand"))
        }
        return next((kind for kind, pattern in METHODS.items() if pattern.search(text) and kind not in own), None)


def get_payment(order: Entity) -> str:
    """The payment method that an order was paid with."""
    method: str = order["payment_history"][0]["payment_method_id"]
    return method


def find_orders_with(orders: Iterable[Entity], names: Iterable[str]) -> list[Entity]:
    """The orders that contain every one of these products."""
    wanted = set(names)
    return [order for order in orders if wanted <= {item["name"] for item in order["items"]}]
