"""How the telecom agent talks and acts: to the customer, to its tools, and through the customer to a phone.

Not here: what it does when (`agents.rules.telecom.support`, `agents.rules.telecom.account`).
"""

import json
from collections.abc import Sequence
from random import Random
from typing import Any, Protocol

from tautraj.agents.announcements.phone_requests import LEADS, REQUESTS, Step
from tautraj.agents.rules.telecom.readings import is_about
from tautraj.grading.affirmative import is_affirmative
from tautraj.llms.tool_calls import SideChannels
from tautraj.trajectory import ToolCall

AGAIN = "Could you tell me word for word what it shows?"


class Channel(Protocol):
    """The part of `agents.base.Environment` that is needed."""

    def call(self, call: ToolCall, side_channels: SideChannels = ...) -> str: ...

    def say(self, text: str, side_channels: SideChannels = ...) -> str: ...


class HandOver(Exception):
    """Only a human may go on."""


class Talk:
    """A conversation. Wordings differ by `rng`."""

    def __init__(self, channel: Channel, rng: Random) -> None:
        self._channel, self._rng = channel, rng
        self._thought: str | None = None
        self._calls = 0
        self._last_lead = ""
        self._last_step: Step = "words"
        self.opener = ""
        """What the next message begins with, once."""
        self.said = ""
        """The customer's last message."""

    def think(self, thought: str) -> None:
        """Goes into the record with the next action."""
        self._thought = thought

    def say(self, text: str) -> str:
        """The customer's reply."""
        opener, self.opener, self._last_step = self.opener, "", "words"
        self.said = self._channel.say(f"{opener} {text}".strip(), self._take_thought())
        return self.said

    def call(self, tool: str, **arguments: Any) -> Any:
        """The tool's answer, parsed if it is JSON; None on an error."""
        self._calls += 1
        text = self._channel.call(
            ToolCall(id=f"call_{self._calls}", name=tool, arguments=arguments), self._take_thought()
        )
        try:
            return json.loads(text)
        except ValueError:
            return None if text.startswith("Error") else text

    def confirm(self, proposal: str) -> bool:
        """Whether the customer agrees to it."""
        return is_affirmative(self.say(f"{proposal} {self.choose(CONFIRM)}"))

    def use_phone(self, tool: str, why: str = "", **arguments: str) -> str:
        """Ask the customer to do something on its phone; what it says about it."""
        lead = "" if why or self.opener else self._choose_lead()
        request = self.choose(REQUESTS[tool]).format(**arguments)
        reply = self.say(" ".join(filter(None, (lead, why, request))))
        if not is_about(tool, reply):
            reply = self.say(f"{AGAIN} {request}")
        self._last_step = "look" if tool.startswith(("check_", "run_", "can_")) else "deed"
        return reply

    def choose(self, wordings: Sequence[str]) -> str:
        return self._rng.choice(wordings)

    def _choose_lead(self) -> str:
        leads = LEADS[self._last_step]
        self._last_lead = self._rng.choice([lead for lead in leads if lead != self._last_lead or not lead])
        return self._last_lead

    def _take_thought(self) -> SideChannels:
        thought, self._thought = self._thought, None
        return SideChannels(thought=thought)


CONFIRM = (
    "Is that all right (yes/no)?",
    "Do you agree (yes/no)?",
    "Shall I go ahead (yes/no)?",
    "Do you confirm (yes/no)?",
)
