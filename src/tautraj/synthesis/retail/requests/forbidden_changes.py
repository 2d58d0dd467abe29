"""Returns and exchanges that the policy forbids, worded as any other.

Not here: who insists, forbidden requests about whole orders (`synthesis.retail.requests.refusals`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tautraj.benchmarks.goals import Topic
from tautraj.synthesis.retail.customer import (
    Entity,
    draw,
    find_differences,
    get_payment,
    list_other_variants,
    list_single_items,
)
from tautraj.synthesis.retail.requests.items import pick_items, pick_method, tell_change
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import name_items


class Forbidden(NamedTuple):
    said: str
    rule: str
    about: Sequence[str]
    answers: Mapping[Topic, str] = {}
    """As `Request.answers`."""


def return_too_early(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 2, "processed")
    if picked is None:
        return None
    order, items, origin = picked
    refund = talk.say("refund", pay=talk.name_method(get_payment(order), order))
    names = {"items": name_items(items, talk.rng), "from": origin, "refund": refund, "story": ""}
    return Forbidden(talk.say("return", **names), "Only a delivered order can be returned.", (order["order_id"],))


def refund_elsewhere(talk: Telling) -> Forbidden | None:
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


def change_too_late(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 1, "processed")
    if picked is None:
        return None
    order, (item,), origin = picked
    available = list_other_variants(talk.customer.database, item, lambda variant: variant["available"])
    said, answers = _tell_change(talk, order, item, origin, talk.rng.choice(available))
    return Forbidden(
        said, "Only items of a pending or a delivered order can be changed.", (order["order_id"],), answers
    )


def change_to_unavailable(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 1, "pending", "delivered")
    if picked is None:
        return None
    order, (item,), origin = picked
    gone = list_other_variants(talk.customer.database, item, lambda variant: not variant["available"])
    if not gone:
        return None
    said, answers = _tell_change(talk, order, item, origin, talk.rng.choice(gone))
    return Forbidden(said, "The new item must be available.", (order["order_id"],), answers)


def change_to_another_product(talk: Telling) -> Forbidden | None:
    picked = pick_items(talk, "direct", 1, "pending", "delivered")
    method = pick_method(talk, picked[0], 0.0) if picked else None
    if picked is None or method is None:
        return None
    order, (item,), origin = picked
    own = {other["name"] for some in talk.customer.orders for other in some["items"]}
    names = [p["name"] for p in talk.customer.database["products"].values() if p["name"] not in own]
    names = [name for name in names if not name.endswith("s")]  # "a …" is said of it
    new = talk.say("another product", product=talk.rng.choice(names).lower())
    said, answers = tell_change(talk, order, item, origin, new[:1].lower() + new[1:], "", method)
    return Forbidden(said, "An item can only become another one of the same product.", (order["order_id"],), answers)


def pay_difference_with_small_card(talk: Telling) -> Forbidden | None:
    cards = [method for method in talk.customer.methods if method["source"] == "gift_card"]
    picked = pick_items(talk, "direct", 1, "pending", "delivered")
    if picked is None or not cards:
        return None
    order, (item,), origin = picked
    limit = item["price"] + cards[0]["balance"]
    dear = list_other_variants(talk.customer.database, item, lambda v: v["available"] and v["price"] > limit + 0.01)
    if not dear:
        return None
    said, answers = _tell_change(talk, order, item, origin, talk.rng.choice(dear), cards[0]["id"])
    rule = "A gift card must cover the difference in price."
    return Forbidden(said, rule, (order["order_id"], cards[0]["id"]), answers)


def _tell_change(
    talk: Telling, order: Entity, item: Entity, origin: str, variant: Entity, method: str | None = None
) -> tuple[str, dict[Topic, str]]:
    changed = find_differences(item, variant)
    keep = talk.say("keep") if len(changed) < len(item["options"]) else ""
    method = method or pick_method(talk, order, variant["price"] - item["price"]) or talk.customer.methods[0]["id"]
    return tell_change(talk, order, item, origin, talk.describe(item, changed), keep, method)
