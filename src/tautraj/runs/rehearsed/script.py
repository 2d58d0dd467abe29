"""Records of the script that a rehearsed llm plays. Not here: building it (`runs.rehearsed.script_builder`)."""

import hashlib
from typing import Any

from pydantic import Field, JsonValue, PositiveInt

from tautraj.trajectory import Record

PROBABILITY = Field(ge=0, le=1)


class RehearsedSettings(Record):
    """Settings of a rehearsed llm: `extra` in its YAML, sent with every request."""

    forgets: float = PROBABILITY
    """Share of conversations in which the agent leaves out its last write, or the customer hangs up on its yes."""
    slips: float = PROBABILITY
    """Share of yeses that a customer whose drafts are checked drafts with such a hang-up."""
    patience: PositiveInt
    """Messages after which the customer hangs up."""


class ScriptStep(Record):
    """A message or a tool call of the agent."""

    say: str | None
    """The message; None for a tool call."""
    name: str
    """Name of the tool; "" for a message."""
    arguments: dict[str, JsonValue]
    """Arguments of the tool; empty for a message."""
    writes: bool
    """Whether the step changes the world. A message that asks the customer to use a tool of its own does."""
    asks_confirmation: bool
    """Whether the message asks the customer to confirm the write that follows."""


class TaskScript(Record):
    """The script of one task."""

    steps: tuple[ScriptStep, ...]
    """All steps of the agent; empty if the model's seat is not rehearsed, so that no gold action leaves the run."""
    taken: int
    """Number of the first of these that a branch begins with: whoever played the conversation took them."""
    given_replies: int
    """Number of agent messages that the conversation begins with; they are not played."""
    scenario: tuple[str, str, str, str, str]
    """The fields of a `Scenario`."""
    history_length: int
    """Number of messages about the given turns that every request of the customer begins with."""
    stop: str
    """The benchmark's word for the end of the conversation."""
    transfer: str
    """The benchmark's word for a transfer to a human."""
    user_tools: tuple[str, ...]
    """Names of the customer's tools."""


class Script(Record):
    """The scripts of all tasks of a run."""

    tasks: tuple[TaskScript, ...]
    task_by_episode: dict[int, int]
    """`EpisodeSpec.number` -> index of the task in `tasks`. Every request carries the number as its seed."""

    def find_task(self, episode: Any) -> TaskScript | None:
        """The script for an episode's number; None if it is unknown."""
        index = self.task_by_episode.get(episode)
        return None if index is None else self.tasks[index]


def is_sampled(probability: float, *key: object) -> bool:
    """True with that probability; always the same for the same `key`."""
    return int(hashlib.sha256(repr(key).encode()).hexdigest()[:8], 16) < probability * 2**32
