"""The one door to the world: who may do what, and the endings that close it.

The recorder stands at this door, so the record is what happened and not what an agent framework remembered.
"""

from typing import Any

from tautraj.benchmarks import Benchmark, World
from tautraj.config import Limits
from tautraj.errors import WorldClosed
from tautraj.llms.tool_calls import NOTHING, Aside
from tautraj.runs.episode.limits import Allowance
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Ending, Kind, Outcome, Seat, ToolCall, Turn
from tautraj.users import Customer

UNCOUNTED = ("plan", "belief", "code")
"""Turns that nobody but their own seat notices; `limits.turns` is about the others."""


class Door:
    """Calls of both seats, and what the agent says to the customer. Closed when the episode has ended."""

    def __init__(
        self,
        benchmark: Benchmark,
        world: World,
        customer: Customer,
        recorder: Recorder,
        limits: Limits,
        allowance: Allowance,
    ) -> None:
        self._ended: Outcome | None = None
        self._benchmark, self._world, self._customer = benchmark, world, customer
        self._recorder, self._limits, self._allowance = recorder, limits, allowance
        self._tools: dict[Seat, list[str]] = {
            "model": [tool["function"]["name"] for tool in benchmark.tools],
            "user": [tool["function"]["name"] for tool in benchmark.user_tools],
        }
        self._mistakes_in_a_row: dict[Seat, int] = {}
        self._tool_errors = 0

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it goes on."""
        return self._ended or self._allowance.ending

    @property
    def closed(self) -> bool:
        return self.outcome is not None

    def call(self, call: ToolCall, aside: Aside = NOTHING, seat: Seat = "model") -> str:
        """Carry out a call of `seat`: the world's exact answer, or what is wrong with a call that is none."""
        self._must_be_open()
        if call.raw is not None:
            told = f"Error: the arguments of {call.name} are not a JSON object: {call.raw[:500]}"
            return self.mistake(told, call, aside, seat)
        if call.name not in self._tools[seat]:
            told = f"Error: there is no tool {call.name}. The tools are: {', '.join(self._tools[seat])}."
            return self.mistake(told, call, aside, seat)
        answer = self._world.call(call, seat)
        self._turn(seat, "tool_call", aside, tool_call=call, observation=answer.content, error=answer.error)
        self._mistakes_in_a_row[seat] = 0
        self._tool_errors += answer.error
        if seat == "model" and call.name in self._benchmark.closing_tools:
            self._close("agent_transfer", call.name)  # before the turns are counted: the last one may close too
        self._count()
        if self._tool_errors >= self._limits.tool_errors:
            self._close("too_many_tool_errors", f"{self._tool_errors} calls answered with an error")
        self._allowance.look()
        return answer.content

    def say(self, text: str, aside: Aside = NOTHING) -> str:
        """Say `text` to the customer; what it answers, "" when the episode ended on that."""
        self._must_be_open()
        self._recorder.turn("model", "message", message=text, **aside._asdict())
        self._mistakes_in_a_row["model"] = 0
        self._allowance.look()
        return self.listen(text)

    def mistake(self, told: str, call: ToolCall | None = None, aside: Aside = NOTHING, seat: Seat = "model") -> str:
        """An action that cannot be carried out: the world never sees it, the seat is told."""
        self._must_be_open()
        self._turn(seat, "mistake", aside, tool_call=call, observation=told, error=True)
        self._count()
        self._count_mistake(told, seat)
        self._allowance.look()
        return told

    def note(self, kind: Kind, **fields: Any) -> Turn:
        """Keep a plan, a belief or code of the agent's; nobody else notices."""
        self._must_be_open()
        return self._recorder.turn("model", kind, **fields)

    def ran(self, code: Turn, printed: str, error: bool) -> None:
        """The code is through. Code that did nothing in the world counts as a mistake, or it could go on for ever."""
        self._recorder.amend(code, observation=printed, error=error)
        if not self.closed and len(self._recorder.turns) == code.index + 1:
            self._count_mistake(printed, "model")

    def listen(self, heard: str) -> str:
        """Let the customer answer what it heard."""
        if self.closed:
            return ""
        try:
            answer = self._customer(heard)
        except WorldClosed:  # a limit was reached by the customer's own calls, or by what its llm costs
            return ""
        if self.closed:
            return ""
        self._recorder.turn("user", "message", message=answer)
        word = next((word for word in self._benchmark.stop_words if word in answer), None)
        if word is not None:
            self._close(self._benchmark.stop_words[word], word)
        self._count()
        self._allowance.look()
        return "" if self.closed else answer

    def _turn(self, seat: Seat, kind: Kind, aside: Aside, **fields: Any) -> None:
        self._recorder.turn(seat, kind, **aside._asdict(), **fields)

    def _count(self) -> None:
        played = sum(not turn.given and turn.kind not in UNCOUNTED for turn in self._recorder.turns)
        if played >= self._limits.turns:
            self._close("max_turns", f"{played} turns")

    def _count_mistake(self, told: str, seat: Seat) -> None:
        self._mistakes_in_a_row[seat] = count = self._mistakes_in_a_row.get(seat, 0) + 1
        if count >= self._limits.mistakes_in_a_row:
            self._close("too_many_mistakes", f"{count} in a row, the last: {told}")

    def _close(self, kind: Ending, detail: str) -> None:
        if not self.closed:
            self._ended = Outcome(kind=kind, detail=detail)

    def _must_be_open(self) -> None:
        if self.closed:
            raise WorldClosed("the episode has ended; nothing is done afterwards")
