"""The agent's one door to the world and the customer, and the endings that close it.

The recorder stands at this door, so the record is what happened and not what an agent framework remembered.
"""

from typing import Any, NamedTuple

from tautraj.benchmarks import World
from tautraj.config import Limits
from tautraj.errors import WorldClosed
from tautraj.recorder import Recorder
from tautraj.trajectory import Ending, Kind, Outcome, ToolCall
from tautraj.users import Customer


class Aside(NamedTuple):
    """What came with an action and nobody else heard."""

    thought: str | None
    """Text beside it."""
    dropped: tuple[ToolCall, ...]
    """Further calls of the same answer, not carried out."""


NOTHING = Aside(None, ())


class Door:
    """What an agent can do: call a tool, say something to the customer. Closed when the episode has ended."""

    def __init__(
        self,
        world: World,
        customer: Customer,
        recorder: Recorder,
        limits: Limits,
        stop_words: dict[str, Ending],
    ) -> None:
        self.outcome: Outcome | None = None
        self._world, self._customer, self._recorder = world, customer, recorder
        self._limits, self._stop_words = limits, stop_words
        self._mistakes_in_a_row = 0
        self._tool_errors = 0

    @property
    def closed(self) -> bool:
        return self.outcome is not None

    def call(self, call: ToolCall, aside: Aside = NOTHING) -> str:
        """Carry out a tool call; the world's exact answer."""
        self._must_be_open()
        answer = self._world.call(call)
        self._turn("tool_call", call, aside, observation=answer.content, error=answer.error)
        self._mistakes_in_a_row = 0
        self._tool_errors += answer.error
        if self._tool_errors >= self._limits.tool_errors:
            self._close("too_many_tool_errors", f"{self._tool_errors} calls answered with an error")
        return answer.content

    def say(self, text: str, aside: Aside = NOTHING) -> str:
        """Say `text` to the customer; what it answers, "" when the episode ended on that."""
        self._must_be_open()
        self._recorder.turn("model", "message", message=text, **aside._asdict())
        self._mistakes_in_a_row = 0
        return self.listen(text)

    def mistake(self, told: str, call: ToolCall | None = None, aside: Aside = NOTHING) -> str:
        """An action that cannot be carried out: the world never sees it, the model is told."""
        self._must_be_open()
        self._turn("mistake", call, aside, observation=told, error=True)
        self._mistakes_in_a_row += 1
        if self._mistakes_in_a_row >= self._limits.mistakes_in_a_row:
            self._close("too_many_mistakes", f"{self._mistakes_in_a_row} in a row, the last: {told}")
        return told

    def listen(self, heard: str) -> str:
        """Let the customer answer what it heard."""
        if self.closed:
            return ""
        answer = self._customer(heard)
        self._recorder.turn("user", "message", message=answer)
        word = next((word for word in self._stop_words if word in answer), None)
        if word is not None:
            self._close(self._stop_words[word], word)
        self._count()
        return "" if self.closed else answer

    def _turn(self, kind: Kind, call: ToolCall | None, aside: Aside, **fields: Any) -> None:
        self._recorder.turn("model", kind, tool_call=call, **aside._asdict(), **fields)
        self._count()

    def _count(self) -> None:
        played = sum(not turn.given for turn in self._recorder.turns)
        if not self.closed and played >= self._limits.turns:
            self._close("max_turns", f"{played} turns")

    def _close(self, kind: Ending, detail: str) -> None:
        if self.outcome is None:
            self.outcome = Outcome(kind=kind, detail=detail)

    def _must_be_open(self) -> None:
        if self.closed:
            raise WorldClosed("the episode has ended; nothing is done afterwards")
