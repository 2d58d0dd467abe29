"""V8 and V9 of telecom: the agent by rules plays a customer that reads nothing but the task's text and its phone.

Not here: the agent (`agents.rules.telecom`), the customer that follows a goal (`users.goal`).
"""

import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import Any

from tautraj.agents.oracle import ON_HOLD
from tautraj.agents.rules.telecom import TELECOM_DESK
from tautraj.benchmarks import World
from tautraj.errors import WorldClosed
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, SideChannels
from tautraj.synthesis.text import TaskText, read_answers, read_quotes
from tautraj.trajectory import Seat, ToolCall, Turn
from tautraj.users.phone.device import DeviceUser

MAX_MESSAGES = 60

QUESTIONS = {"place": r"abroad|travelling|where are you", "data": r"how many GB"}
"""Topic -> words of a question about it."""


def solve(texts: Sequence[TaskText], world: World, user_tools: Sequence[str], seed: str) -> list[Turn]:
    """The conversation. `texts`: of the requests, one after another, of one customer."""
    table = _Table(texts, world, user_tools)
    opening = table.open()
    with suppress(WorldClosed):
        TELECOM_DESK.converse(table, opening, seed)
    return table.turns


class _Table:
    """The customer and the world, as the agent meets them."""

    def __init__(self, texts: Sequence[TaskText], world: World, user_tools: Sequence[str]) -> None:
        self.turns: list[Turn] = []
        self._world, self._known = world, texts[0].known_info
        self._reasons = deque(wish for text in texts for wish in read_quotes(text.reason_for_call))
        self._answers = {
            key: answer for text in texts for key, answer in read_answers(text.task_instructions).items()
        }
        self._device = DeviceUser(user_tools, self._use_phone, "plain", Random("solver"))

    def open(self) -> str:
        return self._record("user", self._reasons.popleft())

    def call(self, call: ToolCall, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        return self._act(call, "model")

    def say(self, text: str, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        self._record("model", text)
        if len(self.turns) > MAX_MESSAGES * 2:
            raise WorldClosed("too many messages")
        return self._record("user", self._answer(text))

    def _answer(self, text: str) -> str:
        if report := self._device.follow(text):
            return report
        for topic, words in QUESTIONS.items():
            if topic in self._answers and re.search(words, text, re.IGNORECASE):
                return self._answers[topic]
        if "yes/no" in text:
            return "Yes, please go ahead."
        if re.search(r"\byour name\b|\bphone number\b", text):
            return self._known
        if ON_HOLD in text or not self._reasons:
            raise WorldClosed("nothing more is wanted")
        return self._reasons.popleft()

    def _use_phone(self, tool: str, arguments: dict[str, Any]) -> str:
        return self._act(ToolCall(id=f"phone_{len(self.turns)}", name=tool, arguments=arguments), "user")

    def _act(self, call: ToolCall, seat: Seat) -> str:
        self.turns.append(act(self._world, call, seat, len(self.turns)))
        return str(self.turns[-1].observation)

    def _record(self, seat: Seat, text: str) -> str:
        self.turns.append(make_message(seat, text, len(self.turns)))
        return text


def act(world: World, call: ToolCall, seat: Seat, index: int) -> Turn:
    """Carry out a call, as a turn."""
    seen = world.call(call, seat)
    times = {"started": 0.0, "seconds": 0.0}
    return Turn.model_validate(
        {"index": index, "seat": seat, "kind": "tool_call", "tool_call": call, "observation": seen.content}
        | {"error": seen.error, **times}
    )


def make_message(seat: Seat, text: str, index: int) -> Turn:
    fields = {"index": index, "seat": seat, "kind": "message", "message": text, "started": 0.0, "seconds": 0.0}
    return Turn.model_validate(fields)
