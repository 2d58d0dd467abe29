"""Requests for cancellations and for changes of a reservation, with the writes that fulfil them.

Each function returns None if it does not fit the customer. Not here: bookings (`airline.bookings`), what the policy
forbids (`airline.refusals`).
"""

from typing import Any, NamedTuple

from tautraj.benchmarks.goals import Family, Request, Topic, Write
from tautraj.synthesis.airline import clauses_cancel, clauses_change
from tautraj.synthesis.airline.customers import make_strangers
from tautraj.synthesis.airline.itineraries import is_route
from tautraj.synthesis.airline.offers import get_price, get_segment, get_status
from tautraj.synthesis.airline.policy import find_breach
from tautraj.synthesis.airline.prices import BAG_PRICE, count_paid_bags
from tautraj.synthesis.airline.view import CABIN_WORDS, Entity, View, say_count, say_person
from tautraj.synthesis.people import LAST_NAMES

REASON_LATER_SHARE = 0.2
PAYMENT_LATER_SHARE = 0.3
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


def cancel(view: View, target: Target, family: Family) -> Request | None:
    reservation = target.reservation
    arguments = {"reservation_id": reservation["reservation_id"]}
    if view.is_flown(reservation):
        return None
    reason = draw_reason(view, reservation)
    ask = view.say(clauses_cancel.CANCEL, ref=target.name)
    answers: dict[Topic, str] = {}
    if view.rng.random() < REASON_LATER_SHARE:
        answers["reason"] = f"With {target.short} it is because {reason}."
        said = ask
    else:
        said = add_reason(view, ask, reason)
    return make_request(
        view, family, said, "cancel_reservation", arguments, (reservation["reservation_id"],), answers
    )


def draw_reason(view: View, reservation: Entity) -> str:
    """A reason that leads to a cancellation where one is possible."""
    if "cancelled" in view.list_statuses(reservation):
        return view.say(clauses_cancel.BY_AIRLINE)
    uninsured = reservation | {"insurance": "no"}
    database = view.database | {"reservations": {reservation["reservation_id"]: uninsured}}
    arguments = {"reservation_id": reservation["reservation_id"]}
    needs_insurance = find_breach(database, "cancel_reservation", arguments, view.user_id) is not None
    if needs_insurance or view.rng.random() < 0.2:
        return view.say(view.rng.choice([clauses_cancel.HEALTH, clauses_cancel.HEALTH, clauses_cancel.WEATHER]))
    return view.say(clauses_cancel.PLAN)


def add_reason(view: View, ask: str, reason: str) -> str:
    """The wish and its reason in one sentence or two, in either order."""
    sentence = f"{reason[:1].upper()}{reason[1:]}."
    way = view.rng.random()
    if way < 0.3 and ask.endswith("."):
        return f"{ask[:-1]}{view.rng.choice([' because', ', because', ', since', ' as'])} {reason}."
    return f"{sentence} {ask}" if way < 0.65 else f"{ask} {sentence}"


def add_bags(view: View, target: Target, family: Family, count: int | None = None) -> Request | None:
    reservation = target.reservation
    if view.is_flown(reservation):
        return None
    count = count or view.rng.randint(1, 3)
    total = reservation["total_baggages"] + count
    if total > 10:
        return None
    cabin, passengers = reservation["cabin"], len(reservation["passengers"])
    paid = count_paid_bags(view.user["membership"], cabin, passengers, total)
    due = BAG_PRICE * max(0, paid - reservation["nonfree_baggages"])
    payment = view.draw_payment(due)
    if payment is None:
        return None
    if view.rng.random() < 0.3:
        said = view.say(clauses_change.TOTAL_BAGS, ref=target.name, bags=say_count(total, _draw_bag_noun(view)))
    else:
        more = view.rng.choice(("more ", "extra ", "")) if count > 1 else view.rng.choice(("more ", "extra "))
        said = view.say(clauses_change.ADD_BAGS, ref=target.name, bags=say_count(count, more + _draw_bag_noun(view)))
    answers: dict[Topic, str] = {}
    if due or view.rng.random() < 0.3:
        said, answers = add_payment(view, target, said, payment[1])
    arguments = {
        "reservation_id": reservation["reservation_id"],
        "total_baggages": total,
        "nonfree_baggages": paid,
        "payment_id": payment[0],
    }
    about = list_touched(reservation["reservation_id"], payment[0] if due else "")
    return make_request(view, family, said, "update_reservation_baggages", arguments, about, answers)


def _draw_bag_noun(view: View) -> str:
    return view.rng.choice(("checked bag", "bag", "suitcase", "piece of luggage", "checked bag"))


def add_payment(view: View, target: Target, said: str, name: str) -> tuple[str, dict[Topic, str]]:
    """The wish with how it is paid: in the same sentence, in its own, or only when asked."""
    if view.rng.random() < PAYMENT_LATER_SHARE:
        return said, {"payment": view.say(clauses_change.PAYMENT_ANSWER, key=target.short, pay=name)}
    if said.endswith(".") and view.rng.random() < TAIL_SHARE:
        return said[:-1] + view.say(clauses_change.PAYMENT_TAILS, pay=name), {}
    return f"{said} {view.say(clauses_change.PAYMENT, pay=name)}", {}


def list_touched(reservation_id: str, payment_id: str) -> tuple[str, ...]:
    """Ids that a change is about: a credit card has no balance that another request could miss."""
    return (reservation_id, payment_id) if payment_id.startswith("gift_card") else (reservation_id,)


def change_passenger(view: View, target: Target, family: Family) -> Request | None:
    reservation = target.reservation
    if view.is_flown(reservation):
        return None
    passengers = [dict(person) for person in reservation["passengers"]]
    index = view.rng.randrange(len(passengers))
    old = passengers[index]
    if view.rng.random() < 0.5:
        names = [person["last_name"] for person in passengers]
        last_name = view.rng.choice([name for name in LAST_NAMES if name not in names])
        passengers[index] = old | {"last_name": last_name}
        clause = clauses_change.RENAME_PASSENGER
    else:
        passengers[index] = make_strangers(view.rng, 1, passengers)[0]
        clause = clauses_change.SWAP_PASSENGER
    new = passengers[index]
    said = view.say(
        clause, ref=target.name, old=say_person(old), new=say_person(new), dob=view.say_birthday(new["dob"])
    )
    arguments = {"reservation_id": reservation["reservation_id"], "passengers": passengers}
    about = (reservation["reservation_id"],)
    return make_request(view, family, said, "update_reservation_passengers", arguments, about)


def change_cabin(view: View, target: Target, family: Family) -> Request | None:
    reservation = target.reservation
    cabin = view.rng.choice([name for name in CABIN_WORDS if name != reservation["cabin"]])
    arguments = price_change(view, reservation, cabin, reservation["flights"])
    if arguments is None:
        return None
    payment = arguments["payment_id"]
    said = view.say(clauses_change.CABIN, ref=target.name, cabin=CABIN_WORDS[cabin])
    said, answers = add_payment(view, target, said, arguments.pop("payment_name"))
    about = list_touched(reservation["reservation_id"], payment)
    return make_request(view, family, said, "update_reservation_flights", arguments, about, answers)


def price_change(view: View, reservation: Entity, cabin: str, flights: list[Entity]) -> dict[str, Any] | None:
    """Arguments of the change, and `payment_name`; None if it cannot be had."""
    kept = {
        get_segment(flight): flight["price"] for flight in reservation["flights"] if cabin == reservation["cabin"]
    }
    total = 0
    for flight in flights:
        if get_segment(flight) in kept:
            total += kept[get_segment(flight)]
        elif get_status(view.database, flight)["status"] == "available":
            total += get_price(view.database, flight, cabin)
        else:
            return None
    due = (total - sum(flight["price"] for flight in reservation["flights"])) * len(reservation["passengers"])
    payment = view.draw_payment(due)
    if payment is None:
        return None
    return {
        "reservation_id": reservation["reservation_id"],
        "cabin": cabin,
        "flights": [{"flight_number": flight["flight_number"], "date": flight["date"]} for flight in flights],
        "payment_id": payment[0],
        "payment_name": payment[1],
    }


class Leg(NamedTuple):
    """The flights in one direction."""

    name: str
    """outbound, return or only."""
    flights: list[Entity]
    before: list[Entity]
    after: list[Entity]


def list_legs(reservation: Entity) -> list[Leg]:
    flights = reservation["flights"]
    if reservation["flight_type"] == "one_way":
        return [Leg("only", flights, [], [])]
    stops = [(flight["origin"], flight["destination"]) for flight in flights]
    turn = next(
        size
        for size in range(1, len(flights))
        if is_route("one_way", reservation["origin"], reservation["destination"], stops[:size])
    )
    return [
        Leg("outbound", flights[:turn], [], flights[turn:]),
        Leg("return", flights[turn:], flights[:turn], []),
    ]


LEG_NAMES = {
    "only": ("the flight of {ref}", "{ref}", "the flight in {ref}"),
    "outbound": ("the outbound flight of {ref}", "the outbound part of {ref}", "the way out in {ref}"),
    "return": ("the return flight of {ref}", "the way back in {ref}", "the return part of {ref}"),
}


def change_flight(view: View, target: Target, family: Family) -> Request | None:
    """Another flight, named by its number, or the same ones on another day."""
    reservation = target.reservation
    if reservation["cabin"] == "basic_economy":
        return None
    leg = view.rng.choice(list_legs(reservation))
    if any(get_status(view.database, flight)["status"] in ("landed", "flying") for flight in leg.flights):
        return None
    name = view.rng.choice(LEG_NAMES[leg.name]).format(ref=target.name)
    for date in view.shuffle([f"2024-05-{day}" for day in range(16, 31)])[:8]:
        if any(flight["date"] == date for flight in reservation["flights"]):
            continue
        if view.rng.random() < 0.5:
            flights = [flight | {"date": date} for flight in leg.flights]
            clause, number = clauses_change.SHIFT_FLIGHT, ""
        else:
            flight = draw_direct_flight(view, leg, date)
            if flight is None:
                continue
            flights, clause, number = [flight], clauses_change.CHANGE_FLIGHT, flight["flight_number"]
        arguments = price_change(view, reservation, reservation["cabin"], [*leg.before, *flights, *leg.after])
        if arguments is None:
            continue
        pay = arguments.pop("payment_name")
        said = view.say(clause, leg=name, flight=number, date=view.say_date(date))
        said, answers = add_payment(view, target, said, pay)
        about = list_touched(reservation["reservation_id"], arguments["payment_id"])
        request = make_request(view, family, said, "update_reservation_flights", arguments, about, answers)
        if request:
            return request
    return None


def draw_direct_flight(view: View, leg: Leg, date: str) -> Entity | None:
    """A direct flight with the leg's ends that is for sale."""
    ends = leg.flights[0]["origin"], leg.flights[-1]["destination"]
    numbers = [
        number
        for number, flight in view.database["flights"].items()
        if (flight["origin"], flight["destination"]) == ends and flight["dates"][date]["status"] == "available"
    ]
    return {"flight_number": view.rng.choice(numbers), "date": date} if numbers else None
