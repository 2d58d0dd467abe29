"""Flights as they are sold: status, price and seats of a day, and whether flights make a trip.

A segment is anything with the keys `flight_number` and `date`. The generators yield what speaks against it.
Not here: who pays, and what else the policy asks of a write (`synthesis.airline.policy`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from tautraj.synthesis.airline.itineraries import is_route
from tautraj.synthesis.airline.network import get_schedule

Database = dict[str, Any]
Entity = dict[str, Any]


def check_offers(database: Database, flights: Sequence[Entity], cabin: str, passengers: int) -> Iterator[str]:
    for flight in flights:
        status = get_status(database, flight)
        if status["status"] != "available":
            yield "a flight cannot be booked"
        if status["available_seats"][cabin] < passengers:
            yield "a flight has too few seats"


def check_itinerary(database: Database, trip: Entity, flights: Sequence[Entity]) -> Iterator[str]:
    """`trip` has the keys flight_type, origin and destination. All flights exist."""
    records = [database["flights"][flight["flight_number"]] for flight in flights]
    legs = [(flight["origin"], flight["destination"]) for flight in records]
    if not is_route(trip["flight_type"], trip["origin"], trip["destination"], legs):
        yield "the flights do not make the trip"
    if not is_in_order(database, flights):
        yield "a flight leaves before the one before it lands"


def is_in_order(database: Database, flights: Sequence[Entity]) -> bool:
    """Whether each flight is scheduled to leave no earlier than the one before it to land."""
    schedules = [get_segment_schedule(database, flight) for flight in flights]
    return all(arrival <= departure for (_, arrival), (departure, _) in pairwise(schedules))


def get_segment_schedule(database: Database, segment: Entity) -> tuple[datetime, datetime]:
    """Scheduled departure and arrival."""
    return get_schedule(database["flights"][segment["flight_number"]], date.fromisoformat(segment["date"]))


def get_status(database: Database, segment: Entity) -> Entity:
    """The flight's entry of that day. Status `unknown` if there is none."""
    flight = database["flights"].get(segment["flight_number"], {"dates": {}})
    status: Entity = flight["dates"].get(segment["date"], {"status": "unknown"})
    return status


def get_price(database: Database, segment: Entity, cabin: str) -> int:
    return int(get_status(database, segment)["prices"][cabin])


def get_segment(flight: Entity) -> tuple[str, str]:
    return flight["flight_number"], flight["date"]
