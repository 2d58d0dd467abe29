"""Open an episode at a turn of another one: the world by the recorded calls, programs by the recorded conversation.

Not here: the histories of llms, which agents and strategies make of the turns (`agents.message_history`,
`users.llm`); which turn (`runs.branches`).
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tautraj.agents.base import Environment
from tautraj.benchmarks import Benchmark, World
from tautraj.errors import WorldError
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, SideChannels
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import ToolCall, Turn, TurnKind
from tautraj.users import Customer

Result = TypeVar("Result")

MOST_QUOTED = 200
"""Characters of an answer that an error quotes."""


def replay_calls(world: World, turns: Sequence[Turn]) -> None:
    """Carry out the recorded calls of both seats. Raises `WorldError` if the world answers otherwise than then."""
    for turn in turns:
        if turn.kind != "tool_call" or turn.tool_call is None or turn.given:
            continue
        answer = world.call(turn.tool_call, turn.seat)
        if (answer.content, answer.error) != (turn.observation, turn.error):
            raise WorldError(
                f"turn {turn.index}, {turn.tool_call.name}: the world answers {answer.content[:MOST_QUOTED]!r}, the "
                f"record has {(turn.observation or '')[:MOST_QUOTED]!r}. Branch episodes of this version of the "
                "benchmark's data: play the run again"
            )


def add_greeting(turns: Sequence[Turn], benchmark: Benchmark) -> list[Turn]:
    """The turns as their customer had them: it has answered to the greeting where that is no turn, too."""
    if benchmark.has_greeting_turn or not turns or turns[0].given:
        return list(turns)
    when = {"started": turns[0].started, "seconds": 0.0}
    return [Turn(index=0, seat="model", kind="message", message=benchmark.greeting, given=True, **when), *turns]


class CustomerActions:
    """What a customer does beside speaking.

    While it catches up with a recorded conversation, its calls are answered from there; from then on it acts.
    """

    def __init__(self, recorder: Recorder, act: Callable[[ToolCall, SideChannels], str]) -> None:
        copied = recorder.turns[: recorder.copied]
        self._recorder, self._act = recorder, act
        self._recorded = [turn for turn in copied if turn.seat == "user" and turn.tool_call is not None]
        self.is_live = False

    def call(self, call: ToolCall, side_channels: SideChannels) -> str:
        """Carry out a call. While the customer catches up, one that is not in the record is answered ""."""
        if self.is_live:
            return self._act(call, side_channels)
        turn = next((t for t in self._recorded if t.tool_call is not None and _is_same(t.tool_call, call)), None)
        if turn is None:
            return ""
        self._recorded.remove(turn)
        return turn.observation or ""

    def think(self, thought: str) -> None:
        if self.is_live:
            self._recorder.record_thought("user", thought)


def catch_up(customer: Customer, turns: Sequence[Turn]) -> None:
    """Say to a customer what was said to it in `turns` and that it answered. What it answers now is ignored."""
    spoken = [turn for turn in turns if turn.kind == "message"]
    for turn, following in zip(spoken, spoken[1:], strict=False):
        if turn.seat == "model" and following.seat == "user" and not following.given:
            customer(turn.message or "")


class RecordedConversation:
    """The environment of an agent that is a program: it answers from the record while the agent does what is there.

    From the first other action on, and at the end of the record, actions are carried out.
    """

    def __init__(self, env: Environment, played: Sequence[Turn]) -> None:
        """`played`: the turns of the episode, a list that grows as `env` acts."""
        self._env, self._played = env, played
        begin = next((turn.index for turn in played if turn.seat == "model" and not turn.given), len(played))
        self.turns: list[Turn] = list(played[:begin])
        """The conversation as far as the agent has come in it."""
        self._coming = deque(played[begin:])

    @property
    def is_closed(self) -> bool:
        return not self._coming and self._env.is_closed

    def call(self, call: ToolCall, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        if self._coming and self._coming[0].tool_call is not None and _is_same(self._coming[0].tool_call, call):
            self._go_on()
            return self.turns[-1].observation or ""
        return self._act(lambda: self._env.call(call, side_channels))

    def say(self, text: str, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        if self._coming and self._coming[0].message == text:
            self._go_on()
            while self._coming and self._coming[0].seat == "user":
                self._go_on()
            return self.turns[-1].message or ""
        return self._act(lambda: self._env.say(text, side_channels))

    def report_mistake(
        self, message: str, call: ToolCall | None = None, side_channels: SideChannels = NO_SIDE_CHANNELS
    ) -> str:
        return self._act(lambda: self._env.report_mistake(message, call, side_channels))

    def note(self, kind: TurnKind, **fields: Any) -> Turn:
        return self._act(lambda: self._env.note(kind, **fields))

    def finish_code(self, code: Turn, output: str, error: bool) -> None:
        self._env.finish_code(code, output, error)

    def _go_on(self) -> None:
        self.turns.append(self._coming.popleft())

    def _act(self, action: Callable[[], Result]) -> Result:
        self._coming.clear()
        result = action()
        self.turns[:] = self._played
        return result


def _is_same(recorded: ToolCall, call: ToolCall) -> bool:
    return (recorded.name, recorded.arguments) == (call.name, call.arguments)
