"""What an agent sees of an episode where tools' answers are short: `agent.results=short`. The record has them whole.

Not here: how an answer is shortened (`benchmarks.tool_results`).
"""

from collections.abc import Sequence
from typing import Any, overload

from tautraj.agents.base import Environment
from tautraj.benchmarks.tool_results import shorten_result, shorten_turn
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, SideChannels
from tautraj.trajectory import ToolCall, Turn, TurnKind


class ShownTurns(Sequence[Turn]):
    """The turns of an episode, with short answers; grows as they do."""

    def __init__(self, turns: Sequence[Turn], writing_tools: frozenset[str]) -> None:
        self._turns, self._writing_tools = turns, writing_tools

    @overload
    def __getitem__(self, index: int) -> Turn: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Turn]: ...
    def __getitem__(self, index: int | slice) -> Turn | Sequence[Turn]:
        if isinstance(index, slice):
            return [shorten_turn(turn, self._writing_tools) for turn in self._turns[index]]
        return shorten_turn(self._turns[index], self._writing_tools)

    def __len__(self) -> int:
        return len(self._turns)


class ShownEnvironment:
    """The environment, with short answers."""

    def __init__(self, env: Environment, writing_tools: frozenset[str]) -> None:
        self._env, self._writing_tools = env, writing_tools

    @property
    def is_closed(self) -> bool:
        return self._env.is_closed

    def call(self, call: ToolCall, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        return shorten_result(call, self._env.call(call, side_channels), self._writing_tools)

    def say(self, text: str, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        return self._env.say(text, side_channels)

    def report_mistake(
        self, message: str, call: ToolCall | None = None, side_channels: SideChannels = NO_SIDE_CHANNELS
    ) -> str:
        return self._env.report_mistake(message, call, side_channels)

    def note(self, kind: TurnKind, **fields: Any) -> Turn:
        return self._env.note(kind, **fields)

    def finish_code(self, code: Turn, output: str, error: bool) -> None:
        self._env.finish_code(code, output, error)
