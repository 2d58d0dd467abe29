"""Requests about whole orders and the profile: cancelling, addresses, payment methods.

Each function makes one request that the policy allows, worded; None if the customer has no order for it. Not here:
items (`retail.requests.items`).
"""

from tautraj.benchmarks.goals import Family, Request, Write
from tautraj.synthesis.people import make_address
from tautraj.synthesis.retail.customer import Entity, draw, get_payment
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import write_address

REASONS = {"no longer needed": "no longer needed", "ordered by mistake": "by mistake"}
"""Reason of `cancel_pending_order` -> the clause that gives it."""

LATER = 0.2
"""Share of the requests that leave something out which the agent has to ask for."""


DEFAULT_ADDRESS_SHARE = 0.4
"""Share of the customers for whom nothing else fits that change their default address: everybody could."""


def pick_order(talk: Telling, family: Family, *statuses: str) -> tuple[Entity, str] | None:
    """An order and its name: by number, or for `lookup` by what is in it."""
    for order in draw(talk.rng, talk.customer.list_orders(*statuses)):
        if family != "lookup":
            return order, talk.name_order(order)
        if context := talk.customer.find_context(order, talk.rng):
            return order, talk.name_order(order, context)
    return None


def cancel(talk: Telling, family: Family) -> Request | None:
    picked = pick_order(talk, family, "pending")
    if picked is None:
        return None
    order, name = picked
    reason = talk.rng.choice(list(REASONS))
    why = talk.say(REASONS[reason])
    answers = {}
    if family == "direct" and talk.rng.random() < LATER:
        answers, why = {"reason": talk.say("reason later", id=order["order_id"], why=why)}, ""
    said = talk.say("cancel", order=name, reason=why)
    return Request(
        family=family,
        said=add_lost_number(talk, family, said),
        answers=answers,
        writes=(Write(tool="cancel_pending_order", arguments={"order_id": order["order_id"], "reason": reason}),),
        about=(order["order_id"], *list_gift_cards(get_payment(order))),
    )


def change_address(talk: Telling, family: Family) -> Request | None:
    picked = pick_order(talk, family, "pending")
    if picked is None:
        return None
    order, name = picked
    key, home = order["order_id"], talk.customer.user["address"]
    about = [key]
    if order["address"] != home and talk.rng.random() < 0.7:
        address, where = home, talk.say("home address")
        where = where[:1].lower() + where[1:]
        about.append(talk.customer.user_id)
    else:
        address = make_address(talk.rng)
        where = write_address(address)
    said = talk.say("address", order=name, address=where)
    write = Write(tool="modify_pending_order_address", arguments={"order_id": key, **address})
    return Request(family=family, said=add_lost_number(talk, family, said), writes=(write,), about=tuple(about))


def change_default_address(talk: Telling, family: Family) -> Request | None:
    if talk.rng.random() > DEFAULT_ADDRESS_SHARE:
        return None
    address = make_address(talk.rng)
    said = talk.say("default address", address=write_address(address))
    write = Write(tool="modify_user_address", arguments={"user_id": talk.customer.user_id, **address})
    return Request(family=family, said=said, writes=(write,), about=(talk.customer.user_id,))


def change_payment(talk: Telling, family: Family) -> Request | None:
    picked = pick_order(talk, family, "pending")
    if picked is None:
        return None
    order, name = picked
    current, total = get_payment(order), order["payment_history"][0]["amount"]
    methods = [m for m in talk.customer.methods if m["id"] != current and m.get("balance", total) >= total]
    if not methods:
        return None
    method = talk.rng.choice(methods)["id"]
    said = talk.say("payment", order=name, pay=talk.name_method(method))
    write = Write(
        tool="modify_pending_order_payment", arguments={"order_id": order["order_id"], "payment_method_id": method}
    )
    about = (order["order_id"], *list_gift_cards(current, method))
    return Request(family=family, said=add_lost_number(talk, family, said), writes=(write,), about=about)


def add_lost_number(talk: Telling, family: Family, said: str) -> str:
    """Now and then, with an order that is known by what is in it: that its number is not known."""
    return f"{said} {talk.say_maybe('forgot the number', 0.4)}".strip() if family == "lookup" else said


def list_gift_cards(*methods: str) -> list[str]:
    """Those whose balance a write may change, so that nothing else is to be paid with them."""
    return [method for method in methods if method.startswith("gift_card")]
