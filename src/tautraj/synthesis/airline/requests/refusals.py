"""Requests that the policy forbids, with its rule, and those that only a human may fulfil."""

from collections.abc import Callable

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.airline.customers import make_strangers
from tautraj.synthesis.airline.offers import get_status
from tautraj.synthesis.airline.requests.changes import add_reason
from tautraj.synthesis.airline.requests.choices import is_cancellable_for_plan
from tautraj.synthesis.airline.requests.flight_changes import LEG_NAMES, draw_direct_flight, list_legs
from tautraj.synthesis.airline.requests.parts import Target
from tautraj.synthesis.airline.view import CABIN_WORDS, CITY_NAMES, View, get_city, say_person

Said = tuple[str, str]
"""What the customer says, and the rule that forbids it."""


def refuse(view: View, target: Target, family: Family) -> Request | None:
    """Something that the policy forbids; with `pressure`, the customer insists."""
    forbid = view.rng.choice(FORBIDDEN)
    forbidden = forbid(view, target)
    if forbidden is None:
        return None
    said, rule = forbidden
    insists: tuple[str, ...] = ()
    if family == "pressure":
        insists = (view.say("insist"),)
        if view.rng.random() < 0.5:
            insists += (view.say("insist more"),)
    about = (target.reservation["reservation_id"],)
    return Request(family=family, said=said, insists=insists, rule=rule, about=about)


def transfer(view: View, target: Target) -> Request | None:
    """A cancellation of a trip that has begun."""
    if not view.is_flown(target.reservation):
        return None
    ask = view.say("cancel", ref=target.name)
    reason = view.say(view.rng.choice(("plan", "health")))
    return Request(
        family="transfer", said=add_reason(view, ask, reason), about=(target.reservation["reservation_id"],)
    )


def _cancel_without_ground(view: View, target: Target) -> Said | None:
    if view.is_flown(target.reservation) or is_cancellable_for_plan(view, target.reservation):
        return None
    ask = view.say("cancel", ref=target.name)
    is_uninsured = target.reservation["insurance"] == "no"
    clauses = ("plan", "health") if is_uninsured else ("plan",)
    return (
        add_reason(view, ask, view.say(view.rng.choice(clauses))),
        "A flight can be cancelled if the booking was made within the last 24 hours, the airline cancelled it, it is "
        "a business flight, or the insurance covers the reason.",
    )


def _change_basic_economy(view: View, target: Target) -> Said | None:
    if target.reservation["cabin"] != "basic_economy" or view.is_flown(target.reservation):
        return None
    leg = view.rng.choice(list_legs(target.reservation))
    name = view.rng.choice(LEG_NAMES[leg.name]).format(ref=target.name)
    date = f"2024-05-{view.rng.randint(17, 30)}"
    flight = draw_direct_flight(view, leg, date)
    clause = "change flight" if flight else "shift flight"
    number = flight["flight_number"] if flight else ""
    said = view.say(clause, leg=name, date=view.say_date(date), flight=number)
    return said, "Basic economy flights cannot be modified."


def _change_passenger_count(view: View, target: Target) -> Said | None:
    passengers = target.reservation["passengers"]
    if view.is_flown(target.reservation):
        return None
    rule = "The number of passengers cannot be modified."
    if len(passengers) > 1 and view.rng.random() < 0.5:
        old = view.rng.choice(passengers)
        return view.say("fewer passengers", ref=target.name, old=say_person(old)), rule
    new = make_strangers(view.rng, 1, passengers)[0]
    dob = view.say_birthday(new["dob"])
    return view.say("more passengers", ref=target.name, new=say_person(new), dob=dob), rule


def _remove_bag(view: View, target: Target) -> Said | None:
    if target.reservation["total_baggages"] < 1 or view.is_flown(target.reservation):
        return None
    return view.say("fewer bags", ref=target.name), "Checked bags can be added, not removed."


def _add_insurance(view: View, target: Target) -> Said | None:
    if target.reservation["insurance"] == "yes":
        return None
    return view.say("late insurance", ref=target.name), "Insurance cannot be added after initial booking."


def _change_destination(view: View, target: Target) -> Said | None:
    if view.is_flown(target.reservation) or target.reservation["cabin"] == "basic_economy":
        return None
    own = {flight[end] for flight in target.reservation["flights"] for end in ("origin", "destination")}
    new_york = {"JFK", "LGA", "EWR"}
    cities = [code for code in CITY_NAMES if code not in own and not (code in new_york and own & new_york)]
    said = view.say("other city", ref=target.name, city=get_city(view.rng.choice(cities)))
    return said, "Origin, destination and trip type cannot be changed."


def _upgrade_one_leg(view: View, target: Target) -> Said | None:
    if target.reservation["flight_type"] == "one_way" or view.is_flown(target.reservation):
        return None
    cabin = view.rng.choice([name for name in CABIN_WORDS if name != target.reservation["cabin"]])
    said = view.say("one leg", ref=target.name, cabin=CABIN_WORDS[cabin])
    return said, "The cabin must be the same across all the flights of a reservation."


def _upgrade_after_flying(view: View, target: Target) -> Said | None:
    if not view.is_flown(target.reservation):
        return None
    cabin = view.rng.choice([name for name in CABIN_WORDS if name != target.reservation["cabin"]])
    said = view.say("cabin", ref=target.name, cabin=CABIN_WORDS[cabin])
    return said, "The cabin cannot be changed if any flight has already been flown."


def _ask_for_compensation(view: View, target: Target) -> Said | None:
    """Of a customer without a right to it, or for a delay after which nothing is changed."""
    reservation = target.reservation
    statuses = {get_status(view.database, flight)["status"] for flight in reservation["flights"]}
    has_right = (
        view.user["membership"] != "regular"
        or reservation["insurance"] == "yes"
        or reservation["cabin"] == "business"
    )
    if "delayed" in statuses and "cancelled" not in statuses:
        rule = "A delay is compensated after the reservation has been changed or cancelled."
        return view.say("complain delayed", ref=target.name), rule
    if "cancelled" not in statuses or has_right:
        return None
    rule = "Regular members without insurance in economy or basic economy are not compensated."
    return view.say("complain cancelled", ref=target.name), rule


FORBIDDEN: tuple[Callable[[View, Target], Said | None], ...] = (
    _cancel_without_ground,
    _cancel_without_ground,
    _change_basic_economy,
    _change_passenger_count,
    _remove_bag,
    _add_insurance,
    _change_destination,
    _upgrade_one_leg,
    _upgrade_after_flying,
    _ask_for_compensation,
    _ask_for_compensation,
)
