"""Direct flights for sale on a day, and the best of them by a criterion that has one winner."""

from collections.abc import Callable
from typing import NamedTuple

from tautraj.synthesis.airline.offers import get_status
from tautraj.synthesis.airline.view import Entity, View

BEST_WORDS = {
    "cheapest": (
        "the cheapest direct flight",
        "the least expensive nonstop flight",
        "the direct flight with the lowest price",
    ),
    "earliest": (
        "the earliest direct flight",
        "the first nonstop flight of the day",
        "the direct flight that leaves first",
    ),
    "latest": (
        "the latest direct flight",
        "the last nonstop flight of the day",
        "the direct flight that leaves last",
    ),
}

Ranking = Callable[[Entity], int]


class Way(NamedTuple):
    """A direct flight on a day."""

    flight: Entity
    date: str

    @property
    def segment(self) -> Entity:
        return {"flight_number": self.flight["flight_number"], "date": self.date}


def list_direct(view: View, origin: str, destination: str, date: str, cabin: str, passengers: int) -> list[Way]:
    """Direct flights for sale with enough seats."""
    return [
        Way(flight, date)
        for flight in view.database["flights"].values()
        if (flight["origin"], flight["destination"]) == (origin, destination)
        and flight["dates"][date]["status"] == "available"
        and flight["dates"][date]["available_seats"][cabin] >= passengers
    ]


def pick_best(view: View, ways: list[Way], cabin: str) -> tuple[Way, str] | None:
    """The only best one by a random criterion, and how it is called; None without a choice, or with a tie."""
    criterion = view.rng.choice(list(BEST_WORDS))
    rankings: dict[str, Ranking] = {
        "cheapest": lambda status: status["prices"][cabin],
        "earliest": _to_minutes,
        "latest": lambda flight: -_to_minutes(flight),
    }
    rank = rankings[criterion]
    keys = [rank(get_status(view.database, way.segment) if criterion == "cheapest" else way.flight) for way in ways]
    if len(ways) < 2 or keys.count(min(keys)) > 1:
        return None
    return ways[keys.index(min(keys))], view.rng.choice(BEST_WORDS[criterion])


def _to_minutes(flight: Entity) -> int:
    hours, minutes = flight["scheduled_departure_time_est"].split(":")[:2]
    return 60 * int(hours) + int(minutes)


def draw_route(view: View) -> tuple[str, str]:
    flight = view.database["flights"][view.rng.choice(list(view.database["flights"]))]
    return flight["origin"], flight["destination"]
