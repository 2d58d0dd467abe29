"""Requests in which something is to be chosen: the best flight, or a second choice if the first cannot be had."""

from typing import Any

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.airline.offers import get_status
from tautraj.synthesis.airline.policy import find_breach
from tautraj.synthesis.airline.prices import BAG_PRICE, count_paid_bags
from tautraj.synthesis.airline.requests.changes import add_reason
from tautraj.synthesis.airline.requests.flight_changes import LEG_NAMES, Leg, list_legs, price_change
from tautraj.synthesis.airline.requests.parts import Target, list_touched, make_request
from tautraj.synthesis.airline.requests.ways import list_direct, pick_best
from tautraj.synthesis.airline.view import CABIN_WORDS, Entity, View, say_count

DAYS = [f"2024-05-{day}" for day in range(16, 31)]


def _draw_leg(view: View, target: Target) -> tuple[Leg, str] | None:
    """A part of the trip that can still be changed, and its name."""
    if target.reservation["cabin"] == "basic_economy":
        return None
    leg = view.rng.choice(list_legs(target.reservation))
    if any(get_status(view.database, flight)["status"] in ("landed", "flying") for flight in leg.flights):
        return None
    return leg, view.rng.choice(LEG_NAMES[leg.name]).format(ref=target.name)


def take_best_flight(view: View, target: Target) -> Request | None:
    """The cheapest, earliest or latest direct flight of a day, for a part of the trip."""
    drawn, reservation = _draw_leg(view, target), target.reservation
    if drawn is None:
        return None
    leg, name = drawn
    ends = leg.flights[0]["origin"], leg.flights[-1]["destination"]
    for date in view.shuffle(DAYS)[:8]:
        ways = list_direct(view, *ends, date, reservation["cabin"], len(reservation["passengers"]))
        best = pick_best(view, ways, reservation["cabin"])
        if best is None or any(flight["date"] == date for flight in reservation["flights"]):
            continue
        flights = [*leg.before, best[0].segment, *leg.after]
        said = view.say("best flight", leg=name, date=view.say_date(date), best=best[1])
        if request := _pay_change(view, target, "optimisation", said, reservation["cabin"], flights):
            return request
    return None


def take_flight_or_other(view: View, target: Target) -> Request | None:
    """A flight by number, or another one if it has too few seats."""
    drawn, reservation = _draw_leg(view, target), target.reservation
    if drawn is None:
        return None
    leg, name = drawn
    ends, cabin = (leg.flights[0]["origin"], leg.flights[-1]["destination"]), reservation["cabin"]
    for date in view.shuffle(DAYS):
        all_ways = list_direct(view, *ends, date, cabin, 0)
        ways = list_direct(view, *ends, date, cabin, len(reservation["passengers"]))
        open_numbers = {way.flight["flight_number"] for way in ways}
        full = [way for way in all_ways if way.flight["flight_number"] not in open_numbers]
        if len(all_ways) < 2 or not ways or any(flight["date"] == date for flight in reservation["flights"]):
            continue
        first = view.rng.choice(full if full and view.rng.random() < 0.8 else all_ways)
        others = [way for way in ways if way.flight is not first.flight]
        if not others:
            continue
        other = view.rng.choice(others)
        taken = first if first.flight["flight_number"] in open_numbers else other
        number = first.flight["flight_number"]
        said = view.say("change flight", leg=name, flight=number, date=view.say_date(date))
        instead = f"flight {other.flight['flight_number']}"
        said = f"{said} {view.say('or flight', flight=instead)}"
        flights = [*leg.before, taken.segment, *leg.after]
        if request := _pay_change(view, target, "conditional", said, cabin, flights):
            return request
    return None


def _pay_change(
    view: View, target: Target, family: Family, said: str, cabin: str, flights: list[Entity]
) -> Request | None:
    arguments = price_change(view, target.reservation, cabin, flights)
    if arguments is None:
        return None
    said = f"{said} {view.say('payment', pay=arguments.pop('payment_name'))}"
    about = list_touched(target.reservation["reservation_id"], arguments["payment_id"])
    return make_request(view, family, said, "update_reservation_flights", arguments, about)


def upgrade_within_limit(view: View, target: Target) -> Request | None:
    """Another cabin if it costs no more than a sum; else bags, or nothing."""
    reservation = target.reservation
    key, passengers = reservation["reservation_id"], len(reservation["passengers"])
    cabin = view.rng.choice([name for name in CABIN_WORDS if name != reservation["cabin"]])
    arguments = price_change(view, reservation, cabin, reservation["flights"])
    if arguments is None or find_breach(view.database, "update_reservation_flights", _strip(arguments), view.user_id):
        return None
    old = sum(flight["price"] for flight in reservation["flights"])
    new = sum(get_status(view.database, flight)["prices"][cabin] for flight in reservation["flights"])
    due = (new - old) * passengers
    if due < 40:
        return None
    is_within = view.rng.random() < 0.5
    limit = max(10, (due + view.rng.randint(5, 80) if is_within else due - view.rng.randint(10, 80)) // 10 * 10)
    is_within = due <= limit
    pay = arguments.pop("payment_name")
    parts = [
        view.say("cabin", ref=target.name, cabin=CABIN_WORDS[cabin]),
        view.say("up to", limit=str(limit)),
    ]
    count = view.rng.randint(1, 2)
    total = reservation["total_baggages"] + count
    paid = count_paid_bags(view.user["membership"], reservation["cabin"], passengers, total)
    balance = view.user["payment_methods"][arguments["payment_id"]].get("amount", due)
    has_bags = view.rng.random() < 0.7 and balance >= BAG_PRICE * max(0, paid - reservation["nonfree_baggages"])
    if has_bags:
        noun = view.rng.choice(("more bag", "extra bag", "more suitcase", "extra suitcase", "more checked bag"))
        bags = say_count(count, noun)
        parts.append(view.say("else bags", bags=bags))
    else:
        parts.append(view.say("else nothing"))
    said = " ".join([*parts, view.say("payment", pay=pay)])
    about = list_touched(key, arguments["payment_id"])
    if is_within:
        return make_request(view, "conditional", said, "update_reservation_flights", arguments, about)
    if not has_bags:
        return Request(family="conditional", said=said, about=about)
    bag_arguments = {
        "reservation_id": key,
        "total_baggages": total,
        "nonfree_baggages": paid,
        "payment_id": arguments["payment_id"],
    }
    return make_request(view, "conditional", said, "update_reservation_baggages", bag_arguments, about)


def _strip(arguments: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in arguments.items() if key != "payment_name"}


def cancel_or_change_cabin(view: View, target: Target) -> Request | None:
    """A cancellation for a change of plan; where none is allowed, another cabin."""
    reservation = target.reservation
    if view.is_flown(reservation) or "cancelled" in view.list_statuses(reservation):
        return None
    cabins = [name for name in CABIN_WORDS if name != reservation["cabin"]]
    cabin = view.rng.choice(cabins)
    arguments = price_change(view, reservation, cabin, reservation["flights"])
    if arguments is None:
        return None
    pay = arguments.pop("payment_name")
    ask = add_reason(view, view.say("cancel", ref=target.name), view.say("plan"))
    said = f"{ask} {view.say('else cabin', cabin=CABIN_WORDS[cabin])}"
    said = f"{said} {view.say('payment', pay=pay)}"
    key = reservation["reservation_id"]
    about = list_touched(key, arguments["payment_id"])
    if is_cancellable_for_plan(view, reservation):
        return make_request(view, "conditional", said, "cancel_reservation", {"reservation_id": key}, about)
    return make_request(view, "conditional", said, "update_reservation_flights", arguments, about)


def is_cancellable_for_plan(view: View, reservation: Entity) -> bool:
    """Whether it may be cancelled for a reason that no insurance covers."""
    return (
        find_breach(
            view.database,
            "cancel_reservation",
            {"reservation_id": reservation["reservation_id"]},
            view.user_id,
            is_reason_insured=False,
        )
        is None
    )
