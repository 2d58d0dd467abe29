"""Requests for two changes of one order, made in one breath. The address comes first: changed items close an order.

Payment and items are never both changed: τ² changes the payment only of an order with a single payment, so that their
order would matter. Not here: single changes (`synthesis.retail.requests.orders`, `synthesis.retail.requests.items`).
"""

from collections.abc import Callable

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.retail.customer import draw
from tautraj.synthesis.retail.requests.items import change_item
from tautraj.synthesis.retail.requests.orders import change_address, change_payment
from tautraj.synthesis.retail.telling import Telling


def change_address_and_item(talk: Telling, family: Family) -> Request | None:
    return _change_both(talk, family, change_item)


def change_address_and_payment(talk: Telling, family: Family) -> Request | None:
    return _change_both(talk, family, change_payment)


def _change_both(
    talk: Telling, family: Family, change_more: Callable[[Telling, Family], Request | None]
) -> Request | None:
    for order in draw(talk.rng, talk.customer.list_orders("pending")):
        about_order = Telling(talk.customer.narrow_to(order), talk.voice, talk.rng)
        first, second = change_address(about_order, "direct"), change_more(about_order, "direct")
        if first and second:
            return Request(
                family=family,
                said=f"{first.said} {second.said}",
                answers=first.answers | second.answers,
                writes=(*first.writes, *second.writes),
                about=tuple(dict.fromkeys((*first.about, *second.about))),
            )
    return None
