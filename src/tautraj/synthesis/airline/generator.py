"""The airline as `synthesis.generator.Generator`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from tautraj.agents.rules.airline import AIRLINE_DESK
from tautraj.benchmarks.goals import Family, Goal, Request, Write
from tautraj.synthesis.airline import policy, world
from tautraj.synthesis.airline.changes import (
    add_bags,
    cancel,
    change_cabin,
    change_flight,
    change_passenger,
    draw_targets,
)
from tautraj.synthesis.airline.references import find_ambiguity
from tautraj.synthesis.airline.view import View

Database = dict[str, Any]

OPERATIONS = {cancel: 3, add_bags: 3, change_passenger: 2, change_cabin: 3, change_flight: 3}


class AirlineGenerator:
    name = "airline"
    weights: Mapping[Family, float] = {
        "direct": 10,
        "lookup": 14,
        "combined": 12,
    }
    desk = AIRLINE_DESK

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
        operations = list(OPERATIONS)
        for operation in rng.choices(operations, [OPERATIONS[one] for one in operations], k=3):
            for target in draw_targets(view, by_id=family == "direct"):
                if request := operation(view, target, family):
                    return [request]
        return []

    def find_breach(self, database: Database, write: Write, user_id: str) -> str | None:
        return policy.find_breach(database, write.tool, write.arguments, user_id)

    def find_ambiguity(self, database: Database, goal: Goal) -> str | None:
        return find_ambiguity(database, goal)

    def reorder(self, write: Write) -> Iterator[Write]:
        """Passengers and flights have an order of their own; the parts of a payment have none."""
        yield from ()

    def make_files(self, database: Database) -> dict[str, str]:
        return {"db.json": json.dumps(database, indent=4)}


GENERATOR = AirlineGenerator()
