"""Which order and which items a customer means, by number, by name, or by what is in the order.

Not here: what is done with them (`agents.rules.retail.orders`, `agents.rules.retail.items`).
"""

import re
from collections.abc import Sequence

from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail.mentions import (
    Entity,
    Mention,
    cut_mentions,
    find_mentions,
    find_order_ids,
    find_values,
    has_options,
    list_context_mentions,
)
from tautraj.agents.rules.retail.reading import Wish
from tautraj.agents.rules.retail.shop import Shop, find_orders_with
from tautraj.agents.rules.retail.words import classify

EVERYTHING = re.compile(
    r"\b(?:everything|all of (?:it|them)|all (?:the )?items|all (?:its|of its) items|all things|the whole|"
    r"the entire|whole order|entire order|"
    r"complete order|in full|lot of it|whole lot|all of the items)\b",
    re.IGNORECASE,
)


EXCEPT = re.compile(
    r"\b(?:everything|all|whole order|entire order|rest)\b[^.]*?\b(?:except|apart from|other than|but|excluding|"
    r"without)\b",
    re.IGNORECASE,
)


SEVERAL = re.compile(r"\b(?:both|all|two|three)\b", re.IGNORECASE)


STATUS_WORDS = {
    "pending": re.compile(
        r"\bpending\b|\bnot (?:yet )?(?:shipped|arrived|sent)\b|\bjust (?:placed|"
        "ordered)\b",
        re.IGNORECASE,
    ),
    "delivered": re.compile(r"\b(?:received|delivered|arrived|got)\b", re.IGNORECASE),
}


def refuse(thought: str, refusal: str) -> Resolution:
    return Resolution(thought=thought, refusal=refusal)


def ask(thought: str, question: str) -> Resolution:
    return Resolution(thought=thought, question=question)


def name_order(order: Entity) -> str:
    """An order in a thought, with whose it is: that and its status decide everything."""
    return f"Order {order['order_id']} of {order['user_id']}"


def list_relevant(wish: Wish, order: Entity | None, shop: Shop) -> list[str]:
    """What was said about a wish, the newest first: answers about other orders or products are left out."""
    texts = [text for text in reversed(wish.later) if _is_about(text, wish, order, shop)]
    return [*texts, wish.said]


def _is_about(text: str, wish: Wish, order: Entity | None, shop: Shop) -> bool:
    if order is None:
        return True
    if ids := find_order_ids(text):
        return order["order_id"] in ids
    names = {item["name"] for other in shop.list_orders() for item in other["items"]}
    mentioned = {mention.name for mention in find_mentions(text, names)}
    here = {item["name"] for item in order["items"]}
    wished = {mention.name for mention in find_mentions(wish.said, here)}
    is_same_wish = not wished or classify(text) == wish.kind
    return not mentioned or bool(mentioned & wished) or (is_same_wish and bool(mentioned & here))


def find_order(wish: Wish, shop: Shop, statuses: Sequence[str]) -> Entity | Resolution:
    """The order that a wish is about; what to say if it cannot be told. `statuses`: those that make sense."""
    candidates = _find_orders(wish.said, shop)
    for text in wish.later if len(candidates) != 1 else ():
        also = _find_orders(text, shop)
        candidates = [order for order in candidates if order in also] or also or candidates
    for order_id in find_order_ids(wish.said):
        if shop.get_order(order_id) is None:
            return ask(f"There is no order {order_id}.", f"I cannot find order {order_id}. Which order do you mean?")
    if len(candidates) > 1:
        candidates = _narrow(wish.said, candidates, statuses)
    if len(candidates) == 1 and candidates[0]["user_id"] != shop.user_id:
        key = candidates[0]["order_id"]
        return refuse(
            f"{name_order(candidates[0])} is another customer's, and I may help only {shop.user_id}.",
            f"I am sorry, order {key} is not on your account, and I can only help with your own orders.",
        )
    if len(candidates) == 1:
        return candidates[0]
    candidates = candidates or shop.list_orders()
    listed = ", ".join(order["order_id"] for order in candidates)
    return ask(
        f"It could be any of {listed}.",
        "Which order is it? Please give me the order number, or tell me what else is in it.",
    )


def split_by_order(wish: Wish, shop: Shop, statuses: Sequence[str]) -> list[Wish]:
    """The wish once for each order that it is about; as it is where one order has all, or where it cannot be told."""
    if find_order_ids(wish.said) or _find_orders(wish.said, shop):
        return [wish]
    orders = [order for order in shop.list_orders() if order["status"] in statuses]
    mentions = find_mentions(wish.said, {item["name"] for order in shop.list_orders() for item in order["items"]})
    orders_per_mention = [find_orders_with(orders, [mention.name]) for mention in mentions]
    if any(len(orders_with_it) != 1 for orders_with_it in orders_per_mention):
        return [wish]
    ids = dict.fromkeys(order["order_id"] for (order,) in orders_per_mention)
    return [wish._replace(said=f"{wish.said} ({order_id})") for order_id in ids]


def _narrow(text: str, orders: list[Entity], statuses: Sequence[str]) -> list[Entity]:
    """Those that can be meant: by what may be done with them, by their status, by the options of their items."""
    fitting = [order for order in orders if order["status"] in statuses] or orders
    for status, pattern in STATUS_WORDS.items():
        if pattern.search(text):
            fitting = [order for order in fitting if order["status"] == status] or fitting
    return fitting


def _find_orders(text: str, shop: Shop) -> list[Entity]:
    """The order whose number a text gives; else the customer's orders that contain what it names."""
    for order in filter(None, map(shop.get_order, find_order_ids(text))):
        return [order]
    orders = shop.list_orders()
    mentions = find_mentions(text, {item["name"] for order in orders for item in order["items"]})
    if not mentions:
        return orders
    context = list_context_mentions(text, mentions)
    return find_orders_with(orders, (mention.name for mention in mentions)) or (
        find_orders_with(orders, (mention.name for mention in context)) if context else []
    )


def find_items(text: str, order: Entity) -> list[Entity] | None:
    """The items of an order that a text is about; None where a name stands for several of them."""
    names = {item["name"] for item in order["items"]}
    mentions = find_mentions(text, names)
    context = list_context_mentions(text, mentions)
    subjects = [mention for mention in mentions if mention not in context]
    if split := EXCEPT.search(text):
        left_out = {mention.name for mention in mentions if mention.start > split.end()}
        return [item for item in order["items"] if item["name"] not in left_out]
    if not subjects and EVERYTHING.search(text):
        return list(order["items"])
    chosen: list[Entity] = []
    for name in dict.fromkeys(mention.name for mention in subjects or context):
        same_name = [item for item in order["items"] if item["name"] == name]
        chosen_here = same_name if len(same_name) == 1 else _choose_among(text, mentions, same_name)
        if chosen_here is None:
            return None
        chosen += chosen_here
    return chosen or (list(order["items"]) if len(order["items"]) == 1 else [])


def _choose_among(text: str, mentions: Sequence[Mention], items: Sequence[Entity]) -> list[Entity] | None:
    """Those of several items of one product that a text means, by their options."""
    product = {"variants": {item["item_id"]: item for item in items}}
    named = find_values(cut_mentions(text, mentions), product)
    fitting = [item for item in items if has_options(item, named)] if named else []
    if len(fitting) == 1:
        return fitting
    return list(items) if SEVERAL.search(text) and not named else None
