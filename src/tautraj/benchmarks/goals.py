"""What the customer of a synthetic task wants, as data: its text is made from it, and an offline customer follows it.

A world's `proofs.jsonl` holds one goal per task. Not here: how goals come about (`synthesis`), how one is followed
(`users.goal`).
"""

import json
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, Field

from tautraj.errors import ConfigError, boundary
from tautraj.trajectory import Record

Family = Literal[
    "direct",
    "lookup",
    "optimisation",
    "conditional",
    "refusal",
    "information",
    "change_of_mind",
    "combined",
    "transfer",
    "pressure",
    "fault",
]
"""What makes a request what it is.

direct: everything is named. lookup: an entity is known only by what is in it. optimisation: the cheapest or
the like. conditional: what is preferred may not be had, and the database decides what is wanted instead.
refusal: the policy forbids it. information: a count, a sum, a difference. change_of_mind: corrected when the
agent asks for a confirmation. combined: two to four operations. transfer: only a human may do it. pressure:
forbidden, and the customer insists. fault: something does not work, and the agent finds out what is wrong."""

Families = Annotated[
    tuple[Family, ...], Field(min_length=1), AfterValidator(lambda families: tuple(sorted(families)))
]
"""Families, each as often as it is to be drawn relative to the others; their order means nothing."""

Topic = Literal[
    "reason",
    "payment",
    "order",
    "item",
    "option",
    "address",
    "reservation",
    "flight",
    "line",
    "place",
    "data",
    "other",
]
"""What an agent may ask about."""


TRANSFER_TOOL = "transfer_to_human_agents"
TRANSFER_SUMMARY = "The customer asks for something that only a human agent may do."


class Write(Record):
    """A call of a writing tool."""

    tool: str
    arguments: dict[str, Any]


class Reading(Record):
    """What one of the customer's own tools shows."""

    tool: str
    arguments: dict[str, Any] = {}
    shows: str
    """A part of its text."""


class Request(Record):
    """One thing that a customer wants."""

    family: Family
    said: str
    """How the customer puts it, in the first person: one or more whole sentences."""
    wish: str = ""
    """`said` without what leads up to it; "" where nothing does."""
    answers: dict[Topic, str] = {}
    """What it says when asked about that, in the first person, and not before."""
    correction: str | None = None
    """What it says instead of yes to the first confirmation it is asked for: a change of mind."""
    insists: tuple[str, ...] = ()
    """What it says to refusals, one after another, before it accepts them."""
    writes: tuple[Write, ...] = ()
    """The calls that fulfil it, after any correction; none for a question, a refusal or a transfer."""
    tells: tuple[str, ...] = ()
    """What the agent must have said, letter for letter."""
    rule: str | None = None
    """The rule of the policy that forbids it."""
    content_when: Reading | None = None
    """What the customer's phone has to show before it takes a fault for mended."""
    about: tuple[str, ...] = ()
    """Ids of what it reads or changes, beyond the customer. No other request of the task is about any of them, unless
    both were proposed together."""


class Goal(Record):
    """Everything that a customer wants and knows."""

    voice: str
    user_id: str
    identity: dict[Literal["email", "name", "zip", "user_id", "phone", "date_of_birth"], str]
    """What the customer knows of itself: the bare values."""
    unknown: tuple[str, ...] = ()
    """What it does not remember, as sentences in the first person."""
    requests: tuple[Request, ...] = Field(min_length=1)
    """In the order in which they are made."""
    transfers: bool = False
    """Whether the agent must hand the conversation over to a human."""

    @property
    def writes(self) -> tuple[Write, ...]:
        return tuple(write for request in self.requests for write in request.writes)

    @property
    def closing(self) -> tuple[Write, ...]:
        """The call that hands the conversation over, where it must be."""
        return (Write(tool=TRANSFER_TOOL, arguments={"summary": TRANSFER_SUMMARY}),) if self.transfers else ()

    @property
    def tells(self) -> tuple[str, ...]:
        return tuple(text for request in self.requests for text in request.tells)


PROOFS_FILE = "proofs.jsonl"

REQUEST_FILE = "synthesis.yaml"
"""What a world was made of."""


def read_goals(world: Path) -> dict[str, Goal]:
    """Task id -> goal, of a world's folder; empty for a folder that is no world.

    Raises `ConfigError` for a world whose proofs are missing or cannot be read.
    """
    path = world / PROOFS_FILE
    if not path.is_file():
        if (world / REQUEST_FILE).is_file():
            raise ConfigError(f"{world} has lost its {PROOFS_FILE}. {suggest_remake(world)}")
        return {}
    goals: dict[str, Goal] = {}
    with boundary(ConfigError, f"reading {path}", suggest_remake(world)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            with boundary(ConfigError, f"reading {path}, line {number}", suggest_remake(world)):
                proof = json.loads(line)
                goals[proof["task"]] = Goal.model_validate(proof["goal"])
    return goals


def explain_missing_tasks(world: Path) -> str:
    """Why a world's folder has no tasks of a domain, and the next step."""
    held = [path.parent.name for path in sorted(world.glob("tau2/domains/*/tasks.json"))]
    if held:
        return f"is a world of {held[0]}. Choose domain={held[0]}"
    return f"is a world that is not complete. Finish it: {format_command(world)}"


def suggest_remake(world: Path) -> str:
    """What to do about a complete world that is damaged."""
    return f"Delete the folder and make it again: {format_command(world)}"


def format_command(world: Path) -> str:
    """The command that makes the world of this folder, or finishes it."""
    words: list[str] = []
    with suppress(OSError, LookupError, TypeError, ValueError, yaml.YAMLError):
        request = yaml.safe_load((world / REQUEST_FILE).read_text(encoding="utf-8"))
        words = [f"{key}={request[key]}" for key in ("domain", "n", "seed")]
        if "paraphrase" in request:
            words.append("paraphrase.llm=…")  # it holds what the llm was, not which file of `conf/llm` says so
    return shlex.join(["python", "flows/synthesize.py", *words, f"out={world}"])
