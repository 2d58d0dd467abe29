"""The agent seat. An agent is a function `(context, *, settings) -> None`; its YAML names it by `_target_`.

It plays until `context.env.is_closed`, or returns to end the conversation itself.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from tautraj.benchmarks import Task
from tautraj.llms import Ask
from tautraj.trajectory import Turn


class Environment(Protocol):
    """What an agent acts on: the customer and the world. The recorder stands behind it."""

    @property
    def is_closed(self) -> bool: ...

    def call(self, call: Any, side_channels: Any = ...) -> str: ...

    def say(self, text: str, side_channels: Any = ...) -> str: ...

    def report_mistake(self, message: str, call: Any = ..., side_channels: Any = ...) -> str: ...

    def note(self, kind: Any, **fields: Any) -> Turn: ...

    def finish_code(self, code: Turn, output: str, error: bool) -> None: ...


class GoldContext(NamedTuple):
    """What only an offline model is given: the gold actions and a look at the database."""

    task: Task
    peek: Callable[[str, dict[str, Any]], Any]
    writing_tools: frozenset[str]


class AgentContext(NamedTuple):
    """What an agent is given."""

    task_id: str
    system: str
    """The benchmark's instructions with the policy."""
    turns: Sequence[Turn]
    """The conversation so far; it grows."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas, OpenAI's form."""
    env: Environment
    ask: Ask
    record_prompt: Callable[[str, Sequence[dict[str, Any]]], None]
    """Keep in the record what the model is told first and which schemas it is shown."""
    gold_context: GoldContext | None
    """None wherever an llm plays."""
