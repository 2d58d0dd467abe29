"""What is done about wishes for items of an order: return some, or have another variant of one.

A pending order is modified, a delivered one exchanged. Not here: wishes about whole orders
(`agents.rules.retail.orders`).
"""

import math
import re
from collections.abc import Iterable, Sequence

from tautraj.agents.announcements.payment_names import format_money
from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail.mentions import Entity, cut_mentions, find_mentions
from tautraj.agents.rules.retail.reading import Wish
from tautraj.agents.rules.retail.references import ask, find_items, find_order, list_relevant, name_order, refuse
from tautraj.agents.rules.retail.shop import Shop, get_payment
from tautraj.agents.rules.retail.variants import choose_target
from tautraj.agents.rules.retail.words import CHEAPEST, DEAREST
from tautraj.benchmarks.tool_results import ITEM_KEYS, write_short_json

HOW_MUCH = re.compile(r"\bhow much\b|\b(?:total|exact) (?:amount|refund)\b|\bamount\b", re.IGNORECASE)


def format_amount(amount: float) -> str:
    """Dollars as they are told: 12.5 for 12.50, which holds in either way of writing it."""
    return f"{abs(amount):.2f}".rstrip("0").rstrip(".")


def resolve_return(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("delivered",))
    if isinstance(order, Resolution):
        return order
    key, status, original = order["order_id"], order["status"], get_payment(order)
    if status != "delivered":
        return refuse(
            f"{name_order(order)} is {status}. Only delivered orders can be returned.",
            f"I am sorry, order {key} is {status}, and items can only be returned from a delivered order.",
        )
    about = f"{name_order(order)} is delivered, so items may be returned."
    texts = list_relevant(wish, order, shop)
    naming = [text for text in texts if text == wish.said or not shop.find_payment_methods(text, order)]
    items = next((named for text in naming if (named := find_items(text, order)) != []), [])
    if not items:
        return ask(
            f"{about} It is not clear which.",
            f"Which items of order {key} would you like to return?",
        )
    meant = "One item is" if len(items) == 1 else f"{len(items)} items are"
    about = f"{about} {meant} meant: {quote_items(items)}."
    methods = _find_methods(texts, order, shop)
    if isinstance(methods, Resolution):
        return methods._replace(thought=f"{about} {methods.thought}")
    if not methods:
        return ask(
            f"{about} A refund needs a payment method, and none is named.",
            "Where should the refund go: to the original payment method, or to a gift card on your account?",
        )
    method = next((method for method in methods if method != original), original)
    if method != original and not method.startswith("gift_card"):
        return refuse(
            f"{about} It was paid with {original}, and {method} is neither that nor a gift card.",
            f"I am sorry, the refund for order {key} can only go to the original payment method or to a gift card.",
        )
    is_original = "it is how the order was paid" if method == original else "a gift card may always receive it"
    thought = f"{about} The refund goes to {shop.describe_method(method)}: {is_original}."
    arguments = {"order_id": key, "item_ids": [item["item_id"] for item in items], "payment_method_id": method}
    amount = math.fsum(item["price"] for item in items)
    tells = (format_amount(amount),) if any(HOW_MUCH.search(text) for text in texts) else ()
    answer = f"You will get {format_money(amount)} back." if tells else None
    return Resolution(thought, (("return_delivered_order_items", arguments),), tells=tells, answer=answer)


def resolve_change_item(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("pending", "delivered"))
    if isinstance(order, Resolution):
        return order
    key, status = order["order_id"], order["status"]
    if status not in ("pending", "delivered"):
        return refuse(
            f"{name_order(order)} is {status}. Only items of pending or delivered orders can be exchanged.",
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
    thought = f"{name_order(order)} is {status}, so I may do this once. {why} {_tell_due(due, method)}"
    return Resolution(thought, ((tool, arguments),))


def _tell_due(due: float, method: str) -> str:
    if due == 0:
        return "It costs the same."
    way = "more, to be paid with" if due > 0 else "less, to be refunded to"
    return f"It costs {format_money(abs(due))} {way} {method}."


def _describe_due(due: float) -> str:
    if due == 0:
        return "The new one costs the same."
    return f"The new one costs {format_money(abs(due))} {'more' if due > 0 else 'less'}."


def quote_items(items: Iterable[Entity]) -> str:
    """Items in a thought, as the order's short record begins them: a small model copies letter for letter."""
    return ", ".join(write_short_json({key: item[key] for key in ITEM_KEYS}) for item in items)


def _list_subjects(texts: Sequence[str], order: Entity) -> list[tuple[Entity, list[str]]] | None:
    """Each item that is to be changed, with what is said about it, the newest first."""
    wish_text = texts[-1]
    items = next((named for text in reversed(texts) if (named := find_items(text, order)) != []), [])
    if not items:
        return items if items is None else []
    mentions = find_mentions(wish_text, {item["name"] for item in order["items"]})
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
        end = next((other for other in starts if other > start), len(wish_text))
        part = wish_text[start:end]
        shared = CHEAPEST.search(wish_text) or DEAREST.search(
            wish_text
        )  # "the bed and the chair to the cheapest version"
        parts.append((item, [part, shared[0]] if shared and shared[0] not in part else [part]))
    return parts


def _find_methods(texts: Sequence[str], order: Entity, shop: Shop) -> Sequence[str] | Resolution:
    """Ids of the payment methods in the first of the texts that names any; a refusal of one that there is not."""
    for text in texts:
        methods = shop.find_payment_methods(text, order)
        if missing := shop.find_missing_method(text):
            name = missing.replace("_", " ")
            return refuse(f"The customer has no {name}.", f"I am sorry, there is no {name} on your account.")
        if methods:
            return methods
    return ()


def _find_method(texts: Sequence[str], order: Entity, due: float, shop: Shop) -> str | Resolution:
    """The payment method for a difference in price of `due` dollars."""
    methods = _find_methods(texts, order, shop)
    if isinstance(methods, Resolution):
        return methods
    if not methods:
        return ask(
            f"{_describe_due(due)} No payment method is named for the difference.",
            f"{_describe_due(due)} Which payment method should be used for the difference?",
        )
    if len(methods) > 1:
        return ask("Several payment methods are named.", "Which one of these payment methods should be used?")
    balance = shop.user["payment_methods"][methods[0]].get("balance")
    if balance is not None and balance < due:
        return refuse(
            f"The gift card holds {format_money(balance)}, and the difference is {format_money(due)}.",
            f"I am sorry, your gift card does not cover the difference in price of {format_money(due)}.",
        )
    return methods[0]
