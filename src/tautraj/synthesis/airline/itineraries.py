"""Trips that can be booked in an airline's timetable: direct or with one stop, one way or there and back.

Not here: who flies and what it costs (`synthesis.airline.world`).
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from tautraj.synthesis.airline.network import DAYS, get_schedule

CONNECTION = (timedelta(minutes=30), timedelta(hours=10))
"""Shortest and longest wait between two flights."""

DIRECT_SHARE = 0.88
"""Of the trips in one direction between cities with a direct flight."""

ROUND_TRIP_SHARE = 0.55
"""Of the draws. Those that do not fit into the month are drawn again, which leaves as many as in τ²'s airline."""

MEAN_STAY_DAYS = 3.5


class Ride(NamedTuple):
    """A way to get from one city to another: one or two flights."""

    flight_numbers: tuple[str, ...]
    day_offsets: tuple[int, ...]
    """Days from the first flight's departure to each flight's departure."""
    days: int
    """Days from the first departure to the last arrival."""


class Trip(NamedTuple):
    origin: str
    destination: str
    flight_type: str
    segments: list[tuple[str, str]]
    """Flight number and ISO date of each flight, in the order flown."""


class Timetable:
    """All rides of an airline. Two flights make one only if `search_onestop_flight` offers them together."""

    def __init__(self, flights: dict[str, Any]) -> None:
        self._direct: dict[tuple[str, str], list[Ride]] = defaultdict(list)
        self._one_stop: dict[tuple[str, str], list[Ride]] = defaultdict(list)
        schedules = {number: get_schedule(flight, DAYS[0]) for number, flight in flights.items()}
        for number, flight in flights.items():
            days = (schedules[number][1].date() - DAYS[0]).days
            self._direct[flight["origin"], flight["destination"]].append(Ride((number,), (0,), days))
            for number2, flight2 in flights.items():
                if flight2["origin"] != flight["destination"] or flight2["destination"] == flight["origin"]:
                    continue
                departure, arrival = (instant + timedelta(days=days) for instant in schedules[number2])
                if CONNECTION[0] <= departure - schedules[number][1] <= CONNECTION[1]:
                    ride = Ride((number, number2), (0, days), (arrival.date() - DAYS[0]).days)
                    self._one_stop[flight["origin"], flight2["destination"]].append(ride)
        self._journeys = sorted({*self._direct, *self._one_stop})

    def draw_trip(self, rng: Random, first_day: int) -> Trip | None:
        """A trip whose first flight leaves on `DAYS[first_day]`; None if this draw does not fit into `DAYS`."""
        origin, destination = rng.choice(self._journeys)
        ride = self._draw_ride(rng, origin, destination)
        if ride is None:
            return None
        last_day = first_day + ride.days
        segments = _date_flights(ride, first_day)
        if rng.random() >= ROUND_TRIP_SHARE:
            return Trip(origin, destination, "one_way", segments) if last_day < len(DAYS) else None
        return_day = last_day + 1 + int(rng.expovariate(1 / MEAN_STAY_DAYS))
        back = self._draw_ride(rng, destination, origin)
        if back is None or return_day + back.days >= len(DAYS):
            return None
        return Trip(origin, destination, "round_trip", segments + _date_flights(back, return_day))

    def _draw_ride(self, rng: Random, origin: str, destination: str) -> Ride | None:
        direct = self._direct.get((origin, destination), [])
        one_stop = self._one_stop.get((origin, destination), [])
        is_direct = direct and (not one_stop or rng.random() < DIRECT_SHARE)
        rides = direct if is_direct else one_stop
        return rng.choice(rides) if rides else None


def _date_flights(ride: Ride, first_day: int) -> list[tuple[str, str]]:
    return [
        (number, str(DAYS[first_day + offset]))
        for number, offset in zip(ride.flight_numbers, ride.day_offsets, strict=True)
    ]


def is_route(trip_type: str, origin: str, destination: str, legs: Sequence[tuple[str, str]]) -> bool:
    """Whether flights between these pairs of cities, in this order, make the trip (`one_way` or `round_trip`)."""
    if not legs or any(leg[1] != next_leg[0] for leg, next_leg in pairwise(legs)):
        return False
    stops = [leg[1] for leg in legs]
    if trip_type == "one_way":
        return (legs[0][0], stops[-1]) == (origin, destination) and destination not in stops[:-1]
    return legs[0][0] == stops[-1] == origin and destination in stops[:-1]
