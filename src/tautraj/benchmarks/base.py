"""The benchmark behind one small interface: tasks, worlds, prompts, grades.

What a benchmark decides is asked of it and never imitated: policy, tools, customer guidelines, reward.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from tautraj.llms import Ask
from tautraj.trajectory import Ending, Grade, Outcome, Privileged, Seat, ToolCall, Turn


class Scenario(NamedTuple):
    """What the customer knows. Text as the benchmark gives it; "" where it gives none."""

    text: str
    """All of it, as an llm is told."""
    reason: str
    known: str
    unknown: str
    instructions: str


class Task(NamedTuple):
    id: str
    scenario: Scenario
    given: tuple[Turn, ...]
    """The conversation so far, where the task starts in the middle of one."""
    privileged: Privileged


class Observation(NamedTuple):
    content: str
    """The world's exact words; grading replays and compares them."""
    error: bool


class EntityRef(NamedTuple):
    """Where an entity stands in a world's database."""

    collection: str
    """The customer's own collections begin with "user."."""
    key: str | None
    """None: the collection is one value."""


class World(Protocol):
    """One episode's database and tools."""

    def call(self, call: ToolCall, seat: Seat) -> Observation:
        """Carry out a call of the agent or the customer.

        Never raises for what the model did wrong: that is an `Error: …` observation.
        """

    def peek(self, name: str, arguments: dict[str, Any]) -> Any:
        """What a reading tool would answer, parsed, or None on an error. For offline seats; leaves no trace."""

    def find_touched_entities(self) -> set[EntityRef]:
        """What may be different by now from how it was at the start."""

    def read_entity(self, ref: EntityRef) -> Any:
        """As plain JSON values; None where there is none."""


class Benchmark(Protocol):
    """One domain. Shared by threads: nothing here changes after it was opened."""

    name: str
    domain: str
    version: str
    data_hash: str
    agent_prompt: str
    """The benchmark's own instructions with the domain's policy."""
    greeting: str
    """What the customer hears first."""
    has_greeting_turn: bool
    """Whether the agent knows that it said so; else the conversation begins with the customer."""
    stop_words: dict[str, Ending]
    """What a customer writes to end the conversation -> what that ending is called."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas as the benchmark writes them, OpenAI's form."""
    user_tools: tuple[dict[str, Any], ...]
    """The customer's own, in the same form."""
    writing_tools: frozenset[str]
    closing_tools: frozenset[str]
    """Calls of the agent that end the conversation."""
    quarantine: dict[str, str]
    """Task id -> what is known to be wrong with its gold actions."""

    def __hash__(self) -> int: ...

    def list_task_ids(self, split: str) -> list[str]:
        """Raises ConfigError for a split that does not exist."""

    def get_task(self, task_id: str) -> Task: ...

    def build_user_prompt(self, task: Task) -> str: ...

    def build_world(self, task: Task) -> World: ...

    def grade(self, task_id: str, turns: Sequence[Turn], outcome: Outcome, judge: Ask | None) -> Grade | str:
        """The benchmark's verdict on what happened, or in a word why it gives none.

        `judge` is asked where a task's reward needs a judge. Raises `GradingError`.
        """


def get_stop_word(benchmark: Benchmark, ending: Ending = "user_stop") -> str:
    """What a customer writes for `ending`; the word for `user_stop` where the benchmark has no other."""
    words = {kind: word for word, kind in benchmark.stop_words.items()}
    return words.get(ending, words["user_stop"])
