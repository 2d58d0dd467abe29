"""What a rehearsed llm knows of each episode. Not here: how it comes to know it (`writing`)."""

import hashlib
from typing import Any

from pydantic import Field, JsonValue, PositiveInt

from tautraj.trajectory import Record

Share = Field(ge=0, le=1)


class Habits(Record):
    """The settings of a rehearsed llm, `extra` in its YAML; they come with every request."""

    forgets: float = Share
    slips: float = Share
    patience: PositiveInt


class Step(Record):
    """Something the agent says, or does."""

    say: str | None
    """None: it calls a tool."""
    name: str
    """"" where it says something, and so on."""
    arguments: dict[str, JsonValue]
    writes: bool
    """Whether this changes something. An errand for the customer does."""
    asks: bool
    """Whether this asks for the customer's yes to the step that follows."""


class Part(Record):
    """One task."""

    steps: tuple[Step, ...]
    """All that the agent does; none where the model's seat is another's: nothing of the gold is handed out then."""
    given: int
    """Answers of the agent's that the conversation begins with: nobody plays them."""
    scenario: tuple[str, str, str, str, str]
    """A `Scenario`'s fields."""
    history: int
    """Messages that the customer's llm is sent of what the conversation begins with."""
    stop: str
    transfer: str
    has_tools: bool
    """The customer."""


class Script(Record):
    parts: tuple[Part, ...]
    seeds: dict[int, int]
    """The seed of an episode, which its calls carry -> the place of its task in `parts`."""

    def part(self, seed: Any) -> Part | None:
        place = self.seeds.get(seed)
        return None if place is None else self.parts[place]


def happens(share: float, *of: object) -> bool:
    """Whether this is one of that share; the same for the same `of`."""
    return int(hashlib.sha256(repr(of).encode()).hexdigest()[:8], 16) < share * 2**32
