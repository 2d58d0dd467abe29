"""The turns of an episode as its agent sees them where tools' answers are short: `agent.results=short`.

Not here: how an answer is shortened (`benchmarks.tool_results`).
"""

from collections.abc import Sequence
from typing import overload

from tautraj.benchmarks.tool_results import shorten_turn
from tautraj.trajectory import Turn


class ShownTurns(Sequence[Turn]):
    """The turns, with short answers; grows as they do."""

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
