"""Parts of requests that all of an airline's operations share: what a reservation is called, who pays, the write.

Not here: the operations (`synthesis.airline.requests.changes`, `synthesis.airline.requests.flight_changes`,
`synthesis.airline.requests.bookings`).
"""

from typing import Any, NamedTuple

from tautraj.benchmarks.goals import Family, Request, Topic, Write
from tautraj.synthesis.airline.policy import find_breach
from tautraj.synthesis.airline.view import Entity, View

PAYMENT_LATER_SHARE = 0.3
FREE_PAYMENT_LATER_SHARE = 0.7
"""Few think of the payment where nothing is due; the tool wants one nevertheless."""

TAIL_SHARE = 0.4


class Target(NamedTuple):
    """A reservation and how it is called in this request."""

    reservation: Entity
    name: str
    short: str
    """For answers."""


def draw_targets(view: View, *, by_id: bool) -> list[Target]:
    """The reservations that can be named so, in random order."""
    targets = []
    for reservation in view.shuffle(view.reservations):
        if (name := view.name_reservation(reservation, by_id=by_id)) is not None:
            targets.append(Target(reservation, name, reservation["reservation_id"] if by_id else name))
    return targets


def make_request(
    view: View,
    family: Family,
    said: str,
    tool: str,
    arguments: dict[str, Any],
    about: tuple[str, ...],
    answers: dict[Topic, str] | None = None,
) -> Request | None:
    """The request with this write; None if the policy forbids the write."""
    if find_breach(view.database, tool, arguments, view.user_id):
        return None
    write = Write(tool=tool, arguments=arguments)
    return Request(family=family, said=said, writes=(write,), about=about, answers=answers or {})


def add_payment(
    view: View, target: Target, said: str, name: str, *, is_due: bool = True
) -> tuple[str, dict[Topic, str]]:
    """The wish with how it is paid: in the same sentence, in its own, or only when asked."""
    if view.rng.random() < (PAYMENT_LATER_SHARE if is_due else FREE_PAYMENT_LATER_SHARE):
        return said, {"payment": view.say("payment answer", key=target.short, pay=name)}
    if said.endswith(".") and view.rng.random() < TAIL_SHARE:
        return view.say("payment tails", said=said[:-1], pay=name), {}
    return f"{said} {view.say('payment', pay=name)}", {}


def list_touched(reservation_id: str, payment_id: str) -> tuple[str, ...]:
    """Ids that a change is about: a credit card has no balance that another request could miss."""
    return (reservation_id, payment_id) if payment_id.startswith("gift_card") else (reservation_id,)


def add_missing_number(view: View, target: Target, request: Request) -> Request:
    """What the customer says when asked for the number of a reservation that it only describes."""
    said = view.say("no number", ref=target.name)
    return request.model_copy(update={"answers": {**request.answers, "reservation": said}})
