"""The shop as a domain of synthesis.

Not here: single kinds of requests (`synthesis.retail.requests`), what the policy forbids (`synthesis.retail.policy`).
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from tautraj.agents.rules.retail import RETAIL_DESK
from tautraj.benchmarks.goals import Family, Goal, Request, Write
from tautraj.synthesis.generator import Database, Generator
from tautraj.synthesis.retail import policy
from tautraj.synthesis.retail.customer import Customer
from tautraj.synthesis.retail.invariants import list_violations
from tautraj.synthesis.retail.references import find_ambiguity
from tautraj.synthesis.retail.requests import MAKERS
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.world import make_database


class RetailGenerator:
    """`synthesis.generator.Generator` for the shop."""

    name = "retail"
    weights: Mapping[Family, float] = {
        "direct": 14,
        "lookup": 14,
        "optimisation": 14,
        "conditional": 14,
        "combined": 14,
        "change_of_mind": 12,
        "information": 12,
        "refusal": 7,
        "pressure": 7,
        "transfer": 5,
    }
    desk = RETAIL_DESK

    def make_database(self, seed: int) -> Database:
        return make_database(seed)

    def list_customers(self, database: Database) -> Sequence[str]:
        return list(database["users"])

    def identify(self, database: Database, user_id: str, rng: Random) -> tuple[dict[str, str], tuple[str, ...]]:
        user = database["users"][user_id]
        name = {"name": f"{user['name']['first_name']} {user['name']['last_name']}"}
        if rng.random() < 0.5:
            return name | {"email": user["email"]}, ()
        unknown = (rng.choice(FORGOTTEN_EMAIL),) if rng.random() < 0.7 else ()
        return name | {"zip": user["address"]["zip"]}, unknown

    def propose(self, database: Database, user_id: str, family: Family, voice: str, rng: Random) -> Sequence[Request]:
        customer = Customer(database, user_id)
        for maker in rng.sample(MAKERS[family], len(MAKERS[family])):
            if made := maker(Telling(customer, voice, rng), family):
                return [made] if isinstance(made, Request) else made
        return []

    def find_breach(self, database: Database, write: Write, user_id: str) -> str | None:
        return policy.find_breach(database, write.tool, write.arguments, user_id)

    def find_ambiguity(self, database: Database, goal: Goal) -> str | None:
        return find_ambiguity(database, goal)

    def reorder(self, write: Write) -> Iterator[Write]:
        """Items, together with those that they become."""
        item_ids = write.arguments.get("item_ids", ())
        for order in itertools.islice(itertools.permutations(range(len(item_ids))), 1, None):
            lists = {
                key: [values[index] for index in order]
                for key, values in write.arguments.items()
                if key in ("item_ids", "new_item_ids")
            }
            yield write.model_copy(update={"arguments": write.arguments | lists})

    def make_files(self, database: Database) -> dict[str, str]:
        return {"db.json": json.dumps(database, indent=4)}

    def read_database(self, folder: Path) -> Database:
        database: Database = json.loads((folder / "db.json").read_text())
        return database

    def list_violations(self, database: Database) -> list[str]:
        return list_violations(database)


FORGOTTEN_EMAIL = (
    "I do not remember my email address.",
    "I do not know which email address I used.",
    "I have no access to my email and do not recall the address.",
    "I cannot tell which of my email addresses is on the account.",
    "My email address escapes me at the moment.",
)

GENERATOR: Generator = RetailGenerator()
