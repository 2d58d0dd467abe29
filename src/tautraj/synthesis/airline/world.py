"""An airline that nobody has seen: its flights, customers and reservations, in the shape of τ²'s `db.json`.

Shapes and shares are those of τ²'s airline but for three, which make more calls worth a task: more trips begin with a
cancelled or delayed flight, more were booked within the last 24 hours, and some reservations have paid bags. Not
here: flights (`synthesis.airline.network`), trips (`synthesis.airline.itineraries`), customers
(`synthesis.airline.customers`), what holds in every airline (`synthesis.airline.invariants`).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tautraj.grading.policy_rules import AIRLINE_NOW, FREE_BAGS
from tautraj.synthesis.airline.customers import Passenger, draw_weighted, make_strangers, make_users
from tautraj.synthesis.airline.itineraries import Timetable, Trip
from tautraj.synthesis.airline.network import FARES, get_schedule, make_flights
from tautraj.synthesis.airline.prices import compute_price, count_paid_bags

RESERVATIONS = 2000

PASSENGER_COUNTS = {1: 920, 2: 662, 3: 323, 4: 95}
"""Passengers -> number of τ²'s 2,000 reservations that have so many."""

OWNER_FLIES_SHARE = 0.8
SAVED_PASSENGER_SHARE = 0.5
"""Of the seats that are not the owner's, while saved passengers are left."""

BOUGHT_FARES = FARES | {"business": (401, 1998)}
"""Cabin -> lowest and highest price of a seat in a reservation, dollars. As in τ², business was dearer then."""

PAID_BAGS_SHARE = 0.1
MAX_FREE_BAGS_USED_UP = 4
"""Paid bags occur where no more than these are free, in this share of the reservations."""

RECENT_SHARE = 0.08
"""Of the reservations that can have been made within the last 24 hours."""

FIRST_BOOKING = datetime(2024, 4, 30)
FIRST_DAY_WEIGHTS = [6 * day for day in range(1, 16)] + [100] * 13
"""Weight of each of the first 28 `DAYS` as the day of a trip's first flight."""

DISRUPTED_SHARE = 0.04
"""Of the trips, drawn again until a flight is cancelled or delayed and none has been flown."""

ID_STEP, ID_REMAINDER = 2003, 7
"""Reservation ids, read in base 36, leave this remainder. None of τ²'s does, nor those that its tools give."""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make_database(seed: int) -> dict[str, Any]:
    """The content of a `db.json`: 300 flights on 30 days, 500 users, 2,000 reservations."""
    rng = Random(f"airline-{seed}")
    flights = make_flights(rng)
    users = make_users(rng)
    return {"flights": flights, "users": users, "reservations": _make_reservations(rng, flights, users)}


def _make_reservations(rng: Random, flights: dict[str, Any], users: dict[str, Any]) -> dict[str, Any]:
    """Reservations by id. Adds each to its user. Customers who have certificates only have none, as in τ²."""
    timetable = Timetable(flights)
    methods = {user_id: _list_lasting_methods(user) for user_id, user in users.items()}
    owners = [user_id for user_id in users if methods[user_id]]
    reservations: dict[str, Any] = {}
    for reservation_id in _generate_ids(rng):
        user = users[rng.choice(owners)]
        taken = {segment for other in user["reservations"] for segment in _list_segments(reservations[other])}
        trip = _draw_trip(rng, timetable, flights, taken)
        payment_id = rng.choice(methods[user["user_id"]])
        reservations[reservation_id] = _make_reservation(rng, reservation_id, user, trip, flights, payment_id)
        user["reservations"].append(reservation_id)
    return reservations


def _make_reservation(
    rng: Random, reservation_id: str, user: dict[str, Any], trip: Trip, flights: dict[str, Any], payment_id: str
) -> dict[str, Any]:
    cabin = rng.choice(list(FARES))
    passengers = _draw_passengers(rng, user, draw_weighted(rng, PASSENGER_COUNTS))
    bags = _draw_bags(rng, user["membership"], cabin, len(passengers))
    reservation: dict[str, Any] = {
        "reservation_id": reservation_id,
        "user_id": user["user_id"],
        "origin": trip.origin,
        "destination": trip.destination,
        "flight_type": trip.flight_type,
        "cabin": cabin,
        "flights": [
            {
                "origin": flights[number]["origin"],
                "destination": flights[number]["destination"],
                "flight_number": number,
                "date": day,
                "price": rng.randint(*BOUGHT_FARES[cabin]),
            }
            for number, day in trip.segments
        ],
        "passengers": passengers,
        "payment_history": [],
        "created_at": _draw_booking_time(rng, trip, flights).isoformat(),
        "total_baggages": bags,
        "nonfree_baggages": count_paid_bags(user["membership"], cabin, len(passengers), bags),
        "insurance": rng.choice(("yes", "no")),
    }
    reservation["payment_history"].append({"payment_id": payment_id, "amount": compute_price(reservation)})
    return reservation


def _draw_trip(rng: Random, timetable: Timetable, flights: dict[str, Any], taken: set[tuple[str, str]]) -> Trip:
    """A trip that uses none of the taken flights on their days."""
    must_be_disrupted = rng.random() < DISRUPTED_SHARE
    while True:
        (first_day,) = rng.choices(range(len(FIRST_DAY_WEIGHTS)), FIRST_DAY_WEIGHTS)
        trip = timetable.draw_trip(rng, first_day)
        if trip and taken.isdisjoint(trip.segments) and (not must_be_disrupted or _is_disrupted(trip, flights)):
            return trip


def _is_disrupted(trip: Trip, flights: dict[str, Any]) -> bool:
    statuses = {flights[number]["dates"][day]["status"] for number, day in trip.segments}
    return not statuses.isdisjoint(("cancelled", "delayed")) and statuses.isdisjoint(("landed", "flying"))


def _draw_passengers(rng: Random, user: dict[str, Any], count: int) -> list[Passenger]:
    owner = user["name"] | {"dob": user["dob"]}
    saved = rng.sample(user["saved_passengers"], len(user["saved_passengers"]))
    passengers = [owner] if rng.random() < OWNER_FLIES_SHARE else []
    while len(passengers) < count:
        if saved and rng.random() < SAVED_PASSENGER_SHARE:
            passengers.append(dict(saved.pop()))
        else:
            passengers += make_strangers(rng, 1, [owner, *user["saved_passengers"], *passengers])
    return passengers


def _draw_bags(rng: Random, membership: str, cabin: str, passengers: int) -> int:
    """As in τ² within a regular member's allowance, now and then one or two more than are free."""
    free = FREE_BAGS[membership][cabin] * passengers
    if free <= MAX_FREE_BAGS_USED_UP and rng.random() < PAID_BAGS_SHARE:
        return free + rng.randint(1, 2)
    return rng.randint(0, FREE_BAGS["regular"][cabin] * passengers)


def _draw_booking_time(rng: Random, trip: Trip, flights: dict[str, Any]) -> datetime:
    """Before the first departure and before now."""
    number, day = trip.segments[0]
    departure, _ = get_schedule(flights[number], datetime.fromisoformat(day).date())
    latest = min(departure - timedelta(hours=1), AIRLINE_NOW - timedelta(minutes=10))
    recent = AIRLINE_NOW - timedelta(hours=24)
    earliest = recent if latest > recent and rng.random() < RECENT_SHARE else FIRST_BOOKING
    return earliest + timedelta(seconds=rng.randrange(1, max(2, int((latest - earliest).total_seconds()))))


def _list_lasting_methods(user: dict[str, Any]) -> list[str]:
    """Ids of the payment methods other than certificates, which are used up when they pay."""
    return [key for key, method in user["payment_methods"].items() if method["source"] != "certificate"]


def _list_segments(reservation: dict[str, Any]) -> list[tuple[str, str]]:
    return [(flight["flight_number"], flight["date"]) for flight in reservation["flights"]]


def _generate_ids(rng: Random) -> Iterator[str]:
    """Six characters each, the first of them not 0."""
    for step in rng.sample(range(36**5 // ID_STEP + 1, 36**6 // ID_STEP), RESERVATIONS):
        number, text = step * ID_STEP + ID_REMAINDER, ""
        while number:
            number, digit = divmod(number, 36)
            text = DIGITS[digit] + text
        yield text
