"""The interface of a benchmark: tasks, worlds, prompts, grades.

Policy, tools, customer guidelines and reward come from the benchmark's own code and are never reimplemented.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from tautraj.benchmarks.goals import Goal
from tautraj.llms import Ask
from tautraj.trajectory import Ending, Grade, Outcome, Privileged, Seat, ToolCall, Turn

_ASKED_TO_CONFIRM = re.compile(
    r"\b(?:if|when) the agent asks (?:you )?(?:for |to )?(?:final )?confirm(?:ation)?(?: again| before proceeding)?"
    r",\s*([^.]+)",
    re.IGNORECASE,
)


class Scenario(NamedTuple):
    """What the customer knows, in the benchmark's words; a field is "" where the benchmark has no text for it."""

    text: str
    """The whole scenario, as it stands in an llm customer's prompt."""
    reason: str
    known: str
    unknown: str
    instructions: str

    @property
    def change_of_mind(self) -> str:
        """What it says that the customer does when it is asked to confirm, instead of saying yes; "" for nothing."""
        changes = _ASKED_TO_CONFIRM.findall(f"{self.reason or self.text}\n{self.instructions}")
        return changes[-1] if changes else ""


class Task(NamedTuple):
    id: str
    scenario: Scenario
    given: tuple[Turn, ...]
    """The turns before the episode; empty unless the task starts within a conversation."""
    privileged: Privileged
    goal: Goal | None = None
    """What its customer wants, as data; None unless the task is synthetic. As secret as `privileged`."""


class Observation(NamedTuple):
    content: str
    """The world's exact text; grading replays the call and compares."""
    error: bool


class EntityRef(NamedTuple):
    """Address of an entity in a world's database."""

    collection: str
    """Name of the collection; those of the customer's own database begin with "user."."""
    key: str | None
    """None: the collection is one value."""


class World(Protocol):
    """One episode's database and tools."""

    def call(self, call: ToolCall, seat: Seat) -> Observation:
        """Execute a call of the agent or the customer.

        A mistake of the model is an observation with `error`, never an exception. Raises `WorldError`.
        """

    def peek(self, name: str, arguments: dict[str, Any]) -> Any:
        """Result of a reading tool, parsed if it is JSON; None on an error. For offline seats; not recorded."""

    def find_touched_entities(self) -> set[EntityRef]:
        """The entities that may differ from their initial state."""

    def read_entity(self, ref: EntityRef) -> Any:
        """The entity as plain JSON values; None if it does not exist."""


class Benchmark(Protocol):
    """One domain. Shared by threads; immutable after it is opened."""

    name: str
    domain: str
    version: str
    """Of its program; and of its tasks, where they are not the program's own."""
    data_hash: str
    agent_prompt: str
    """The benchmark's own instructions with the domain's policy."""
    greeting: str
    """The agent's first message to the customer."""
    has_greeting_turn: bool
    """Whether the greeting is a turn that the agent sees; if not, the conversation begins with the customer."""
    stop_words: dict[str, Ending]
    """Word with which a customer ends the conversation -> kind of the ending."""
    tools: tuple[dict[str, Any], ...]
    """The agent's tools: the benchmark's JSON schemas in OpenAI's format."""
    user_tools: tuple[dict[str, Any], ...]
    """The customer's tools, in the same format."""
    writing_tools: frozenset[str]
    """Names of the agent's tools that change the database."""
    closing_tools: frozenset[str]
    """Names of the agent's tools that end the conversation."""
    quarantine: dict[str, str]
    """Task id -> known defect of its gold actions."""

    def __hash__(self) -> int: ...

    def list_task_ids(self, split: str) -> list[str]:
        """Task ids of a split. Raises `ConfigError` for a split that does not exist."""

    def find_unplayable(self, task_ids: Sequence[str]) -> dict[str, str]:
        """Those of these tasks that this benchmark cannot play -> why, in the same words for the same reason."""

    def get_task(self, task_id: str) -> Task: ...

    def build_user_prompt(self, task: Task) -> str: ...

    def build_world(self, task: Task) -> World: ...

    def grade(self, task_id: str, turns: Sequence[Turn], outcome: Outcome, judge: Ask | None) -> Grade | str:
        """The benchmark's grade of an episode, or one word for why there is none: an ending's kind or "judge".

        `judge` is called where a task's reward needs one; without it the result is "judge". Raises `GradingError`.
        """


def get_stop_word(benchmark: Benchmark, ending: Ending = "user_stop") -> str:
    """The stop word for `ending`; that for `user_stop` where the benchmark has no word for `ending`."""
    words = {kind: word for word, kind in benchmark.stop_words.items()}
    return words.get(ending, words["user_stop"])
