"""What the airline's policy says about a write, judged on the raw database. The tools are never asked.

Stricter than `grading.policy_rules`, which counts only what is certainly a violation: where the policy leaves a case
open (a cancelled reservation, a flown segment), a write is a breach here, so that no task depends on it. Not here:
what holds before any write (`synthesis.airline.invariants`), whether flights are for sale
(`synthesis.airline.offers`), consent and what is said (they are no part of a write).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tautraj.grading.policy_rules import AIRLINE_NOW, MAX_PAYMENT_METHODS
from tautraj.synthesis.airline.compensation import compute_compensation
from tautraj.synthesis.airline.offers import (
    Database,
    Entity,
    check_itinerary,
    check_offers,
    get_price,
    get_segment,
    get_status,
)
from tautraj.synthesis.airline.prices import BAG_PRICE, compute_price, count_paid_bags

MAX_PASSENGERS = 5
FLOWN = {"landed", "flying"}


class Write(NamedTuple):
    """A call of a writing tool, and what it is judged by."""

    arguments: dict[str, Any]
    database: Database
    start: Database
    """The database when the conversation began."""
    user: Entity
    reservation: Entity
    """Empty if the tool names none."""
    is_reason_insured: bool


def find_breach(
    database: Database,
    tool: str,
    arguments: dict[str, Any],
    user_id: str,
    *,
    start: Database | None = None,
    is_reason_insured: bool = True,
) -> str | None:
    """Why this customer may not have this write; None if the policy allows it, or if the tool writes nothing.

    `start` is the database when the conversation began, `database` if that is None: a delay is compensated after its
    flight has been exchanged. `is_reason_insured` says whether a cancellation is for health or weather.
    """
    if tool not in CHECKS:
        return None
    if user_id not in database["users"]:
        return "the customer does not exist"
    reservation: Entity = {}
    if "reservation_id" in arguments:
        if arguments["reservation_id"] not in database["reservations"]:
            return "the reservation does not exist"
        reservation = database["reservations"][arguments["reservation_id"]]
    if user_id != reservation.get("user_id", arguments.get("user_id")):
        return "the reservation or profile is another customer's"
    if reservation.get("status") == "cancelled":
        return "the reservation is cancelled"
    user = database["users"][user_id]
    write = Write(arguments, database, start or database, user, reservation, is_reason_insured)
    return next(CHECKS[tool](write), None)


def _check_booking(write: Write) -> Iterator[str]:
    arguments = write.arguments
    if not 1 <= len(arguments["passengers"]) <= MAX_PASSENGERS:
        yield "nobody or more than five would fly"
    yield from _check_names(arguments["passengers"])
    yield from check_offers(write.database, arguments["flights"], arguments["cabin"], len(arguments["passengers"]))
    yield from check_itinerary(write.database, arguments, arguments["flights"])
    yield from _check_bag_count(write.user, arguments["cabin"], len(arguments["passengers"]), arguments)
    yield from _check_booking_payments(write)


def _check_booking_payments(write: Write) -> Iterator[str]:
    arguments, methods = write.arguments, write.user["payment_methods"]
    payments = arguments["payment_methods"]
    ids = [payment["payment_id"] for payment in payments]
    if not methods.keys() >= set(ids):
        yield "a payment method is not in the profile"
    counts = Counter(methods[key]["source"] for key in ids)
    if any(counts[source] > most for source, most in MAX_PAYMENT_METHODS.items()) or len(set(ids)) < len(ids):
        yield "too many payment methods of a kind, or one twice"
    if any(not 0 < payment["amount"] <= _get_balance(methods[payment["payment_id"]]) for payment in payments):
        yield "a payment is nothing, or more than the balance"
    priced = [{"price": get_price(write.database, flight, arguments["cabin"])} for flight in arguments["flights"]]
    if sum(payment["amount"] for payment in payments) != compute_price(arguments | {"flights": priced}):
        yield "the payments do not add up to the price"


def _check_cancellation(write: Write) -> Iterator[str]:
    reservation = write.reservation
    statuses = {get_status(write.database, flight)["status"] for flight in reservation["flights"]}
    if statuses & FLOWN:
        yield "a flight has been flown"
    is_recent = AIRLINE_NOW - datetime.fromisoformat(reservation["created_at"]) <= timedelta(hours=24)
    is_insured = reservation["insurance"] == "yes" and write.is_reason_insured
    if not (is_recent or "cancelled" in statuses or reservation["cabin"] == "business" or is_insured):
        yield "no ground for a cancellation holds"


def _check_flight_change(write: Write) -> Iterator[str]:
    reservation, cabin, flights = write.reservation, write.arguments["cabin"], write.arguments["flights"]
    passengers = len(reservation["passengers"])
    old_prices = {get_segment(flight): flight["price"] for flight in reservation["flights"]}
    flown = {
        get_segment(flight)
        for flight in reservation["flights"]
        if get_status(write.database, flight)["status"] in FLOWN
    }
    if reservation["cabin"] == "basic_economy" and list(old_prices) != [get_segment(flight) for flight in flights]:
        yield "flights in basic economy cannot be changed"
    if cabin != reservation["cabin"] and flown:
        yield "the cabin cannot be changed after a flight has been flown"
    if not flown.issubset(map(get_segment, flights)):
        yield "a flight that has been flown would be changed"
    kept = old_prices if cabin == reservation["cabin"] else {}
    fresh = [flight for flight in flights if get_segment(flight) not in kept]
    yield from check_offers(write.database, fresh, cabin, passengers)
    yield from check_itinerary(write.database, reservation, flights)
    new_price = sum(get_price(write.database, flight, cabin) for flight in fresh)
    new_price += sum(kept.get(get_segment(flight), 0) for flight in flights)
    yield from _check_update_payment(write, (new_price - sum(old_prices.values())) * passengers)


def _check_added_bags(write: Write) -> Iterator[str]:
    arguments, reservation = write.arguments, write.reservation
    if arguments["total_baggages"] < reservation["total_baggages"]:
        yield "checked bags cannot be removed"
    yield from _check_bag_count(write.user, reservation["cabin"], len(reservation["passengers"]), arguments)
    more_paid = max(0, arguments["nonfree_baggages"] - reservation["nonfree_baggages"])
    yield from _check_update_payment(write, BAG_PRICE * more_paid)


def _check_new_passengers(write: Write) -> Iterator[str]:
    if len(write.arguments["passengers"]) != len(write.reservation["passengers"]):
        yield "the number of passengers cannot be changed"
    yield from _check_names(write.arguments["passengers"])


def _check_compensation(write: Write) -> Iterator[str]:
    """A reservation is compensated once."""
    owed = Counter(compute_compensation(write.start, write.database, key) for key in write.user["reservations"])
    known = write.start["users"][write.user["user_id"]]["payment_methods"]
    given = Counter(method["amount"] for key, method in write.user["payment_methods"].items() if key not in known)
    if write.arguments["amount"] <= 0 or write.arguments["amount"] not in owed - given:
        yield "no reservation is owed this compensation"


CHECKS: dict[str, Callable[[Write], Iterator[str]]] = {
    "book_reservation": _check_booking,
    "cancel_reservation": _check_cancellation,
    "send_certificate": _check_compensation,
    "update_reservation_baggages": _check_added_bags,
    "update_reservation_flights": _check_flight_change,
    "update_reservation_passengers": _check_new_passengers,
}
"""Writing tool -> what speaks against a write. The first finding counts; what follows it may be wrong."""


def _check_names(passengers: Sequence[Entity]) -> Iterator[str]:
    if not all(passenger.get(field) for passenger in passengers for field in ("first_name", "last_name", "dob")):
        yield "a passenger's name or date of birth is missing"


def _check_bag_count(user: Entity, cabin: str, passengers: int, arguments: dict[str, Any]) -> Iterator[str]:
    paid = count_paid_bags(user["membership"], cabin, passengers, arguments["total_baggages"])
    if arguments["total_baggages"] < 0 or arguments["nonfree_baggages"] != paid:
        yield "the paid bags are miscounted"


def _check_update_payment(write: Write, due: int) -> Iterator[str]:
    """One gift card or credit card of the profile, also where nothing is due. `due` < 0 is a refund."""
    method = write.user["payment_methods"].get(write.arguments["payment_id"])
    if method is None:
        yield "a payment method is not in the profile"
    elif method["source"] == "certificate":
        yield "a certificate cannot pay for a change"
    elif due > _get_balance(method):
        yield "the gift card's balance is too small"


def _get_balance(method: Entity) -> float:
    return float(method.get("amount", "inf"))
