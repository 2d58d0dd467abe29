"""What a customer's words name in the shop: orders, items, options, payment methods, addresses.

Everything is looked up with the reading tools. Not here: which wish it is (`agents.rules.retail_reading`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.agents.rules.desk import Call

Entity = dict[str, Any]

ORDER_ID = re.compile(r"#?\b[Ww](\d{7})\b")
FULL_ADDRESS = re.compile(
    r"(?P<address1>\d+ [A-Z][\w' -]+?), (?P<address2>(?:Apt|Unit|Floor|Building|"
    r"Suite)\.? \w+), (?P<city>[A-Z][\w .'-]+?),? "
    r"(?P<state>[A-Z]{2}),? (?P<zip>\d{5})\b"
)
_HEAD = re.compile(
    r"\b(?:order|purchase|parcel|package|shipment|delivery|one)\b(?: (?:i|you|we) \w+| in)?(?: (?:just|also|only|"
    r"all))? (?:with|containing|contains|"
    r"that (?:has|had|contains|contained|includes|included|came with|consists of|holds)|which (?:has|had|contains|"
    r"includes)|"
    r"including|includes|of|for|holding|has|had|made up of|consisting of|where (?:i|you) (?:got|bought|ordered|"
    r"have|had))\b",
    re.IGNORECASE,
)
_LIST_GAP = re.compile(
    r"[\s,]*(?:(?:and|plus|the|my|your|a|an|both|also|some|together with|as well as|along with|with|one|&)\b[\s,]*)*",
    re.IGNORECASE,
)
_ORDER_AFTER = re.compile(r"\s+(?:order|purchase|parcel|package|shipment|delivery)\b", re.IGNORECASE)
_BARE_VALUE = re.compile(r"(?:none|one|two|three|four|five|\d+)", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"\b(?:original|same) (?:\w+ ){0,2}?(?:payment|method|card|account|way|form|means|source)|\b(?:how|what|way|"
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


class Mention(NamedTuple):
    """A product that is named in a text."""

    start: int
    end: int
    name: str


class Shop:
    """A customer's orders and the products, as the tools describe them."""

    def __init__(self, user_id: str, call: Call) -> None:
        self.user_id, self._call = user_id, call
        self.user: Entity = call("get_user_details", {"user_id": user_id}) or {"orders": [], "payment_methods": {}}
        self._orders: dict[str, Entity | None] = {}
        self._products: dict[str, Entity] = {}

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
        found: list[tuple[int, str]] = []
        for method in self.user["payment_methods"].values():
            for word in (method["source"], method.get("brand")):
                if word in METHODS and (match := METHODS[word].search(text)):
                    found.append((match.start(), method["id"]))
        if not found and re.search(r"\b(?:the|my|your|that) (?:other )?card\b", text):
            found = [
                (0, key) for key, method in self.user["payment_methods"].items() if method["source"] == "credit_card"
            ]
        if order and (match := _ORIGINAL.search(text)):
            found.append((match.start(), get_payment(order)))
        return list(dict.fromkeys(method for _, method in sorted(found)))

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


def find_order_ids(text: str) -> list[str]:
    return list(dict.fromkeys(f"#W{number}" for number in ORDER_ID.findall(text)))


def find_mentions(text: str, names: Iterable[str]) -> list[Mention]:
    """Products named in a text, in its order: the whole name, or its last word if only one product has that."""
    known = sorted(set(names), key=lambda name: (-len(name), name))
    mentions: list[Mention] = []

    def look_for(words: str, name: str) -> None:
        pattern = r"[\s-]*".join(map(_plural_pattern, re.split(r"[\s-]+", words)))
        for match in re.finditer(rf"\b{pattern}\b", text, re.IGNORECASE):
            if not any(match.start() < other.end and other.start < match.end() for other in mentions):
                mentions.append(Mention(match.start(), match.end(), name))

    for name in known:
        look_for(name, name)
    named = {mention.name for mention in mentions}
    for name in known:
        last = name.split()[-1]
        if name not in named and " " in name and sum(other.split()[-1] == last for other in known) == 1:
            look_for(last, name)
    return sorted(mentions)


def _plural_pattern(word: str) -> str:
    stem = re.escape(word.rstrip("s")) if len(word) > 3 else re.escape(word)
    return rf"{stem[:-1]}(?:y|ies)" if stem.endswith("y") else rf"{stem}(?:e?s)?"


def list_context_mentions(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that only say which order is meant: "the order with the tent and the kettle"."""
    context: list[Mention] = []
    for head in _HEAD.finditer(text):
        at = head.end()
        for mention in mentions:
            if mention.start >= at and _LIST_GAP.fullmatch(text[at : mention.start]):
                context.append(mention)
                at = mention.end
    for index, mention in enumerate(mentions):
        if _ORDER_AFTER.match(text, mention.end):
            context.append(mention)
            start = mention.start
            for before in reversed(mentions[:index]):
                if not re.fullmatch(r"(?:,? and |, | & |/)(?:the |my |your )?", text[before.end : start]):
                    break
                context.append(before)
                start = before.start
    return [mention for mention in mentions if mention in context]


def find_orders_with(orders: Iterable[Entity], names: Iterable[str]) -> list[Entity]:
    """The orders that contain every one of these products."""
    wanted = set(names)
    return [order for order in orders if wanted <= {item["name"] for item in order["items"]}]


def find_values(text: str, product: Entity) -> dict[str, list[str]]:
    """Option -> the values of the product that a text names, in its order."""
    values: dict[str, dict[str, None]] = {}
    for variant in product["variants"].values():
        for option, value in variant["options"].items():
            values.setdefault(option, {})[value] = None
    found = {option: _find_values_of(option, list(names), text) for option, names in values.items()}
    return {option: names for option, names in found.items() if names}


def _find_values_of(option: str, values: Sequence[str], text: str) -> list[str]:
    words = r"\s+".join(_option_pattern(word) for word in option.split())
    at: list[tuple[int, str]] = []
    for value in values:
        if value in ("yes", "no"):
            continue
        pattern = rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\d)"
        if _BARE_VALUE.fullmatch(value):
            before = rf"{words}\W{{0,3}}(?:is |of |to |as |at )?(?:the )?{pattern}"
            pattern = rf"{pattern}\W{{0,3}}(?:as |for )?(?:the |my |your )?{words}|{before}"
            if value == "none":
                pattern = rf"{pattern}|\b(?:without|no)\b (?:an? |the |any )?{words}"
        at += [(match.start(), value) for match in re.finditer(pattern, text, re.IGNORECASE)]
    if {"yes", "no"} & set(values):
        at += [(match.start(), value) for match, value in _find_yes_or_no(words, text) if value in values]
    return list(dict.fromkeys(value for _, value in sorted(at)))


def _option_pattern(word: str) -> str:
    return rf"{re.escape(word.rstrip('s'))}(?:s|es)?" if len(word) > 3 else re.escape(word)


def _find_yes_or_no(words: str, text: str) -> Iterable[tuple[re.Match[str], str]]:
    for match in re.finditer(rf"\b{words}\b", text, re.IGNORECASE):
        before = text[max(0, match.start() - 24) : match.start()].lower()
        after = text[match.end() : match.end() + 6].lower()
        is_no = re.search(r"\b(?:without|no|not|non|n't|lacks)\b(?: \w+){0,2}[\s-]*$|n't \w* ?$", before) or re.match(
            r"\W+no\b", after
        )
        yield match, "no" if is_no else "yes"


def cut_mentions(text: str, mentions: Iterable[Mention]) -> str:
    """The text without the names of products, whose words may be those of an option."""
    for mention in sorted(mentions, reverse=True):
        text = f"{text[: mention.start]} … {text[mention.end :]}"
    return text


def find_address(text: str) -> dict[str, str] | None:
    """A whole address, with the tools' arguments; None if there is none."""
    match = FULL_ADDRESS.search(text)
    return {**match.groupdict(), "country": "USA"} if match else None


def has_options(variant: Mapping[str, Any], wanted: Mapping[str, Sequence[str]]) -> bool:
    """Whether a variant has, of every option, one of the values that are wanted."""
    return all(variant["options"].get(option) in values for option, values in wanted.items())
