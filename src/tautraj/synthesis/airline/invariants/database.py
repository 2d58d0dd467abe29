"""What holds in every airline's database, τ²'s included: references, timetable, itineraries, sums.

τ²'s airline breaks four of the rules, each a few times; the tests list them. Not here: rules of reservations
(`synthesis.airline.invariants.reservations`), fields and ids (`synthesis.airline.invariants.shape`), types (τ²'s own
models), what the policy allows.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tautraj.grading.policy_rules import AIRLINE_NOW
from tautraj.synthesis.airline.customers import CERTIFICATE_AMOUNTS, MAX_GIFT_CARD
from tautraj.synthesis.airline.invariants import reservations
from tautraj.synthesis.airline.invariants.reservations import Rules, get_full_name, has_repeats
from tautraj.synthesis.airline.invariants.shape import STATUSES, list_shape_violations
from tautraj.synthesis.airline.network import AIRPORTS, DAYS, FARES, MAX_DRIFT, MAX_SEATS, get_schedule
from tautraj.synthesis.airline.offers import Database, Entity

DRIFT = timedelta(minutes=MAX_DRIFT)


def list_violations(database: Database) -> list[str]:
    """One line per violation, `<entity>: <what is wrong>`. A stage is checked if all before it hold."""
    violations = list_shape_violations(database) or _apply(REFERENCES, database)
    return violations or _apply(CONTENT, database) + [
        f"database: {problem}" for problem, is_broken in WHOLE.items() if is_broken(database)
    ]


def _apply(rules: dict[str, Rules], database: Database) -> list[str]:
    return [
        f"{collection[:-1]} {key}: {problem}"
        for collection, collection_rules in rules.items()
        for key, entity in database[collection].items()
        for problem, is_broken in collection_rules.items()
        if is_broken(entity, database)
    ]


def _list_methods(user: Entity, source: str) -> list[Entity]:
    return [method for method in user["payment_methods"].values() if method["source"] == source]


def _has_wrong_status(flight: Entity, database: Database) -> bool:
    return any(not _is_possible(flight, date.fromisoformat(day), status) for day, status in flight["dates"].items())


def _is_possible(flight: Entity, day: date, status: Entity) -> bool:
    """Whether a flight of this day can have this status, and its times agree with it and with the timetable."""
    kind, today = status["status"], AIRLINE_NOW.date()
    if day > today or kind == "available":
        return day > today and kind == "available"
    if kind == "cancelled":
        return True
    departure, arrival = (datetime.fromisoformat(status[field]) for field in STATUSES[kind].split()[1:])
    planned_departure, planned_arrival = get_schedule(flight, day)
    delay, slowness = departure - planned_departure, (arrival - departure) - (planned_arrival - planned_departure)
    is_phase_right = {
        "landed": departure < arrival <= AIRLINE_NOW,
        "flying": departure <= AIRLINE_NOW < arrival,
        "on time": AIRLINE_NOW < departure < arrival and day == today,
        "delayed": AIRLINE_NOW < departure < arrival and day == today,
    }[kind]
    return is_phase_right and abs(slowness) <= DRIFT and (delay > DRIFT if kind == "delayed" else abs(delay) <= DRIFT)


def _has_wrong_offer(flight: Entity, database: Database) -> bool:
    offers = [status for status in flight["dates"].values() if status["status"] == "available"]
    return not all(
        0 <= offer["available_seats"][cabin] <= MAX_SEATS and lowest <= offer["prices"][cabin] <= highest
        for offer in offers
        for cabin, (lowest, highest) in FARES.items()
    )


def _has_wrong_duration(database: Database) -> bool:
    durations = {
        (*sorted((flight["origin"], flight["destination"])), arrival - departure)
        for flight in database["flights"].values()
        for departure, arrival in [get_schedule(flight, DAYS[0])]
    }
    return has_repeats(duration[:2] for duration in durations)


REFERENCES: dict[str, Rules] = {
    "flights": {
        "an airport is unknown": lambda flight, _: not AIRPORTS.keys() >= {flight["origin"], flight["destination"]},
        "the days are not those of the month": lambda flight, _: list(flight["dates"]) != [str(day) for day in DAYS],
    },
    "users": {
        "a reservation in the profile is another's or unknown": lambda user, database: any(
            database["reservations"].get(key, {}).get("user_id") != user["user_id"] for key in user["reservations"]
        ),
        "a payment method stands under another id": lambda user, _: any(
            key != method["id"] or not key.startswith(method["source"])
            for key, method in user["payment_methods"].items()
        ),
    },
    "reservations": reservations.REFERENCES,
}

CONTENT: dict[str, Rules] = {
    "flights": {
        "it ends where it begins": lambda flight, _: bool(flight["origin"] == flight["destination"]),
        "a status is impossible on its day": _has_wrong_status,
        "seats or prices are out of range": _has_wrong_offer,
    },
    "users": {
        "two credit cards end in the same digits": lambda user, _: has_repeats(
            card["last_four"] for card in _list_methods(user, "credit_card")
        ),
        "a gift card's balance is out of range": lambda user, _: any(
            not 0 <= card["amount"] <= MAX_GIFT_CARD for card in _list_methods(user, "gift_card")
        ),
        "a certificate has an odd amount": lambda user, _: any(
            certificate["amount"] not in CERTIFICATE_AMOUNTS for certificate in _list_methods(user, "certificate")
        ),
        "no passenger is saved, or the customer or one passenger twice": lambda user, _: (
            not user["saved_passengers"]
            or has_repeats(get_full_name(person) for person in [user["name"], *user["saved_passengers"]])
        ),
    },
    "reservations": reservations.CONTENT,
}

WHOLE: dict[str, Callable[[Database], bool]] = {
    "two users have one e-mail address": lambda database: has_repeats(
        user["email"] for user in database["users"].values()
    ),
    "two users have one payment method": lambda database: has_repeats(
        key for user in database["users"].values() for key in user["payment_methods"]
    ),
    "flights between two cities differ in duration": _has_wrong_duration,
}
