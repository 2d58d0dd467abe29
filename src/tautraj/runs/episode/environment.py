"""Environment of an episode: the only access to the world and the customer, and the endings that close it.

Every action passes the recorder here, so the record holds what happened and not what an agent framework remembered.
"""

from collections.abc import Sequence
from typing import Any

from tautraj.benchmarks import Benchmark, World
from tautraj.benchmarks.tool_results import shorten_result
from tautraj.config import Limits, ResultDetail
from tautraj.errors import InvalidToolCalls, WorldClosed
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, SideChannels
from tautraj.runs.episode.limits import EpisodeLimits
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.episode.shown_turns import ShownTurns
from tautraj.trajectory import Ending, Outcome, Seat, ToolCall, Turn, TurnKind, count_turns
from tautraj.users import Customer


class EpisodeEnvironment:
    """Carries out the tool calls of both seats and the agent's messages to the customer, until the episode ends."""

    def __init__(
        self,
        benchmark: Benchmark,
        world: World,
        customer: Customer,
        recorder: Recorder,
        limits: Limits,
        episode_limits: EpisodeLimits,
        results: ResultDetail,
    ) -> None:
        """`results`: how much of a tool's answer the agent is shown; the record has it whole."""
        self._outcome: Outcome | None = None
        self._benchmark, self._world, self._customer = benchmark, world, customer
        self._recorder, self._limits, self._episode_limits = recorder, limits, episode_limits
        self._has_short_results = results == "short"
        self._tools: dict[Seat, list[str]] = {
            "model": [tool["function"]["name"] for tool in benchmark.tools],
            "user": [tool["function"]["name"] for tool in benchmark.user_tools],
        }
        self._mistakes_in_a_row: dict[Seat, int] = {}
        self._tool_errors = 0
        for turn in recorder.turns[: recorder.copied]:
            self._count_copied(turn)

    @property
    def shown_turns(self) -> Sequence[Turn]:
        """The episode's turns as the agent sees them; grows."""
        turns = self._recorder.turns
        return ShownTurns(turns, self._benchmark.writing_tools) if self._has_short_results else turns

    @property
    def outcome(self) -> Outcome | None:
        """How the episode ended; None while it goes on."""
        return self._outcome or self._episode_limits.outcome

    @property
    def is_closed(self) -> bool:
        return self.outcome is not None

    def call(self, call: ToolCall, side_channels: SideChannels = NO_SIDE_CHANNELS, seat: Seat = "model") -> str:
        """Carry out a call of `seat`; return the world's result, or an error message for an invalid call.

        An invalid call is a mistake and never reaches the world. Raises `WorldClosed`.
        """
        self._check_open()
        names = self._tools[seat]
        if call.raw is not None and names:
            message = f"Error: the arguments of {call.name} are not a JSON object: {call.raw[:500]}"
            return self.report_mistake(message, call, side_channels, seat)
        if call.name not in names:
            listed = f"The tools are: {', '.join(names)}."
            hint = listed if names else "You have no tools. Write what you say, and make no call."
            return self.report_mistake(f"Error: there is no tool {call.name}. {hint}", call, side_channels, seat)
        result = self._world.call(call, seat)
        self._record_turn(
            seat, "tool_call", side_channels, tool_call=call, observation=result.content, error=result.error
        )
        self._mistakes_in_a_row[seat] = 0
        self._tool_errors += result.error
        if seat == "model" and call.name in self._benchmark.closing_tools:
            self._close("agent_transfer", call.name)  # before the turn limit, which this turn may reach as well
        self._check_turn_limit()
        if self._tool_errors >= self._limits.tool_errors:
            self._close("too_many_tool_errors", f"{self._tool_errors} calls answered with an error")
        self._episode_limits.update()
        if seat == "model" and self._has_short_results:
            return shorten_result(call, result.content, self._benchmark.writing_tools)
        return result.content

    def say(self, text: str, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        """Send `text` to the customer; return its answer, or "" if the episode ended. Raises `WorldClosed`."""
        self._check_open()
        self._recorder.record_turn("model", "message", message=text, **side_channels._asdict())
        self._mistakes_in_a_row["model"] = 0
        self._episode_limits.update()
        return self.get_reply(text)

    def report_mistake(
        self,
        message: str,
        call: ToolCall | None = None,
        side_channels: SideChannels = NO_SIDE_CHANNELS,
        seat: Seat = "model",
    ) -> str:
        """Record an action that cannot be carried out; return `message`, the observation for the seat.

        `call`: the invalid call, None if the seat made none. Too many in a row end the episode if they are the
        agent's; the customer's raise `InvalidToolCalls`, since the agent must not be graded for them. Raises
        `WorldClosed`.
        """
        self._check_open()
        self._record_turn(seat, "mistake", side_channels, tool_call=call, observation=message, error=True)
        self._check_turn_limit()
        self._count_mistake(message, seat)
        self._episode_limits.update()
        return message

    def note(self, kind: TurnKind, **fields: Any) -> Turn:
        """Record a plan, a belief or code of the agent, which the customer never sees. Raises `WorldClosed`."""
        self._check_open()
        return self._recorder.record_turn("model", kind, **fields)

    def finish_code(self, code: Turn, output: str, error: bool) -> None:
        """Add the output of a code block to its turn.

        A block without any action counts as a mistake: an agent could write such blocks for ever.
        """
        self._recorder.amend(code, observation=output, error=error)
        if not self.is_closed and len(self._recorder.turns) == code.index + 1:
            self._count_mistake(output, "model")

    def get_reply(self, message: str) -> str:
        """Pass `message` to the customer, record and return its answer; "" if the episode has ended."""
        if self.is_closed:
            return ""
        try:
            answer = self._customer(message)
        except WorldClosed:  # the customer's own calls, or the cost of its llm, reached a limit
            return ""
        if self.is_closed:
            return ""
        self._recorder.record_turn("user", "message", message=answer)
        self._mistakes_in_a_row["user"] = 0
        word = next((word for word in self._benchmark.stop_words if word in answer), None)
        if word is not None:
            self._close(self._benchmark.stop_words[word], word)
        self._check_turn_limit()
        self._episode_limits.update()
        return "" if self.is_closed else answer

    def _record_turn(self, seat: Seat, kind: TurnKind, side_channels: SideChannels, **fields: Any) -> None:
        self._recorder.record_turn(seat, kind, **side_channels._asdict(), **fields)

    def _count_copied(self, turn: Turn) -> None:
        """Count a turn of another episode towards the limits on mistakes and errors, as it was counted there."""
        if turn.kind == "mistake":
            self._mistakes_in_a_row[turn.seat] = self._mistakes_in_a_row.get(turn.seat, 0) + 1
        elif turn.kind in ("message", "tool_call"):
            self._mistakes_in_a_row[turn.seat] = 0
            self._tool_errors += turn.error and not turn.given

    def _check_turn_limit(self) -> None:
        played = count_turns(self._recorder.turns)
        if played >= self._limits.turns:
            self._close("max_turns", f"{played} turns")

    def _count_mistake(self, message: str, seat: Seat) -> None:
        self._mistakes_in_a_row[seat] = count = self._mistakes_in_a_row.get(seat, 0) + 1
        if count < self._limits.mistakes_in_a_row:
            return
        if seat == "user":
            raise InvalidToolCalls(f"the customer made {count} invalid calls in a row, the last: {message}")
        self._close("too_many_mistakes", f"{count} in a row, the last: {message}")

    def _close(self, kind: Ending, detail: str) -> None:
        if not self.is_closed:
            self._outcome = Outcome(kind=kind, detail=detail)

    def _check_open(self) -> None:
        if self.is_closed:
            raise WorldClosed("the episode has ended; nothing is done afterwards")
