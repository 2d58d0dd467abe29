"""What is done about wishes for items of an order: return some, or have another variant of one.

A pending order is modified, a delivered one exchanged. Not here: wishes about whole orders
(`agents.rules.retail_orders`).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail_orders import ask, find_order, list_relevant, refuse
from tautraj.agents.rules.retail_reading import Wish
from tautraj.agents.rules.retail_shop import (
    Entity,
    Mention,
    Shop,
    cut_mentions,
    find_mentions,
    find_values,
    get_payment,
    has_options,
    list_context_mentions,
)

EVERYTHING = re.compile(
    r"\b(?:everything|all of (?:it|them)|all (?:the )?items|all (?:its|of its) items|all things|the whole|"
    r"the entire|whole order|entire order|"
    r"complete order|in full|lot of it|whole lot)\b",
    re.IGNORECASE,
)
EXCEPT = re.compile(
    r"\b(?:everything|all|whole order|entire order|rest)\b[^.]*?\b(?:except|apart from|other than|but|excluding|"
    r"without)\b",
    re.IGNORECASE,
)
SEVERAL = re.compile(r"\b(?:both|all|two|three)\b", re.IGNORECASE)
CHEAPEST = re.compile(
    r"\b(?:cheapest|least expensive|lowest[- ]priced?|lowest price|lowest cost|least costly|most affordable|"
    r"costs? (?:the )?least|"
    r"smallest price|easiest on|inexpensive)\b",
    re.IGNORECASE,
)
DEAREST = re.compile(
    r"\b(?:most expensive|priciest|dearest|highest[- ]priced?|highest price|costliest|top of the (?:range|line)|"
    r"most costly|"
    r"costs? (?:the )?most|most premium|most luxurious)\b",
    re.IGNORECASE,
)
SAME = re.compile(
    r"\b(?:everything else|all else|the rest|other (?:options?|features?|details?)|otherwise|apart from that|"
    r"nothing else|"
    r"exactly (?:as|like)|identical|same (?:model|thing|one|item|as|but))\b",
    re.IGNORECASE,
)


class Target(NamedTuple):
    """What an item is to become."""

    item_id: str
    price: float
    why: str


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


def resolve_return(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("delivered",))
    if isinstance(order, Resolution):
        return order
    key, status, original = order["order_id"], order["status"], get_payment(order)
    if status != "delivered":
        return refuse(
            f"Order {key} is {status}. Only delivered orders can be returned.",
            f"I am sorry, order {key} is {status}, and items can only be returned from a delivered order.",
        )
    texts = list_relevant(wish, order, shop)
    items = next((found for text in texts if (found := find_items(text, order)) != []), [])
    if not items:
        return ask(
            f"It is not clear what of order {key} is returned.",
            f"Which items of order {key} would you like to return?",
        )
    for text in texts:
        methods = shop.find_payment_methods(text, order)
        if missing := shop.find_missing_method(text):
            name = missing.replace("_", " ")
            return refuse(f"The customer has no {name}.", f"I am sorry, there is no {name} on your account.")
        if methods:
            break
    else:
        return ask(
            "The refund needs a payment method.",
            "Where should the refund go: to the original payment method, or to a gift card on your account?",
        )
    method = next((method for method in methods if method != original), original)
    if method != original and not method.startswith("gift_card"):
        return refuse(
            f"{method} is neither what order {key} was paid with nor a gift card, so it cannot receive the refund.",
            f"I am sorry, the refund for order {key} can only go to the original payment method or to a gift card.",
        )
    names = ", ".join(item["name"] for item in items)
    thought = f"Order {key} is delivered, so {names} may be returned; {method} may receive the refund."
    arguments = {"order_id": key, "item_ids": [item["item_id"] for item in items], "payment_method_id": method}
    return Resolution(thought, (("return_delivered_order_items", arguments),))


def resolve_change_item(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("pending", "delivered"))
    if isinstance(order, Resolution):
        return order
    key, status = order["order_id"], order["status"]
    if status not in ("pending", "delivered"):
        return refuse(
            f"Order {key} is {status}. Only items of pending or delivered orders can be exchanged.",
            f"I am sorry, order {key} is {status}, so its items can no longer be changed or exchanged.",
        )
    texts = list_relevant(wish, order, shop)
    subjects = _list_subjects(texts, order)
    if subjects is None or not subjects:
        return ask(
            f"It is not clear which item of order {key} is meant.",
            f"Which item of order {key} would you like to change?",
        )
    item_ids, targets = [], []
    for item, about in subjects:
        target = choose_target(about, item, shop)
        if isinstance(target, Resolution):
            return target
        item_ids.append(item["item_id"])
        targets.append(target)
    due = round(sum(target.price for target in targets) - sum(item["price"] for item, _ in subjects), 2)
    method = _find_method(texts, order, due, shop)
    if isinstance(method, Resolution):
        return method
    tool = "modify_pending_order_items" if status == "pending" else "exchange_delivered_order_items"
    arguments = {
        "order_id": key,
        "item_ids": item_ids,
        "new_item_ids": [target.item_id for target in targets],
        "payment_method_id": method,
    }
    why = " ".join(target.why for target in targets)
    return Resolution(
        f"Order {key} is {status}. {why} The difference of {due:.2f} goes to {method}.", ((tool, arguments),)
    )


def _list_subjects(texts: Sequence[str], order: Entity) -> list[tuple[Entity, list[str]]] | None:
    """Each item that is to be changed, with what is said about it, the newest first."""
    said = texts[-1]
    items = next((found for text in reversed(texts) if (found := find_items(text, order)) != []), [])
    if not items:
        return items if items is None else []
    mentions = find_mentions(said, {item["name"] for item in order["items"]})
    if len(items) == 1:
        return [
            (
                items[0],
                [
                    cut_mentions(text, find_mentions(text, {item["name"] for item in order["items"]}))
                    for text in texts
                ],
            )
        ]
    starts = sorted(next((m.start for m in mentions if m.name == item["name"]), 0) for item in items)
    parts: list[tuple[Entity, list[str]]] = []
    for item in items:
        start = next((m.start for m in mentions if m.name == item["name"]), 0)
        end = next((other for other in starts if other > start), len(said))
        parts.append((item, [said[start:end]]))
    return parts


def choose_target(texts: Sequence[str], item: Entity, shop: Shop) -> Target | Resolution:
    """The available variant that is meant, or why there is none."""
    product = shop.get_product(item["product_id"])
    variants, options = product["variants"], item["options"]
    wanted: dict[str, list[str]] = {}
    for text in texts:
        for option, values in find_values(text, product).items():
            wanted.setdefault(option, [value for value in values if value != options.get(option)] or values)
    available = [variant for key, variant in variants.items() if variant["available"] and key != item["item_id"]]
    name = product["name"].lower()
    sense = next(
        (sense for text in texts for sense, pattern in ((1, CHEAPEST), (-1, DEAREST)) if pattern.search(text)), 0
    )
    if sense:
        kept = {option: [value] for option, value in options.items() if _is_kept(option, texts)}
        fitting = [variant for variant in available if has_options(variant, kept | wanted)]
        best = min(fitting, key=lambda variant: sense * variant["price"], default=None)
        own = item["price"] * sense
        if best is None or (own <= best["price"] * sense and has_options(item, wanted)):
            return refuse(
                f"No other available {name} is better.",
                f"I am sorry, there is no other {name} that fits this better.",
            )
        word = "cheapest" if sense > 0 else "most expensive"
        return Target(
            best["item_id"], best["price"], f"Of {len(fitting)} available variants the {word} is {best['item_id']}."
        )
    changed = {option: values for option, values in wanted.items() if values != [options.get(option)]}
    if not changed:
        return ask(f"The options of the new {name} are missing.", f"Which options should the new {name} have?")
    exact = _find_exact(options, changed, available)
    if exact:
        return Target(
            exact["item_id"], exact["price"], f"Variant {exact['item_id']} is what is wanted, and is available."
        )
    fitting = [variant for variant in available if has_options(variant, wanted)]
    if (
        fitting
        and not any(SAME.search(text) for text in texts)
        and _find_exact(options, changed, variants.values()) is None
    ):
        if len(fitting) == 1:
            return Target(
                fitting[0]["item_id"], fitting[0]["price"], f"Only variant {fitting[0]['item_id']} has these options."
            )
        listed = "; ".join(", ".join(variant["options"].values()) for variant in fitting)
        return ask(
            f"{len(fitting)} variants have these options.",
            f"Which of these {name} variants would you like: {listed}?",
        )
    return refuse(
        f"No available variant of the {name} has these options.",
        f"I am sorry, the {name} is not available with these options.",
    )


def _find_exact(options: Entity, changed: dict[str, list[str]], variants: Sequence[Entity]) -> Entity | None:
    """The variant that keeps all other options; of values that are named as alternatives, the first one counts "
    "most."""
    fitting = [
        variant
        for variant in variants
        if has_options(variant, {option: [value] for option, value in options.items()} | changed)
    ]
    ranks = lambda variant: [values.index(variant["options"][option]) for option, values in changed.items()]  # noqa: E731
    return min(fitting, key=ranks, default=None)


def _is_kept(option: str, texts: Sequence[str]) -> bool:
    """Whether "the same colour" is asked for."""
    words = re.escape(option)
    kept = (
        rf"\b(?:same|keep\w*|current|present)\b(?:[\w' ]+?,? (?:and|or) )?(?: \w+){{0,2}}? {words}\b",
        rf"\b{words} (?:\w+ ){{0,3}}?(?:the same|as (?:it is|is)|unchanged|stays?)\b",
    )
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in kept for text in texts)


def _find_method(texts: Sequence[str], order: Entity, due: float, shop: Shop) -> str | Resolution:
    """The payment method for a difference in price of `due` dollars."""
    for text in texts:
        methods = shop.find_payment_methods(text, order)
        if missing := shop.find_missing_method(text):
            name = missing.replace("_", " ")
            return refuse(f"The customer has no {name}.", f"I am sorry, there is no {name} on your account.")
        if methods:
            break
    else:
        return ask("A payment method is needed.", "Which payment method should be used for the difference in price?")
    if len(methods) > 1:
        return ask("Several payment methods are named.", "Which one of these payment methods should be used?")
    balance = shop.user["payment_methods"][methods[0]].get("balance")
    if balance is not None and balance < due:
        return refuse(
            f"The gift card holds {balance:.2f}, and the difference is {due:.2f}.",
            "I am sorry, the balance of your gift card does not cover the difference in price.",
        )
    return methods[0]
