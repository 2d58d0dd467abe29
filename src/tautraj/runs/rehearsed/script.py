"""What a rehearsed llm knows of each episode. Not here: how it comes to know it (`writing`)."""

import hashlib
from typing import Any

from pydantic import Field, JsonValue, PositiveInt

from tautraj.trajectory import Record

PROBABILITY = Field(ge=0, le=1)


class RehearsedSettings(Record):
    """The settings of a rehearsed llm, `extra` in its YAML; they come with every request."""

    forgets: float = PROBABILITY
    slips: float = PROBABILITY
    patience: PositiveInt


class ScriptStep(Record):
    """Something the agent says, or does."""

    say: str | None
    """None: it calls a tool."""
    name: str
    """"" where it says something, and so on."""
    arguments: dict[str, JsonValue]
    writes: bool
    """Whether this changes something. An errand for the customer does."""
    asks_confirmation: bool
    """Whether this asks for the customer's yes to the step that follows."""


class TaskScript(Record):
    """One task."""

    steps: tuple[ScriptStep, ...]
    """All that the agent does; none where the model's seat is another's: nothing of the gold is handed out then."""
    given_replies: int
    """Answers of the agent's that the conversation begins with: nobody plays them."""
    scenario: tuple[str, str, str, str, str]
    """A `Scenario`'s fields."""
    history_length: int
    """Messages that the customer's llm is sent of what the conversation begins with."""
    stop: str
    transfer: str
    has_tools: bool
    """The customer."""


class Script(Record):
    tasks: tuple[TaskScript, ...]
    task_by_seed: dict[int, int]
    """The seed of an episode, which its calls carry -> the place of its task in `parts`."""

    def find_task(self, seed: Any) -> TaskScript | None:
        place = self.task_by_seed.get(seed)
        return None if place is None else self.tasks[place]


def is_sampled(probability: float, *of: object) -> bool:
    """Whether this is one of that share; the same for the same `of`."""
    return int(hashlib.sha256(repr(of).encode()).hexdigest()[:8], 16) < probability * 2**32
