"""The airline as `synthesis.generator.Generator`."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tautraj.agents.rules.airline import AIRLINE_DESK
from tautraj.agents.rules.desk import Desk
from tautraj.benchmarks.goals import Family, Goal, Request, Write
from tautraj.synthesis.airline import policy, world
from tautraj.synthesis.airline.invariants import list_violations
from tautraj.synthesis.airline.offers import get_status
from tautraj.synthesis.airline.references import find_ambiguity
from tautraj.synthesis.airline.requests.bookings import book
from tautraj.synthesis.airline.requests.changes import add_bags, cancel, change_passenger
from tautraj.synthesis.airline.requests.choices import (
    cancel_or_change_cabin,
    take_best_flight,
    take_flight_or_other,
    upgrade_within_limit,
)
from tautraj.synthesis.airline.requests.compensations import compensate
from tautraj.synthesis.airline.requests.corrections import change_mind_about_bags, change_mind_about_cabin
from tautraj.synthesis.airline.requests.flight_changes import change_cabin, change_flight
from tautraj.synthesis.airline.requests.parts import Target, add_missing_number, draw_targets
from tautraj.synthesis.airline.requests.questions import ask
from tautraj.synthesis.airline.requests.refusals import refuse, transfer
from tautraj.synthesis.airline.view import View

Database = dict[str, Any]

Operation = Callable[[View, Target], Request | None]

CHANGES: dict[Callable[[View, Target, Family], Request | None], int] = {
    cancel: 3,
    add_bags: 3,
    change_passenger: 3,
    change_cabin: 3,
    change_flight: 3,
    compensate: 4,
}
"""How often each is tried, relative to the others."""

CHOICES: dict[Family, tuple[Operation, ...]] = {
    "optimisation": (take_best_flight,),
    "conditional": (take_flight_or_other, upgrade_within_limit, cancel_or_change_cabin),
    "change_of_mind": (change_mind_about_bags, change_mind_about_cabin),
    "transfer": (transfer,),
}

BOOKING_SHARES: dict[Family, float] = {"direct": 0.2, "optimisation": 0.5}
"""Of the requests of a family."""

TRIES = 6

BY_ID_SHARE = 0.4


class AirlineGenerator:
    name = "airline"
    weights: Mapping[Family, float] = {
        "direct": 12,
        "lookup": 12,
        "optimisation": 12,
        "conditional": 12,
        "refusal": 9,
        "information": 12,
        "change_of_mind": 11,
        "combined": 12,
        "transfer": 5,
        "pressure": 7,
    }
    desk: Desk[Any] = AIRLINE_DESK

    def make_database(self, seed: int) -> Database:
        return world.make_database(seed)

    def list_customers(self, database: Database) -> Sequence[str]:
        """Those who have reservations."""
        return [user_id for user_id, user in database["users"].items() if user["reservations"]]

    def identify(self, database: Database, user_id: str, rng: Random) -> tuple[dict[str, str], tuple[str, ...]]:
        """The airline knows its customers by their user id alone."""
        name = database["users"][user_id]["name"]
        identity = {"name": f"{name['first_name']} {name['last_name']}", "user_id": user_id}
        return identity, ()

    def propose(self, database: Database, user_id: str, family: Family, voice: str, rng: Random) -> Sequence[Request]:
        view = View(database, user_id, voice, rng)
        proposals = (_propose_one(view, family) for _ in range(TRIES))
        return [request for request in proposals if request][:1]

    def find_breach(self, database: Database, write: Write, user_id: str) -> str | None:
        now = _give_up_delayed(database, user_id) if write.tool == "send_certificate" else database
        return policy.find_breach(now, write.tool, write.arguments, user_id, start=database)

    def find_ambiguity(self, database: Database, goal: Goal) -> str | None:
        return find_ambiguity(database, goal)

    def reorder(self, write: Write) -> Iterator[Write]:
        """Passengers and flights have an order of their own; the parts of a payment have none."""
        yield from ()

    def make_files(self, database: Database) -> dict[str, str]:
        return {"db.json": json.dumps(database, indent=4)}

    def read_database(self, folder: Path) -> Database:
        database: Database = json.loads((folder / "db.json").read_text())
        return database

    def list_violations(self, database: Database) -> list[str]:
        return list_violations(database)


def _propose_one(view: View, family: Family) -> Request | None:
    if family == "information":
        return ask(view)
    if view.rng.random() < BOOKING_SHARES.get(family, 0):
        return book(view, family)
    is_by_id = family == "direct" or (family != "lookup" and view.rng.random() < BY_ID_SHARE)
    target = next(iter(draw_targets(view, by_id=is_by_id)), None)
    if target is None:
        return None
    if family in ("refusal", "pressure"):
        request = refuse(view, target, family)
    elif family in CHOICES:
        request = view.rng.choice(CHOICES[family])(view, target)
    else:
        (change,) = view.rng.choices(list(CHANGES), list(CHANGES.values()))
        request = change(view, target, family)
    return request if request is None or is_by_id else add_missing_number(view, target, request)


def _give_up_delayed(database: Database, user_id: str) -> Database:
    """The customer's reservations with a delayed flight cancelled: its compensation is due after that.

    V6 checks that the goal does cancel the reservation.
    """
    reservations = dict(database["reservations"])
    for key in database["users"][user_id]["reservations"]:
        if any(get_status(database, flight)["status"] == "delayed" for flight in reservations[key]["flights"]):
            reservations[key] = reservations[key] | {"status": "cancelled"}
    return database | {"reservations": reservations}


GENERATOR = AirlineGenerator()
