"""What a domain brings to synthesis: a world, requests in it, the policy on the raw data, a reader of the text.

One object per domain, `synthesis.<domain>.GENERATOR`. What the domains share is in `synthesis` itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple, Protocol

from tautraj.agents.rules.desk import Desk
from tautraj.benchmarks.goals import Family, Goal, Request, Write

Database = dict[str, Any]
"""A world's database as plain JSON values. Nobody changes it."""


class Solution(NamedTuple):
    """What a solver makes of a text."""

    writes: tuple[Write, ...]
    tells: tuple[str, ...]


class Generator(Protocol):
    name: str
    """The domain."""
    weights: Mapping[Family, float]
    """How often a task of a family is proposed, relative to the others; a family that is absent never."""

    desk: Desk[Any]
    """V8: reads the text and the tools' answers."""

    def make_database(self, seed: int) -> Database: ...

    def list_customers(self, database: Database) -> Sequence[str]:
        """User ids of those who can want something."""

    def identify(self, database: Database, user_id: str, rng: Random) -> tuple[dict[str, str], tuple[str, ...]]:
        """`Goal.identity`, `Goal.unknown` of a customer."""

    def propose(self, database: Database, user_id: str, family: Family, voice: str, rng: Random) -> Sequence[Request]:
        """What this customer could want, worded; none if the family does not fit the customer."""

    def find_breach(self, database: Database, write: Write, user_id: str) -> str | None:
        """V5: why the policy forbids a write, from the raw data; None if it allows it."""

    def find_ambiguity(self, database: Database, goal: Goal) -> str | None:
        """V6: a reference of the goal that names no entity, or more than one."""

    def reorder(self, write: Write) -> Iterator[Write]:
        """V4: the same write with its lists in every other order."""

    def make_files(self, database: Database) -> dict[str, str]:
        """File name -> content, of the database as τ² reads it: `db.json`."""
