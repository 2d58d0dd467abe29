"""The agent seat. An agent is a function `(context, *, settings) -> None`; its YAML names it by `_target_`.

An agent acts until `context.env.is_closed`. Returning earlier ends the conversation.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from tautraj.benchmarks import Task
from tautraj.config import Llm, Run
from tautraj.errors import ConfigError
from tautraj.llms import Ask
from tautraj.llms.tool_calls import SideChannels
from tautraj.trajectory import ToolCall, Turn, TurnKind


class Environment(Protocol):
    """What an agent acts on: the customer and the world. Every action is recorded as a turn.

    All methods but `finish_code` raise `WorldClosed` once the episode has ended.
    """

    @property
    def is_closed(self) -> bool:
        """Whether the episode has ended."""

    def call(self, call: ToolCall, side_channels: SideChannels = ...) -> str:
        """Carry out a tool call. Returns the world's answer (short for `agent.results=short`), or the error text."""

    def say(self, text: str, side_channels: SideChannels = ...) -> str:
        """Say `text` to the customer. Returns the customer's reply; "" if the episode ended on it."""

    def report_mistake(self, message: str, call: ToolCall | None = ..., side_channels: SideChannels = ...) -> str:
        """Record an action that cannot be carried out. Returns `message`, which the model is sent as its result."""

    def note(self, kind: TurnKind, **fields: Any) -> Turn:
        """Record a plan, a belief or code. Neither the customer nor the world sees it."""

    def finish_code(self, code: Turn, output: str, error: bool) -> None:
        """Add the output to a `code` turn. Code that took no action counts as a mistake."""


class GoldContext(NamedTuple):
    """For offline models only: the gold actions and read access to the database."""

    task: Task
    peek: Callable[[str, dict[str, Any]], Any]
    """(reading tool, arguments) -> its parsed answer, None on an error. Leaves no trace in the record."""
    writing_tools: frozenset[str]


class AgentContext(NamedTuple):
    """What an agent receives."""

    task_id: str
    system: str
    """The benchmark's instructions with the policy; short ones or "" where the run says so (`agent.system`)."""
    turns: Sequence[Turn]
    """The conversation so far, with the answers that `env` returns; grows as the agent acts."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas in OpenAI's format; without descriptions and parameters for `agent.tools=names`."""
    env: Environment
    ask: Ask
    record_prompt: Callable[[str, Sequence[dict[str, Any]]], None]
    """(system prompt, tool schemas) -> None: write both into the record."""
    gold_context: GoldContext | None
    """None unless the model is offline and replays gold actions."""
    domain: str = ""
    llm: Llm | None = None
    """The llm behind `ask`: what only itself may be sent back is sent for turns that it made itself."""


def require_system_prompt(run: Run, **_: Any) -> None:
    """Check of agents whose system prompt says how to act. Raises `ConfigError` for `agent.system=none`."""
    if run.agent.system == "none":
        raise ConfigError(
            f"agent.system=none: agent={run.agent.name} says in its system prompt how to act. Choose "
            "agent.system=short, or agent=tool_calling"
        )
