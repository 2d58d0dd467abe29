"""An airline's flights: routes, timetable, the status of each flight on each day of May 2024.

Times are read as the tools read them: one time zone, `06:00:00`, with `+1` for an arrival on the next day.
Not here: trips made of them (`synthesis.airline.itineraries`).
"""

from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise
from math import asin, cos, radians, sin, sqrt
from random import Random
from typing import Any

from tautraj.grading.policy_rules import AIRLINE_NOW

AIRPORTS = {
    "ATL": (33.64, -84.43),
    "BOS": (42.36, -71.01),
    "CLT": (35.21, -80.94),
    "DEN": (39.86, -104.67),
    "DFW": (32.90, -97.04),
    "DTW": (42.21, -83.35),
    "EWR": (40.69, -74.17),
    "IAH": (29.98, -95.34),
    "JFK": (40.64, -73.78),
    "LAS": (36.08, -115.15),
    "LAX": (33.94, -118.41),
    "LGA": (40.78, -73.87),
    "MCO": (28.43, -81.31),
    "MIA": (25.79, -80.29),
    "MSP": (44.88, -93.22),
    "ORD": (41.98, -87.90),
    "PHL": (39.87, -75.24),
    "PHX": (33.43, -112.01),
    "SEA": (47.45, -122.31),
    "SFO": (37.62, -122.38),
}
"""Code -> latitude and longitude in degrees. τ²'s `list_all_airports` always names exactly these."""

AIRLINE_CODES = [
    "BRK",
    "CNR",
    "DRA",
    "ELM",
    "FJD",
    "GLN",
    "HZL",
    "IVO",
    "JNP",
    "KES",
    "LRK",
    "MRN",
    "NVA",
    "OSP",
    "PLV",
    "QAL",
    "RVN",
    "SBL",
    "TRN",
    "UMB",
    "VLK",
    "WLO",
    "YEW",
    "ZPH",
]
"""τ²'s airline is HAT."""

DAYS = tuple(date(2024, 5, day) for day in range(1, 31))
FLIGHTS = 300
ROUTES = 59
"""Pairs of cities, as many as τ²'s airline flies between. A pair usually has flights in both directions."""

MIN_ROUTE_MILES = 80
"""Keeps the three airports of New York from being a route."""

FARES = {"basic_economy": (50, 100), "economy": (100, 200), "business": (200, 500)}
"""Cabin -> lowest and highest price of a seat for sale, dollars."""

MAX_SEATS = 20
MAX_DRIFT = 30
"""Minutes by which a punctual flight leaves early or late; also by which it is faster or slower than scheduled."""

DELAYS = range(35, 210)
"""Minutes."""

CANCELLED_SHARE = 0.09
CANCELLED_TODAY_SHARE = 0.05
"""τ²'s airline cancels nothing on the current day. Here it does: customers who call about it are worth a task."""

DELAYED_SHARE = 0.42


def make_flights(rng: Random) -> dict[str, Any]:
    """Flights by number, as τ²'s database has them. No two flights of a route leave at the same time."""
    code = rng.choice(AIRLINE_CODES)
    routes = [route for pair in _choose_pairs(rng) for route in (pair, pair[::-1])]
    departures = rng.sample([(route, hour) for route in routes for hour in range(24)], FLIGHTS)
    numbers = sorted(rng.sample(range(100, 1000), FLIGHTS))
    return {
        f"{code}{number}": _make_flight(rng, f"{code}{number}", *route, hour * 60)
        for number, (route, hour) in zip(numbers, departures, strict=True)
    }


def get_schedule(flight: dict[str, Any], day: date) -> tuple[datetime, datetime]:
    """Scheduled departure and arrival of the flight that leaves on this day."""
    midnight = datetime.combine(day, time())
    departure, arrival = (flight[f"scheduled_{what}_time_est"] for what in ("departure", "arrival"))
    return midnight + _parse_time(departure), midnight + _parse_time(arrival)


def _choose_pairs(rng: Random) -> list[tuple[str, str]]:
    """A round through all airports, so that every one can be reached, and more pairs drawn at random."""
    possible = {pair for pair in combinations(AIRPORTS, 2) if _measure_miles(*pair) >= MIN_ROUTE_MILES}
    circle: list[tuple[str, str]] = []
    while not circle or not possible.issuperset(circle):
        stops = rng.sample(list(AIRPORTS), len(AIRPORTS))
        circle = [(min(pair), max(pair)) for pair in pairwise([*stops, stops[0]])]
    return circle + rng.sample(sorted(possible.difference(circle)), ROUTES - len(circle))


def _measure_miles(origin: str, destination: str) -> float:
    """Great circle distance."""
    (lat1, lon1), (lat2, lon2) = (map(radians, AIRPORTS[airport]) for airport in (origin, destination))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 3959 * asin(sqrt(chord))


def _measure_minutes(origin: str, destination: str) -> int:
    """Duration of a flight in whole half hours. Within an hour of τ²'s durations, most are equal."""
    return max(60, 30 * round((30 + _measure_miles(origin, destination) / 8) / 30))


def _make_flight(rng: Random, number: str, origin: str, destination: str, departure: int) -> dict[str, Any]:
    arrival = departure + _measure_minutes(origin, destination)
    flight = {
        "origin": origin,
        "destination": destination,
        "flight_number": number,
        "scheduled_departure_time_est": _format_time(departure),
        "scheduled_arrival_time_est": _format_time(arrival),
    }
    return flight | {"dates": {str(day): _make_status(rng, *get_schedule(flight, day)) for day in DAYS}}


def _make_status(rng: Random, departure: datetime, arrival: datetime) -> dict[str, Any]:
    today, day = AIRLINE_NOW.date(), departure.date()
    if day > today:
        seats = {cabin: rng.randint(0, MAX_SEATS) for cabin in FARES}
        return {
            "status": "available",
            "available_seats": seats,
            "prices": {cabin: rng.randint(*fares) for cabin, fares in FARES.items()},
        }
    actual_departure = departure + _draw_drift(rng)
    actual_arrival = actual_departure + (arrival - departure) + _draw_drift(rng)
    has_left = actual_departure <= AIRLINE_NOW
    cancelled_share = CANCELLED_SHARE if day < today else 0 if has_left else CANCELLED_TODAY_SHARE
    if rng.random() < cancelled_share:
        return {"status": "cancelled"}
    if not has_left:
        if rng.random() < DELAYED_SHARE:
            delay = timedelta(minutes=rng.choice(DELAYS))
            return _describe("delayed", "estimated", departure + delay, "estimated", arrival + delay)
        return _describe("on time", "estimated", actual_departure, "estimated", actual_arrival)
    if actual_arrival > AIRLINE_NOW:
        return _describe("flying", "actual", actual_departure, "estimated", actual_arrival)
    return _describe("landed", "actual", actual_departure, "actual", actual_arrival)


def _draw_drift(rng: Random) -> timedelta:
    return timedelta(minutes=rng.randint(-MAX_DRIFT, MAX_DRIFT))


def _describe(status: str, leaves: str, departure: datetime, lands: str, arrival: datetime) -> dict[str, str]:
    return {
        "status": status,
        f"{leaves}_departure_time_est": departure.isoformat(),
        f"{lands}_arrival_time_est": arrival.isoformat(),
    }


def _format_time(minutes: int) -> str:
    days, minutes = divmod(minutes, 24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00" + (f"+{days}" if days else "")


def _parse_time(text: str) -> timedelta:
    clock, _, days = text.partition("+")
    hours, minutes, seconds = map(int, clock.split(":"))
    return timedelta(days=int(days or 0), hours=hours, minutes=minutes, seconds=seconds)
