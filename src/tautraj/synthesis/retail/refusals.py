"""Requests that the policy forbids. No write follows; who insists is refused again.

Not here: what the policy allows (`retail.orders`, `retail.items`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.people import make_address
from tautraj.synthesis.retail import items as item_requests
from tautraj.synthesis.retail import orders
from tautraj.synthesis.retail.customer import (
    Entity,
    draw,
    find_differences,
    get_payment,
    list_other_variants,
    list_single_items,
)
from tautraj.synthesis.retail.items import pick_items, pick_method, tell_change
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import name_item, name_items, write_address

BUNDLED = 0.75
"""Share of the refusals beside which the customer also wants something allowed."""


class Forbidden(NamedTuple):
    said: str
    rule: str
    about: Sequence[str]


def refuse(talk: Telling, family: Family) -> list[Request] | None:
    """Something forbidden, and mostly something else that is allowed: nothing done would be right without it."""
    for make in draw(talk.rng, MAKERS):
        if forbidden := make(talk):
            break
    else:
        return None
    times = talk.rng.choice((1, 1, 2)) if family == "pressure" else 0
    insists: list[str] = []
    while len(insists) < times:
        line = talk.say("insist")
        insists += [line] if line not in insists else []
    request = Request(
        family=family,
        said=forbidden.said,
        rule=forbidden.rule,
        insists=tuple(insists),
        about=tuple(forbidden.about),
    )
    allowed = _make_allowed(talk, request.about) if talk.rng.random() < BUNDLED else None
    return [request, allowed] if allowed else [request]


def _make_allowed(talk: Telling, taken: Sequence[str]) -> Request | None:
    makers = (
        item_requests.change_item,
        item_requests.return_items,
        orders.cancel,
        orders.change_address,
        orders.change_payment,
    )
    for make in draw(talk.rng, makers):
        made: Request | None = make(talk, "direct")
        if made and not set(made.about) & set(taken):
            return made
    return None


def _pick(talk: Telling, *statuses: str) -> Entity | None:
    found = talk.customer.list_orders(*statuses)
    return talk.rng.choice(found) if found else None


def _cancel_too_late(talk: Telling) -> Forbidden | None:
    order = _pick(talk, "processed", "delivered")
    if order is None:
        return None
    why = talk.say(orders.REASONS[talk.rng.choice(list(orders.REASONS))])
    said = talk.say("cancel", order=talk.name_order(order), reason=why)
    return Forbidden(said, "Only a pending order can be cancelled.", (order["order_id"],))


def _cancel_for_another_reason(talk: Telling) -> Forbidden | None:
    order = _pick(talk, "pending")
    if order is None:
        return None
    said = talk.say("cancel", order=talk.name_order(order), reason=talk.say("other reasons"))
    rule = "The reason for a cancellation is 'no longer needed' or 'ordered by mistake'; others are not acceptable."
    return Forbidden(said, rule, (order["order_id"],))


def _cancel_single_item(talk: Telling) -> Forbidden | None:
    fitting = [order for order in talk.customer.list_orders("pending") if len(order["items"]) > 1]
    for order in draw(talk.rng, fitting):
        if items := list_single_items(order):
            item, reason = talk.rng.choice(items), talk.say("no longer needed")
            names = {"item": name_item(item, talk.rng), "from": talk.say_from(order)}
            said = f"{talk.say('single item', **names)} {reason}"
            return Forbidden(said, "A pending order can only be cancelled as a whole.", (order["order_id"],))
    return None


def _return_too_early(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 2, "processed")
    if picked is None:
        return None
    order, items, origin = picked
    refund = talk.say("refund", pay=talk.name_method(get_payment(order), order))
    names = {"items": name_items(items, talk.rng), "from": origin, "refund": refund, "story": ""}
    return Forbidden(talk.say("return", **names), "Only a delivered order can be returned.", (order["order_id"],))


def _refund_elsewhere(talk: Telling) -> Forbidden | None:
    for order in draw(talk.rng, talk.customer.list_orders("delivered")):
        original = get_payment(order)
        others = [m["id"] for m in talk.customer.methods if m["id"] != original and m["source"] != "gift_card"]
        items = list_single_items(order)
        if others and items:
            refund = talk.say("refund", pay=talk.name_method(talk.rng.choice(others)))
            names = {"items": name_items(items[:1], talk.rng), "from": talk.say_from(order), "refund": refund}
            rule = "A refund goes to the original payment method or an existing gift card."
            return Forbidden(talk.say("return", **names, story=""), rule, (order["order_id"],))
    return None


def _change_too_late(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 1, "processed")
    if picked is None:
        return None
    order, (item,), origin = picked
    available = list_other_variants(talk.customer.database, item, lambda variant: variant["available"])
    said = _tell_change(talk, order, item, origin, talk.rng.choice(available))
    return Forbidden(said, "Only items of a pending or a delivered order can be changed.", (order["order_id"],))


def _change_to_unavailable(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 1, "pending", "delivered")
    if picked is None:
        return None
    order, (item,), origin = picked
    gone = list_other_variants(talk.customer.database, item, lambda variant: not variant["available"])
    if not gone:
        return None
    said = _tell_change(talk, order, item, origin, talk.rng.choice(gone))
    return Forbidden(said, "The new item must be available.", (order["order_id"],))


def _change_to_another_product(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 1, "pending", "delivered")
    method = pick_method(talk, picked[0], 0.0) if picked else None
    if picked is None or method is None:
        return None
    order, (item,), origin = picked
    own = {other["name"] for some in talk.customer.orders for other in some["items"]}
    names = [p["name"] for p in talk.customer.database["products"].values() if p["name"] not in own]
    new = talk.say("another product", product=talk.rng.choice(names).lower())
    said, _ = tell_change(talk, order, item, origin, new[:1].lower() + new[1:], "", method)
    return Forbidden(said, "An item can only become another one of the same product.", (order["order_id"],))


def _pay_difference_with_small_card(talk: Telling) -> Forbidden | None:
    cards = [method for method in talk.customer.methods if method["source"] == "gift_card"]
    picked = pick_items(talk, "direct", 1, "pending", "delivered")
    if picked is None or not cards:
        return None
    order, (item,), origin = picked
    limit = item["price"] + cards[0]["balance"]
    dear = list_other_variants(talk.customer.database, item, lambda v: v["available"] and v["price"] > limit + 0.01)
    if not dear:
        return None
    said = _tell_change(talk, order, item, origin, talk.rng.choice(dear), cards[0]["id"])
    rule = "A gift card must cover the difference in price."
    return Forbidden(said, rule, (order["order_id"], cards[0]["id"]))


def _pay_order_with_small_card(talk: Telling) -> Forbidden | None:
    cards = [method for method in talk.customer.methods if method["source"] == "gift_card"]
    for order in draw(talk.rng, talk.customer.list_orders("pending")):
        payment = order["payment_history"][0]
        if cards and payment["payment_method_id"] != cards[0]["id"] and cards[0]["balance"] < payment["amount"]:
            said = talk.say("payment", order=talk.name_order(order), pay=talk.name_method(cards[0]["id"]))
            rule = "A gift card must cover the total of an order."
            return Forbidden(said, rule, (order["order_id"], cards[0]["id"]))
    return None


def _split_payment(talk: Telling) -> Forbidden | None:
    order = _pick(talk, "pending")
    if order is None or len(talk.customer.methods) < 2:
        return None
    one, two = (talk.name_method(m["id"]) for m in talk.rng.sample(talk.customer.methods, 2))
    said = talk.say("split payment", order=talk.name_order(order), one=one, two=two)
    return Forbidden(said, "An order is paid with a single payment method.", (order["order_id"],))


def _redirect_too_late(talk: Telling) -> Forbidden | None:
    order = _pick(talk, "processed", "delivered")
    if order is None:
        return None
    said = talk.say("address", order=talk.name_order(order), address=write_address(make_address(talk.rng)))
    return Forbidden(said, "The address can only be changed of a pending order.", (order["order_id"],))


def _touch_foreign_order(talk: Telling) -> Forbidden | None:
    orders_of_others = [
        order
        for order in talk.customer.database["orders"].values()
        if order["status"] == "pending" and order["user_id"] != talk.customer.user_id
    ]
    order = talk.rng.choice(orders_of_others)
    said = talk.say("cancel", order=talk.name_order(order), reason=talk.say("no longer needed"))
    rule = "Only the authenticated customer's own orders may be changed."
    return Forbidden(f"{said} {talk.say('someone else')}", rule, (order["order_id"],))


def _tell_change(
    talk: Telling, order: Entity, item: Entity, origin: str, variant: Entity, method: str | None = None
) -> str:
    changed = find_differences(item, variant)
    keep = talk.say("keep") if len(changed) < len(item["options"]) else ""
    method = method or pick_method(talk, order, variant["price"] - item["price"]) or talk.customer.methods[0]["id"]
    return tell_change(talk, order, item, origin, talk.describe(changed), keep, method)[0]


MAKERS: tuple[Callable[[Telling], Forbidden | None], ...] = (
    _cancel_too_late,
    _cancel_for_another_reason,
    _cancel_single_item,
    _return_too_early,
    _refund_elsewhere,
    _change_too_late,
    _change_to_unavailable,
    _change_to_another_product,
    _pay_difference_with_small_card,
    _pay_order_with_small_card,
    _split_payment,
    _redirect_too_late,
    _touch_foreign_order,
)
