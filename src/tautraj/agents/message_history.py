"""The messages sent to an agent's model, and the action taken from each reply, both as native tool calls.

smolagents renders its memory as text ("Calling tools: …", "Observation: …"); a model trained on native calls sees
native calls here. Messages are only appended, never rebuilt. Not here: the order of roles that strict servers require
(`llms.turn_order`).
"""

from collections.abc import Sequence
from typing import Any

from tautraj.agents.base import AgentContext
from tautraj.llms import Reply
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import (
    NO_SIDE_CHANNELS,
    SideChannels,
    drop_reasoning,
    make_accepted_id,
    restore_reply,
    take_first_call,
    to_assistant_message,
    to_given_messages,
    to_tool_message,
)
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

EMPTY_REPLY = "Your answer was empty. Either send a message to the customer or make one tool call."

UNREADABLE_CALL = "Error: your tool call could not be read ({words}). Make one tool call in the form of its schema."

NATIVE_CALL = "Error: native tool calls are not carried out. {form}"
"""For agents whose actions are text. A model trained on native calls may make one all the same."""


class MessageHistory:
    """The messages of one episode, and the action being carried out."""

    def __init__(
        self, context: AgentContext, system: str, tools: Sequence[dict[str, Any]], *, replay_reasoning: bool
    ) -> None:
        context.record_prompt(system, tools)
        self.system = system
        self.messages: list[Message] = [{"role": "system", "content": system}] if system else []
        self.tools: tuple[dict[str, Any], ...] = tuple(tools)
        """Schemas sent with each request; empty where the tools are described in the system prompt."""
        self.side_channels = NO_SIDE_CHANNELS
        self._replay_reasoning = replay_reasoning
        self._pending_call_id: str | None = None
        """Id of the native call that the next result answers; None: the model answered in plain text."""
        self._llm = context.llm
        self._unanswered: ToolCall | str | None = None
        """The message to the customer that its next one answers, while recorded turns are added."""
        for turn in context.turns:
            self._add_recorded(turn)

    def build_request(self) -> Sequence[Message]:
        """The messages of the next request."""
        return self.messages

    def add_reply(self, reply: Reply) -> ToolCall | str:
        """Append the model's reply. Returns its action, or an error message for the model if it has none.

        Plain text is a `respond`.
        """
        reply = reply if self._replay_reasoning else drop_reasoning(reply)
        call, self.side_channels = take_first_call(reply)
        self._pending_call_id = call.id if call else None
        if call is None and reply.unreadable_call is not None:
            self.side_channels = SideChannels(reply.text.strip() or None)
            return UNREADABLE_CALL.format(words=reply.unreadable_call[:500])
        if call is None and not reply.text.strip():
            return EMPTY_REPLY
        self.messages.append(to_assistant_message(reply, call))
        return call or make_respond_call(reply.text)

    def add_result(self, action: ToolCall | str, content: str) -> None:
        """Append the result of the action: a tool's answer, the customer's reply or an error message."""
        if self._pending_call_id is None:
            self.messages.append({"role": "user", "content": content})
        else:
            self.messages.append(to_tool_message(self._pending_call_id, content))

    def _add_recorded(self, turn: Turn) -> None:
        """Add a turn of before: given by the task, or played by whoever this agent goes on from."""
        if turn.seat == "user" and turn.kind == "message" and self._unanswered is not None:
            self.add_result(self._unanswered, turn.message or "")
            self._unanswered = None
        elif turn.given or turn.seat == "user":
            self._add_turn(turn)
        elif turn.kind in ("message", "tool_call", "mistake"):
            action = self.add_reply(self._restore_reply(turn))
            if turn.kind == "message":
                self._unanswered = action
            else:
                self.add_result(action, turn.observation or "")

    def _restore_reply(self, turn: Turn) -> Reply:
        """The reply, in the form that this agent's model is asked for, that leads to the turn."""
        call, text = turn.tool_call, turn.thought or ""
        if turn.message is not None and any(tool["function"]["name"] == RESPOND for tool in self.tools):
            call = make_respond_call(turn.message).model_copy(update={"id": make_accepted_id(f"said-{turn.index}")})
        elif turn.message is not None:
            text = turn.message
        return restore_reply(turn, call, text, self._llm)

    def _add_turn(self, turn: Turn) -> None:
        """Add a given turn, or a message of the customer."""
        if turn.kind == "message":
            self.messages.append({"role": "assistant" if turn.seat == "model" else "user", "content": turn.message})
        elif turn.tool_call is not None and turn.seat == "model":
            self.messages += to_given_messages(turn.tool_call, turn.observation or "")


def explain_empty_text(reply: Reply, form: str) -> str:
    """The error message for a reply without text, to an agent whose actions are text. `form`: how to write one."""
    return NATIVE_CALL.format(form=form) if reply.tool_calls or reply.unreadable_call else EMPTY_REPLY


def make_respond_call(text: str) -> ToolCall:
    """A message to the customer as an action."""
    return ToolCall(id="", name=RESPOND, arguments={"content": text})
