"""Requests for another cabin or other flights, with the writes that fulfil them.

Each function returns None if it does not fit the customer. Not here: choices among flights
(`synthesis.airline.requests.choices`).
"""

from typing import Any, NamedTuple

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.airline.itineraries import is_route
from tautraj.synthesis.airline.offers import get_price, get_segment, get_status
from tautraj.synthesis.airline.requests.parts import Target, add_payment, list_touched, make_request
from tautraj.synthesis.airline.view import CABIN_WORDS, Entity, View


def change_cabin(view: View, target: Target, family: Family) -> Request | None:
    reservation = target.reservation
    cabin = view.rng.choice([name for name in CABIN_WORDS if name != reservation["cabin"]])
    arguments = price_change(view, reservation, cabin, reservation["flights"])
    if arguments is None:
        return None
    payment = arguments["payment_id"]
    said = view.say("cabin", ref=target.name, cabin=CABIN_WORDS[cabin])
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
            clause, number = "shift flight", ""
        else:
            flight = draw_direct_flight(view, leg, date)
            if flight is None:
                continue
            flights, clause, number = [flight], "change flight", flight["flight_number"]
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
