"""Requests that leave a choice to the shop's data: the cheapest variant, or a second choice if it is not available.

Not here: exchanges and returns as such (`synthesis.retail.requests.items`).
"""

from collections.abc import Callable

from tautraj.benchmarks.goals import Family, Request, Write
from tautraj.synthesis.retail.customer import (
    Entity,
    draw,
    find_differences,
    get_payment,
    list_other_variants,
)
from tautraj.synthesis.retail.requests.items import (
    pick_items,
    pick_method,
    tell_change,
    write_change,
    write_return,
)
from tautraj.synthesis.retail.requests.orders import list_gift_cards
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import describe_option

LOOKUP_SHARE = 0.35
"""Share of these requests whose order is known only by what is in it."""


def draw_manner(talk: Telling) -> Family:
    return "lookup" if talk.rng.random() < LOOKUP_SHARE else "direct"


def pick_item(talk: Telling, *statuses: str) -> tuple[Entity, Entity, str] | None:
    picked = pick_items(talk, draw_manner(talk), 1, *statuses)
    return (picked[0], picked[1][0], picked[2]) if picked else None


def optimise(talk: Telling, family: Family) -> Request | None:
    """The cheapest or the most expensive variant, now and then of those with an option."""
    picked = pick_item(talk, "pending", "delivered")
    if picked is None:
        return None
    order, item, origin = picked
    clause, sense = talk.rng.choice((("cheapest", 1), ("dearest", -1)))
    available = list_other_variants(talk.customer.database, item, lambda variant: variant["available"])
    condition = ""
    if talk.rng.random() < 0.6:
        option = talk.rng.choice(list(item["options"]))
        value = talk.rng.choice([variant["options"][option] for variant in available])
        available = [variant for variant in available if variant["options"][option] == value]
        condition = describe_option(option, value, talk.rng)
        if value == item["options"][option] and value not in ("yes", "no", "none") and talk.rng.random() < 0.7:
            condition = talk.say("same option", option=option).lower()
            condition = condition.replace(option.lower(), option)
    best = min(available, key=lambda variant: sense * variant["price"])
    if sense * best["price"] >= sense * item["price"]:
        return None
    method = pick_method(talk, order, best["price"] - item["price"])
    if method is None:
        return None
    new = talk.say(clause, c=f" {condition}" if condition else "")
    said, answers = tell_change(talk, order, item, origin, new[:1].lower() + new[1:], "", method)
    return Request(
        family=family,
        said=said,
        answers=answers,
        writes=(write_change(order, item, best, method),),
        about=(order["order_id"], *list_gift_cards(method)),
    )


def choose_conditionally(talk: Telling, family: Family) -> Request | None:
    """A variant, or something else if it is not available; the one as often as the other."""
    picked = pick_item(talk, "pending", "delivered")
    if picked is None:
        return None
    order, item, origin = picked
    is_available = talk.rng.random() < 0.5
    others = list_other_variants(talk.customer.database, item)
    first = next((v for v in draw(talk.rng, others) if v["available"] == is_available), None)
    seconds = (_choose_another, _cancel_instead if order["status"] == "pending" else _return_instead)
    if first is None:
        return None
    second = talk.rng.choice(seconds)(talk, order, item, first)
    method = pick_method(talk, order, max(0.0, *(variant["price"] - item["price"] for variant in others)))
    if second is None or method is None:
        return None
    words, make_write = second
    changed = find_differences(item, first)
    keep = talk.say("keep") if len(changed) < len(item["options"]) else ""
    said, answers = tell_change(talk, order, item, origin, talk.describe(item, changed), keep, method)
    fallback = talk.say("if not available", second=words)
    return Request(
        family=family,
        said=f"{said} {fallback}",
        answers=answers,
        writes=(write_change(order, item, first, method) if is_available else make_write(method),),
        about=(order["order_id"], *list_gift_cards(method, get_payment(order))),
    )


Second = tuple[str, Callable[[str], Write]]
"""How a second choice is put, and the write that it means if the difference in price goes to a payment method."""


def _choose_another(talk: Telling, order: Entity, item: Entity, first: Entity) -> Second | None:
    """The first choice with another value of one of its options that differ."""
    for variant in draw(talk.rng, list_other_variants(talk.customer.database, item, lambda v: v["available"])):
        apart = find_differences(first, variant)
        if len(apart) == 1 and first["options"][next(iter(apart))] != item["options"][next(iter(apart))]:
            words = talk.say("second choice", new=talk.describe(item, apart))
            return _lower(words), lambda method: write_change(order, item, variant, method)  # noqa: B023
    return None


def _cancel_instead(talk: Telling, order: Entity, item: Entity, first: Entity) -> Second:
    arguments = {"order_id": order["order_id"], "reason": "no longer needed"}
    words = _lower(talk.say("second is to cancel"))
    return words, lambda method: Write(tool="cancel_pending_order", arguments=arguments)


def _return_instead(talk: Telling, order: Entity, item: Entity, first: Entity) -> Second:
    original = get_payment(order)
    words = _lower(talk.say("second is to return", pay=talk.name_method(original, order)))
    return words, lambda method: write_return(order, [item], original)


def _lower(text: str) -> str:
    return text if text.startswith("I ") or text.startswith("I'") else text[:1].lower() + text[1:]
