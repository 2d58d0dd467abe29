"""The agent seat. An agent is a function `(stage, *, settings) -> None`; its YAML names it by `_target_`.

It plays until `stage.door.closed`, or returns to end the conversation itself.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from tautraj.benchmarks import Task
from tautraj.llms import Ask
from tautraj.trajectory import Turn


class Environment(Protocol):
    """What an agent acts on: the customer and the world. The recorder stands behind it."""

    @property
    def closed(self) -> bool: ...

    def call(self, call: Any, aside: Any = ...) -> str: ...

    def say(self, text: str, aside: Any = ...) -> str: ...

    def mistake(self, told: str, call: Any = ..., aside: Any = ...) -> str: ...

    def note(self, kind: Any, **fields: Any) -> Turn: ...

    def ran(self, code: Turn, printed: str, error: bool) -> None: ...


class Backstage(NamedTuple):
    """What only an offline model is given: the gold actions and a look at the database."""

    task: Task
    peek: Callable[[str, dict[str, Any]], Any]
    writing_tools: frozenset[str]


class Stage(NamedTuple):
    """What an agent is given."""

    task_id: str
    system: str
    """The benchmark's instructions with the policy."""
    turns: Sequence[Turn]
    """The conversation so far; it grows."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas, OpenAI's form."""
    door: Environment
    ask: Ask
    brief: Callable[[str, Sequence[dict[str, Any]]], None]
    """Keep in the record what the model is told first and which schemas it is shown."""
    backstage: Backstage | None
    """None wherever an llm plays."""
