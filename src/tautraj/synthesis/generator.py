"""What a domain brings to synthesis: a world, requests in it, the policy on the raw data, a reader of the text.

One object per domain, `synthesis.<domain>.GENERATOR`. What the domains share is in `synthesis` itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol, runtime_checkable

from tautraj.agents.rules.desk import Desk
from tautraj.benchmarks import Benchmark
from tautraj.benchmarks.goals import Family, Goal, Request, Write
from tautraj.synthesis.decontamination import OfficialTasks
from tautraj.trajectory import Record

Database = dict[str, Any]
"""A world's database as plain JSON values. Nobody changes it."""


class Case(Record):
    """What a task starts from and how it is graded, where its goal does not say it."""

    name: str
    """What the task is about. No two tasks of a world have the same."""
    parts: tuple[str, ...]
    """What is wrong or asked for: their number is a measure of difficulty."""
    initial_state: dict[str, Any]
    evaluation_criteria: dict[str, Any]
    near: str | None = None
    """The official test task that differs by one part."""


class Draft(NamedTuple):
    """A task before it is proved."""

    family: Family
    goal: Goal
    case: Case | None = None
    """None: the goal says everything."""


class Solution(NamedTuple):
    """What a solver makes of a text."""

    writes: tuple[Write, ...]
    tells: tuple[str, ...]
    refusals: tuple[str | None, ...] = ()
    """Why it would not do a wish, one each; None if a human has to."""


class Rejection(NamedTuple):
    """Why a task is not kept."""

    check: str
    """V1 to V10."""
    why: str


class WorldMaker(Protocol):
    name: str
    """The domain."""

    def make_database(self, seed: int) -> Database: ...

    def list_customers(self, database: Database) -> Sequence[str]:
        """User ids of those who can want something."""

    def make_files(self, database: Database) -> dict[str, str]:
        """File name -> content, of the database as τ² reads it: `db.json`."""

    def read_database(self, folder: Path) -> Database:
        """What `make_files` wrote into `folder`."""

    def list_violations(self, database: Database) -> list[str]:
        """A line for each rule of the domain's databases that this one breaks."""


class TaskProver(Protocol):
    def prove(self, task_id: str, goal: Goal) -> dict[str, Any] | Rejection:
        """Check -> its values, of all ten; or the first that does not hold."""

    def read(self, task_id: str, goal: Goal) -> Any:
        """What the solver does about the goal's text: equal for texts in which it finds the same."""


@runtime_checkable
class Composer(WorldMaker, Protocol):
    """A domain whose tasks are more than a goal: `Draft.case`. It composes and proves them itself."""

    def compose(self, database: Database, rng: Random) -> Draft | None:
        """A random task about a random customer; None if they do not fit."""

    def open_prover(self, database: Database, benchmark: Benchmark, official: OfficialTasks) -> TaskProver:
        """`benchmark`: the world's folder as it is played, holding the tasks that are to be proved."""


class Generator(WorldMaker, Protocol):
    """A domain whose tasks follow from their goals: `synthesis.composition` and `synthesis.proofs` do the rest."""

    weights: Mapping[Family, float]
    """How often a task of a family is proposed, relative to the others; a family that is absent never."""

    desk: Desk[Any]
    """V8: reads the text and the tools' answers."""

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
