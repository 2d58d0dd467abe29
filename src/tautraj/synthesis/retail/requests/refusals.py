"""Requests that the policy forbids. No write follows; who insists is refused again.

Not here: what the policy allows (`retail.requests.orders`, `retail.requests.items`).
"""

from collections.abc import Callable

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.people import make_address
from tautraj.synthesis.retail.customer import (
    Entity,
    draw,
    list_single_items,
)
from tautraj.synthesis.retail.requests import orders
from tautraj.synthesis.retail.requests.beside import make_beside
from tautraj.synthesis.retail.requests.forbidden_changes import (
    Forbidden,
    change_to_another_product,
    change_to_unavailable,
    change_too_late,
    pay_difference_with_small_card,
    refund_elsewhere,
    return_too_early,
)
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import name_item, write_address


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
        answers=dict(forbidden.answers),
        rule=forbidden.rule,
        insists=tuple(insists),
        about=tuple(forbidden.about),
    )
    return [request, *make_beside(talk, request)]


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


MAKERS: tuple[Callable[[Telling], Forbidden | None], ...] = (
    _cancel_too_late,
    _cancel_for_another_reason,
    _cancel_single_item,
    return_too_early,
    refund_elsewhere,
    change_too_late,
    change_to_unavailable,
    change_to_another_product,
    pay_difference_with_small_card,
    _pay_order_with_small_card,
    _split_payment,
    _redirect_too_late,
    _touch_foreign_order,
)
