"""Requests about items of an order: returns, exchanges, changes of a pending order.

A change or an exchange is of one item: τ²'s `modify_pending_order_items` gives every item the last one's price, and
several would depend on their order. Not here: whole orders (`synthesis.retail.requests.orders`).
"""

from collections.abc import Sequence

from tautraj.benchmarks.goals import Family, Request, Topic, Write
from tautraj.synthesis.retail.customer import (
    Entity,
    draw,
    find_differences,
    get_payment,
    list_other_variants,
    list_single_items,
)
from tautraj.synthesis.retail.requests.orders import LATER, add_lost_number, list_gift_cards
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import name_item, name_items

CHANGE_TOOLS = {"pending": "modify_pending_order_items", "delivered": "exchange_delivered_order_items"}

EVERYTHING = ("everything", "all items", "all of the items", "the whole lot")


def pick_items(talk: Telling, family: Family, count: int, *statuses: str) -> tuple[Entity, list[Entity], str] | None:
    """An order, up to `count` of its items, and the words for the order that follow theirs."""
    for order in draw(talk.rng, talk.customer.list_orders(*statuses)):
        items = list_single_items(order)
        if not items:
            continue
        chosen = talk.rng.sample(items, min(count, len(items)))
        if family != "lookup":
            return order, chosen, talk.say_from(order)
        if talk.customer.is_told_by(order, chosen) and talk.rng.random() < 0.5:
            return order, chosen, talk.say_state(order)
        if context := talk.customer.find_context(order, talk.rng, [item["name"] for item in chosen]):
            return order, chosen, talk.say_from(order, context)
    return None


def return_items(talk: Telling, family: Family) -> Request | None:
    picked = pick_items(talk, family, talk.rng.choice((1, 1, 2, 3)), "delivered")
    if picked is None:
        return None
    order, items, origin = picked
    return _tell_return(talk, family, order, items, origin, name_items(items, talk.rng))


def return_everything(talk: Telling, family: Family) -> Request | None:
    """All of an order, whose number is given."""
    orders = talk.customer.list_orders("delivered")
    if not orders:
        return None
    order = talk.rng.choice(orders)
    return _tell_return(talk, family, order, order["items"], talk.say_from(order), talk.rng.choice(EVERYTHING))


def _tell_return(
    talk: Telling, family: Family, order: Entity, items: Sequence[Entity], origin: str, names: str
) -> Request:
    original = get_payment(order)
    method = talk.rng.choice([original, *(m["id"] for m in talk.customer.methods if m["source"] == "gift_card")])
    pay, answers = talk.name_method(method, order), {}
    refund = talk.say("refund", pay=pay)
    if talk.rng.random() < LATER:
        change = f"the return from {order['order_id']}" if order["order_id"] in origin else f"the return of {names}"
        answers, refund = {"payment": talk.say("payment later", pay=pay, it=change)}, ""
    story = talk.say_maybe("return story", 0.6) if len(items) == 1 and names not in EVERYTHING else ""
    said = talk.say("return", items=names, **{"from": origin}, refund=refund, story=story)
    return Request(
        family=family,
        said=add_lost_number(talk, family, said),
        answers=answers,
        writes=(write_return(order, items, method),),
        about=(order["order_id"],),
    )


def change_item(talk: Telling, family: Family) -> Request | None:
    """An exchange or a change to a variant whose options are named."""
    picked = pick_items(talk, family, 1, "pending", "delivered")
    if picked is None:
        return None
    order, (item,), origin = picked
    for variant in draw(talk.rng, list_other_variants(talk.customer.database, item, lambda v: v["available"])):
        method = pick_method(talk, order, variant["price"] - item["price"])
        if method is None:
            continue
        changed = find_differences(item, variant)
        keep = talk.say("keep") if len(changed) < len(item["options"]) else ""
        said, answers = tell_change(talk, order, item, origin, talk.describe(item, changed), keep, method)
        return Request(
            family=family,
            said=add_lost_number(talk, family, said),
            answers=answers,
            writes=(write_change(order, item, variant, method),),
            about=(order["order_id"], *list_gift_cards(method)),
        )
    return None


def tell_change(
    talk: Telling, order: Entity, item: Entity, origin: str, new: str, keep: str, method: str
) -> tuple[str, dict[Topic, str]]:
    """What is said of an exchange, and what is said when asked."""
    names = {"item": name_item(item, talk.rng), "from": origin, "new": new, "keep": keep}
    story, pay = talk.say_maybe("item story", 0.4), talk.name_method(method)
    if talk.rng.random() < LATER:
        later = talk.say("payment later", pay=pay, it=name_again(order, item, origin))
        return talk.say("change item", **names, story=story, pay=""), {"payment": later}
    paying = talk.say("difference within", pay=pay)
    names |= {"paying": paying[:1].lower() + paying[1:], "pay": talk.say("difference", pay=pay)}
    return talk.say("change item", **names, story=story), {}


def pick_method(talk: Telling, order: Entity, due: float) -> str | None:
    """A payment method that covers a difference of `due` dollars."""
    methods = [m["id"] for m in talk.customer.methods if m.get("balance", due) >= round(due, 2)]
    return talk.rng.choice(methods) if methods else None


def name_again(order: Entity, item: Entity, origin: str) -> str:
    """The thing a later answer is about, with the order's number if `origin` has it."""
    number = f" in {order['order_id']}" if order["order_id"] in origin else ""
    return f"the {item['name'].lower()}{number}"


def write_return(order: Entity, items: Sequence[Entity], method: str) -> Write:
    arguments = {
        "order_id": order["order_id"],
        "item_ids": [item["item_id"] for item in items],
        "payment_method_id": method,
    }
    return Write(tool="return_delivered_order_items", arguments=arguments)


def write_change(order: Entity, item: Entity, variant: Entity, method: str) -> Write:
    arguments = {
        "order_id": order["order_id"],
        "item_ids": [item["item_id"]],
        "new_item_ids": [variant["item_id"]],
        "payment_method_id": method,
    }
    return Write(tool=CHANGE_TOOLS[order["status"]], arguments=arguments)
