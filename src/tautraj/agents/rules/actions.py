"""What the rules agent does: it says something or calls a tool, each with the thought that led to it.

Not here: what it does next (`agents.rules.conversation`).
"""

import json
import re
from typing import Any

from tautraj.agents.base import AgentContext
from tautraj.agents.rules.wording import Wording
from tautraj.llms.tool_calls import SideChannels
from tautraj.trajectory import ToolCall

WITH_BALANCE = ("gift_card", "certificate")
"""Payment methods whose balance is in the customer's profile."""

THOUGHT_END = re.compile(r"(?<=\.) (?=[A-Z])")
"""Between two sentences of a thought, of which the first says what it is about."""


class Actions:
    """The environment of one conversation. Raises `WorldClosed` once the customer has left."""

    def __init__(self, context: AgentContext, wording: Wording) -> None:
        self._context, self._wording = context, wording
        self._read: dict[str, Any] = {}
        """(tool, arguments) as JSON -> answer, of what was read and no write may have changed."""
        self._known: dict[str, list[str]] = {}
        """First sentence of a thought -> those of the last one that began so."""
        self._calls = 0
        self.thought: str | None = wording.begin()
        """Goes with the next action."""
        self.said = context.turns[-1].message or ""
        """The customer's last message."""

    def say(self, *parts: str) -> None:
        """Say the parts that have words, and wait for the customer's answer."""
        self.said = self._context.env.say(" ".join(filter(None, parts)), self._take_thought())

    def call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """The tool's answer, parsed if it is JSON; None on an error. What was read before is not read again."""
        key = json.dumps([tool, arguments], sort_keys=True)
        if key in self._read:
            return self._read[key]
        self._calls += 1
        self.thought = self.thought or self._wording.describe_read(tool, arguments)
        call = ToolCall(id=f"call_{self._calls}", name=tool, arguments=arguments)
        observation = self._context.env.call(call, self._take_thought())
        self._read[key] = answer = None if self._context.turns[-1].error else _parse(observation)
        return answer

    def write(self, tool: str, arguments: dict[str, Any], user_id: str) -> str | None:
        """Call a writing tool; return the error, if it is answered with one.

        What was read by the ids that it names is forgotten: it may be another now. So is the profile of `user_id`
        where a balance in it may have changed.
        """
        self.thought = self._wording.give_reason(tool)
        self.call(tool, arguments)
        last = self._context.turns[-1]
        ids = [str(value) for key, value in arguments.items() if key.endswith("_id")]
        if any(kind in f"{arguments} {last.observation}" for kind in WITH_BALANCE):
            ids.append(user_id)
        self._read = {key: answer for key, answer in self._read.items() if not any(value in key for value in ids)}
        return last.observation if last.error else None

    def _take_thought(self) -> SideChannels:
        """The thought that goes with an action. Of the same wish, what was thought last is not thought again."""
        if self.thought is None:
            return SideChannels(None)
        about, *others = sentences = THOUGHT_END.split(self.thought)
        known, self._known[about] = self._known.get(about, []), sentences
        self.thought = None
        return SideChannels(" ".join([about, *(sentence for sentence in others if sentence not in known)]))


def _parse(observation: str) -> Any:
    try:
        return json.loads(observation)
    except ValueError:
        return observation
