"""What is done about wishes that concern a whole order, or the customer's profile: cancel, address, payment method.

Not here: wishes about items (`agents.rules.retail_items`), questions (`agents.rules.retail_answers`).
"""

import re
from collections.abc import Sequence

from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail_reading import TO_DEFAULT, Wish
from tautraj.agents.rules.retail_shop import (
    Entity,
    Shop,
    cut_mentions,
    find_address,
    find_mentions,
    find_order_ids,
    find_orders_with,
    get_payment,
    list_context_mentions,
)

NO_LONGER_NEEDED = re.compile(
    r"(?:\bno longer|\bnot|n't|\bnever|\bhardly|\bstopped) (?:really |actually |even )?(?:need\w*|wanted|want|"
    r"requir\w+|hav\w+ (?:a|any) use|any use)"
    r"|\bno (?:longer (?:necessary|of use|useful|wanted|required)|more need|need|further need|use for)\b|"
    r"\bunneeded\b|\bneedless\b"
    r"|\bneed (?:it|them|any of (?:it|that)|that) (?:no more|no longer|anymore)|\b(?:has|have|"
    r"had) become (?:unnecessary|superfluous|pointless)"
    r"|\bunnecessary\b|\bwithout (?:it|them)\b|\bneed (?:has|is) gone\b",
    re.IGNORECASE,
)
BY_MISTAKE = re.compile(
    r"\bmistake\w*|\bmistook\b|\baccident\w*\b|\bin error\b|\berror\b|\bmisclick\w*|\bby oversight\b|"
    r"\bunintention\w+|\bnever meant\b"
    r"|\bdid ?n[o']t mean\b|\bwrong (?:button|click|thing|order|items?|products?)\b|\binadvertent\w*|\bslip of\b",
    re.IGNORECASE,
)
OTHER_REASON = re.compile(
    r"\b(?:cheaper|lower price|better price|better deal|discount|too (?:long|slow|late|expensive|dear)|slow\w*|"
    r"delay\w*|afford|"
    r"budget|reviews?|ugly|dislike|do ?n[o']t like|no longer like|quality|waiting|wait|arriv\w+ in time|money|"
    r"elsewhere|another shop|"
    r"competitor|colou?r|price)\b",
    re.IGNORECASE,
)
ALL_ORDERS = re.compile(r"\b(?:all|every)\b[^.]{0,30}\borders?\b|\bboth orders\b", re.IGNORECASE)
ONLY_PART = re.compile(
    r"\b(?:only|just|single|nothing but|part of|one item|rest of|keep the|leave the|but not)\b", re.IGNORECASE
)
TWO_METHODS = re.compile(
    r"\b(?:split\w*|half|partly|part of it|divid\w+|rest (?:on|with|from|to)|two (?:cards|methods|ways))\b",
    re.IGNORECASE,
)


def refuse(thought: str, refusal: str) -> Resolution:
    return Resolution(thought=thought, refusal=refusal)


def ask(thought: str, question: str) -> Resolution:
    return Resolution(thought=thought, question=question)


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
    said = {mention.name for mention in find_mentions(wish.said, here)}
    return not mentioned or bool(mentioned & said) or (not said and bool(mentioned & here))


def find_order(wish: Wish, shop: Shop, statuses: Sequence[str]) -> Entity | Resolution:
    """The order that a wish is about; what to say if it cannot be told. `statuses`: those that make sense."""
    found = _find_orders(wish.said, shop)
    for text in wish.later if len(found) != 1 else ():
        also = _find_orders(text, shop)
        found = [order for order in found if order in also] or also or found
    for order_id in find_order_ids(wish.said):
        if shop.get_order(order_id) is None:
            return ask(f"There is no order {order_id}.", f"I cannot find order {order_id}. Which order do you mean?")
    if len(found) > 1:
        found = [order for order in found if order["status"] in statuses] or found
    if len(found) == 1 and found[0]["user_id"] != shop.user_id:
        key = found[0]["order_id"]
        return refuse(
            f"Order {key} belongs to another customer, and I may help only the one who is authenticated.",
            f"I am sorry, order {key} is not on your account, and I can only help with your own orders.",
        )
    if len(found) == 1:
        return found[0]
    found = found or shop.list_orders()
    listed = ", ".join(order["order_id"] for order in found)
    return ask(
        f"It could be any of {listed}.",
        "Which order is it? Please give me the order number, or tell me what else is in it.",
    )


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


def resolve_cancel(wish: Wish, shop: Shop) -> Resolution:
    if not find_order_ids(wish.said) and ALL_ORDERS.search(wish.said):
        pending = [order for order in shop.list_orders() if order["status"] == "pending"]
        return _cancel_all(wish, pending)
    order = find_order(wish, shop, ("pending",))
    if isinstance(order, Resolution):
        return order
    key, status = order["order_id"], order["status"]
    if status != "pending":
        return refuse(
            f"Order {key} is {status}. Only pending orders can be cancelled.",
            f"I am sorry, order {key} is already {status}, and only pending orders can be cancelled.",
        )
    mentions = find_mentions(wish.said, {item["name"] for item in order["items"]})
    context = list_context_mentions(wish.said, mentions)
    if len(order["items"]) > 1 and len(mentions) > len(context) and ONLY_PART.search(wish.said):
        return refuse(
            f"A part of order {key} is to be cancelled, and an order can only be cancelled as a whole.",
            f"I am sorry, I cannot cancel single items of order {key}; only the whole order can be cancelled.",
        )
    reason = _find_reason(list_relevant(wish, order, shop))
    if reason is None:
        return ask(
            f"Order {key} is pending, but a reason is needed.",
            f"Why would you like to cancel order {key}: is it no longer needed, or was it ordered by mistake?",
        )
    if reason == "":
        return refuse(
            f"Order {key} is pending, but the reason is neither 'no longer needed' nor 'ordered by mistake'.",
            f"I am sorry, order {key} can only be cancelled if it is no longer needed or was ordered by mistake; "
            "other reasons are not acceptable.",
        )
    thought = f"Order {key} is pending and the reason is '{reason}', so it may be cancelled as a whole."
    return Resolution(thought, (("cancel_pending_order", {"order_id": key, "reason": reason}),))


def _cancel_all(wish: Wish, orders: Sequence[Entity]) -> Resolution:
    reason = _find_reason([*reversed(wish.later), wish.said])
    if not orders:
        return refuse(
            "The customer has no pending order.", "I am sorry, you have no pending order that could be cancelled."
        )
    if not reason:
        return ask("A reason is needed.", "Are these orders no longer needed, or were they ordered by mistake?")
    writes = tuple(("cancel_pending_order", {"order_id": order["order_id"], "reason": reason}) for order in orders)
    return Resolution(f"All {len(orders)} pending orders may be cancelled: {reason}.", writes)


def _find_reason(texts: Sequence[str]) -> str | None:
    """One of the two reasons that are accepted; "" for another one, None for none."""
    for text in texts:
        if BY_MISTAKE.search(text):
            return "ordered by mistake"
        if NO_LONGER_NEEDED.search(text):
            return "no longer needed"
        if OTHER_REASON.search(text):
            return ""
    return None


def _check_pending(order: Entity, what: str) -> Resolution | None:
    if order["status"] == "pending":
        return None
    key, status = order["order_id"], order["status"]
    return refuse(
        f"Order {key} is {status}. Only the {what} of a pending order can be changed.",
        f"I am sorry, order {key} is {status}, and the {what} can only be changed while an order is pending.",
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
        return refuse(f"Order {key} goes there already.", f"Order {key} is already going to that address.")
    thought = f"Order {key} is pending, so its shipping address may be changed."
    return Resolution(thought, (("modify_pending_order_address", {"order_id": key, **address}),))


def resolve_default_address(wish: Wish, shop: Shop) -> Resolution:
    address = _find_new_address([*reversed(wish.later), wish.said], None, shop)
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
        if order is not None and TO_DEFAULT.search(text.lower()):
            return dict(shop.user["address"])
        if order is None and (source := _find_order_by_content(text, shop)):
            return dict(source["address"])
    return None


def _find_order_by_content(text: str, shop: Shop) -> Entity | None:
    orders = shop.list_orders()
    mentions = find_mentions(text, {item["name"] for order in orders for item in order["items"]})
    found = find_orders_with(orders, (mention.name for mention in mentions)) if mentions else []
    return found[0] if len(found) == 1 else None


def resolve_payment(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, ("pending",))
    if isinstance(order, Resolution):
        return order
    if refusal := _check_pending(order, "payment method"):
        return refusal
    key, current = order["order_id"], get_payment(order)
    total = order["payment_history"][0]["amount"]
    for text in list_relevant(wish, order, shop):
        methods = [method for method in shop.find_payment_methods(_cut(text, order)) if method != current]
        if TWO_METHODS.search(text):
            return refuse(
                "The customer wants to pay with two methods, and only a single one is possible.",
                f"I am sorry, order {key} can only be paid with a single payment method.",
            )
        if missing := shop.find_missing_method(text):
            name = missing.replace("_", " ")
            return refuse(f"The customer has no {name}.", f"I am sorry, there is no {name} on your account.")
        if len(methods) == 1:
            break
        if shop.find_payment_methods(text) == [current]:
            return refuse(f"Order {key} is paid so.", f"Order {key} is already paid with that payment method.")
    else:
        return ask(
            "The new payment method is missing.", f"Which payment method would you like to use for order {key}?"
        )
    method = shop.user["payment_methods"][methods[0]]
    if method.get("balance", total) < total:
        return refuse(
            f"The gift card holds {method['balance']:.2f}, and order {key} costs {total:.2f}.",
            f"I am sorry, the balance of your gift card does not cover the total of order {key}.",
        )
    thought = f"Order {key} is pending and paid with {current}; {methods[0]} differs from it and covers {total:.2f}."
    return Resolution(
        thought, (("modify_pending_order_payment", {"order_id": key, "payment_method_id": methods[0]}),)
    )


def _cut(text: str, order: Entity) -> str:
    return cut_mentions(text, find_mentions(text, {item["name"] for item in order["items"]}))
