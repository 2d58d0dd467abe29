"""Requests that the customer corrects when asked for a confirmation: another variant, item, address, reason, refund.

Not here: requests as such (`synthesis.retail.requests.items`, `synthesis.retail.requests.orders`).
"""

from tautraj.benchmarks.goals import Family, Request, Write
from tautraj.synthesis.people import make_address
from tautraj.synthesis.retail.customer import (
    find_differences,
    get_payment,
    list_other_variants,
    list_single_items,
)
from tautraj.synthesis.retail.requests.choices import draw_manner, pick_item
from tautraj.synthesis.retail.requests.items import (
    name_again,
    pick_items,
    pick_method,
    tell_change,
    write_change,
    write_return,
)
from tautraj.synthesis.retail.requests.orders import REASONS, list_gift_cards
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import name_items, write_address


def change_variant(talk: Telling, family: Family) -> Request | None:
    """An exchange for one variant, corrected to another one."""
    picked = pick_item(talk, "pending", "delivered")
    if picked is None:
        return None
    order, item, origin = picked
    available = list_other_variants(talk.customer.database, item, lambda variant: variant["available"])
    method = pick_method(talk, order, max(0.0, *(variant["price"] - item["price"] for variant in available)))
    if len(available) < 2 or method is None:
        return None
    first, second = talk.rng.sample(available, 2)
    changed = find_differences(item, first)
    named = {
        option: value
        for option, value in second["options"].items()
        if value != item["options"][option] or option in changed
    }
    keep = talk.say("keep") if len(changed) < len(item["options"]) else ""
    said, answers = tell_change(talk, order, item, origin, talk.describe(item, changed), keep, method)
    return Request(
        family=family,
        said=said,
        answers=answers,
        correction=talk.say("other variant", it=name_again(order, item, origin), new=talk.describe(item, named)),
        writes=(write_change(order, item, second, method),),
        about=(order["order_id"], *list_gift_cards(method)),
    )


def change_returned_items(talk: Telling, family: Family) -> Request | None:
    """A return of some items of an order whose number is given, corrected to others."""
    picked = pick_items(talk, "direct", talk.rng.choice((1, 2)), "delivered")
    if picked is None:
        return None
    order, items, origin = picked
    others = [item for item in list_single_items(order) if item not in items]
    kept = talk.rng.sample(items, len(items) - 1) if len(items) > 1 else talk.rng.sample(others, min(1, len(others)))
    if not kept:
        return None
    method = get_payment(order)
    refund = talk.say("refund", pay=talk.name_method(method, order))
    names = {"items": name_items(items, talk.rng), "from": origin, "refund": refund, "story": ""}
    return Request(
        family=family,
        said=talk.say("return", **names),
        correction=talk.say("other items", id=order["order_id"], items=name_items(kept, talk.rng)),
        writes=(write_return(order, kept, method),),
        about=(order["order_id"],),
    )


def change_refund(talk: Telling, family: Family) -> Request | None:
    """A return, with the refund corrected from the original payment method to a gift card, or the other way round."""
    picked = pick_items(talk, draw_manner(talk), 1, "delivered")
    cards = [method["id"] for method in talk.customer.methods if method["source"] == "gift_card"]
    if picked is None or not cards or get_payment(picked[0]) in cards:
        return None
    order, items, origin = picked
    first, second = talk.rng.sample([get_payment(order), cards[0]], 2)
    refund = talk.say("refund", pay=talk.name_method(first))
    names = {"items": name_items(items, talk.rng), "from": origin, "refund": refund, "story": ""}
    change, pay = name_again(order, items[0], origin), talk.name_method(second)
    return Request(
        family=family,
        said=talk.say("return", **names),
        correction=talk.say("other payment", it=change, pay=pay),
        writes=(write_return(order, items, second),),
        about=(order["order_id"],),
    )


def change_destination(talk: Telling, family: Family) -> Request | None:
    """An order's new address, corrected."""
    orders = talk.customer.list_orders("pending")
    if not orders:
        return None
    order, first, second = talk.rng.choice(orders), make_address(talk.rng), make_address(talk.rng)
    key = order["order_id"]
    return Request(
        family=family,
        said=talk.say("address", order=talk.name_order(order), address=write_address(first)),
        correction=talk.say("other address", id=key, address=write_address(second)),
        writes=(Write(tool="modify_pending_order_address", arguments={"order_id": key, **second}),),
        about=(key,),
    )


def change_reason(talk: Telling, family: Family) -> Request | None:
    """The reason for cancelling an order, corrected."""
    orders = talk.customer.list_orders("pending")
    if not orders:
        return None
    order = talk.rng.choice(orders)
    first, second = talk.rng.sample(list(REASONS), 2)
    key = order["order_id"]
    return Request(
        family=family,
        said=talk.say("cancel", order=talk.name_order(order), reason=talk.say(REASONS[first])),
        correction=talk.say("other reason", id=key, why=talk.say(REASONS[second])),
        writes=(Write(tool="cancel_pending_order", arguments={"order_id": key, "reason": second}),),
        about=(key, *list_gift_cards(get_payment(order))),
    )
