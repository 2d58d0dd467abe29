"""What holds for every reservation: its flights exist and make the trip, its payments add up.

Not here: flights, users, and the list of violations (`synthesis.airline.invariants`).
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime

from tautraj.grading.policy_rules import AIRLINE_NOW
from tautraj.synthesis.airline.itineraries import is_route
from tautraj.synthesis.airline.offers import Database, Entity, get_segment_schedule, is_in_order
from tautraj.synthesis.airline.prices import compute_price, count_paid_bags
from tautraj.synthesis.airline.world import BOUGHT_FARES

Rules = dict[str, Callable[[Entity, Database], bool]]
"""What is wrong -> whether it is, given the entity and the database."""


def has_repeats(values: Iterable[Hashable]) -> bool:
    return any(count > 1 for count in Counter(values).values())


def get_full_name(person: Entity) -> tuple[str, str]:
    return person["first_name"], person["last_name"]


def _is_unlisted(reservation: Entity, database: Database) -> bool:
    owner = database["users"].get(reservation["user_id"], {"reservations": []})
    return bool(owner["reservations"].count(reservation["reservation_id"]) != 1)


def _misses_flights(reservation: Entity, database: Database) -> bool:
    """Whether there is no segment, or one that is no flight of the airline on that day between those cities."""
    for segment in reservation["flights"]:
        flight = database["flights"].get(segment["flight_number"])
        if flight is None or segment["date"] not in flight["dates"]:
            return True
        if (segment["origin"], segment["destination"]) != (flight["origin"], flight["destination"]):
            return True
    return not reservation["flights"]


def _has_wrong_route(reservation: Entity, database: Database) -> bool:
    legs = [(segment["origin"], segment["destination"]) for segment in reservation["flights"]]
    return not is_route(reservation["flight_type"], reservation["origin"], reservation["destination"], legs)


def _has_wrong_bags(reservation: Entity, database: Database) -> bool:
    membership = database["users"][reservation["user_id"]]["membership"]
    bags, passengers = reservation["total_baggages"], len(reservation["passengers"])
    paid = count_paid_bags(membership, reservation["cabin"], passengers, bags)
    return bool(reservation["nonfree_baggages"] != paid)


def _has_wrong_fares(reservation: Entity, database: Database) -> bool:
    lowest, highest = BOUGHT_FARES[reservation["cabin"]]
    return not all(lowest <= segment["price"] <= highest for segment in reservation["flights"])


def _has_wrong_payments(reservation: Entity, database: Database) -> bool:
    paid = sum(payment["amount"] for payment in reservation["payment_history"])
    return bool(paid != compute_price(reservation))


def _has_foreign_payment(reservation: Entity, database: Database) -> bool:
    """Whether a payment was made with something else than a credit or gift card of the owner."""
    methods = database["users"][reservation["user_id"]]["payment_methods"]
    sources = [methods.get(payment["payment_id"], {}).get("source") for payment in reservation["payment_history"]]
    return not sources or not {"credit_card", "gift_card"}.issuperset(sources)


REFERENCES: Rules = {
    "it is not once in its owner's profile": _is_unlisted,
    "it has no flights, or one that does not exist": _misses_flights,
}

CONTENT: Rules = {
    "the flights do not make the trip": _has_wrong_route,
    "a flight leaves before the one before it lands": lambda reservation, database: (
        not is_in_order(database, reservation["flights"])
    ),
    "a price is out of range": _has_wrong_fares,
    "nobody or more than five fly": lambda reservation, _: len(reservation["passengers"]) not in range(1, 6),
    "two passengers have one name": lambda reservation, _: has_repeats(map(get_full_name, reservation["passengers"])),
    "the payments do not add up to the price": _has_wrong_payments,
    "a payment is not with the owner's credit or gift card": _has_foreign_payment,
    "the paid bags are miscounted": _has_wrong_bags,
    "it was made in the future": lambda reservation, _: bool(reservation["created_at"] > AIRLINE_NOW.isoformat()),
    "it was made after its departure": lambda reservation, database: (
        datetime.fromisoformat(reservation["created_at"])
        >= get_segment_schedule(database, reservation["flights"][0])[0]
    ),
}
