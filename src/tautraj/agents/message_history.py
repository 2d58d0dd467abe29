"""What an agent's model is sent, and how the one action in its answer is found: the provider's own tool protocol.

smolagents renders its memory as text ("Calling tools: …", "Observation: …"); a model trained on native calls sees
native calls here. Messages are extended and never rebuilt.
"""

from collections.abc import Sequence
from typing import Any

from tautraj.agents.base import Stage
from tautraj.llms import Reply
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import NOTHING, Aside, assistant, first, native, result, without_reasoning
from tautraj.trajectory import ToolCall, Turn

RESPOND = "respond"

RESPOND_SCHEMA: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": RESPOND,
        "description": "Say something to the customer.",
        "parameters": {
            "type": "object",
            "properties": {"content": {"type": "string", "description": "What to say."}},
            "required": ["content"],
        },
    },
}

EMPTY = "Your answer was empty. Either send a message to the customer or make one tool call."


class Conversation:
    """The messages of one episode, and the action being carried out."""

    def __init__(self, stage: Stage, system: str, tools: Sequence[dict[str, Any]], *, replay_reasoning: bool) -> None:
        stage.brief(system, tools)
        self.messages: list[Message] = [{"role": "system", "content": system}]
        self.tools: tuple[dict[str, Any], ...] = tuple(tools)
        """What is sent along natively."""
        self.aside = NOTHING
        self._replay = replay_reasoning
        self._answering: str | None = None
        """Id of the native call that the next result answers; None: the model spoke in plain text."""
        for turn in stage.turns:
            self._recall(turn)

    def request(self) -> Sequence[Message]:
        """What the model is asked next."""
        return self.messages

    def hear(self, reply: Reply) -> ToolCall | str:
        """Take in the model's answer: the one action in it, or what the model is told of an answer that has none.

        Plain text is a `respond`.
        """
        reply = reply if self._replay else without_reasoning(reply)
        call, self.aside = first(reply)
        self._answering = call.id if call else None
        if call is None and not reply.text.strip():
            return EMPTY
        self.messages.append(assistant(reply, call))
        return call or said(reply.text)

    def result(self, action: ToolCall | str, content: str) -> None:
        """What came of the action: the result of a call, the customer's next message, what the model was told."""
        if self._answering is None:
            self.messages.append({"role": "user", "content": content})
        else:
            self.messages.append(result(self._answering, content))

    def _recall(self, turn: Turn) -> None:
        if turn.kind == "message":
            self.messages.append({"role": "assistant" if turn.seat == "model" else "user", "content": turn.message})
        elif turn.tool_call is not None and turn.seat == "model":
            self.messages.append({"role": "assistant", "content": None, "tool_calls": [native(turn.tool_call)]})
            self.messages.append(result(turn.tool_call.id, turn.observation or ""))


def said(text: str) -> ToolCall:
    """Something said to the customer, as an action."""
    return ToolCall(id="", name=RESPOND, arguments={"content": text})


__all__ = ["EMPTY", "RESPOND", "RESPOND_SCHEMA", "Aside", "Conversation", "said"]
