"""Converts turns to τ²'s messages and back, byte for byte: grading replays and compares them."""

from collections.abc import Sequence
from typing import Any

from tau2.data_model import message as m

from tautraj.trajectory import Seat, ToolCall, Turn

ROLES: dict[Seat, str] = {"model": "assistant", "user": "user"}


def to_tau2_messages(turns: Sequence[Turn]) -> list[Any]:
    """The messages that τ² would have recorded: texts, and executed calls with their exact results."""
    messages: list[Any] = []
    for turn in turns:
        if turn.kind == "message":
            kind = m.AssistantMessage if turn.seat == "model" else m.UserMessage
            messages.append(kind(role=ROLES[turn.seat], content=turn.message))
        elif turn.kind == "tool_call" and turn.tool_call is not None:
            call, role = turn.tool_call, ROLES[turn.seat]
            tool_call = m.ToolCall(id=call.id, name=call.name, arguments=call.arguments, requestor=role)
            kind = m.AssistantMessage if turn.seat == "model" else m.UserMessage
            messages.append(kind(role=role, tool_calls=[tool_call]))
            result = {"content": turn.observation, "error": turn.error, "requestor": role}
            messages.append(m.ToolMessage(id=call.id, role="tool", **result))
    return messages


def to_turns(history: Sequence[Any]) -> list[Turn]:
    """A task's initial message history as turns; a call and its result become one turn."""
    results = {message.id: message for message in history if isinstance(message, m.ToolMessage)}
    turns: list[Turn] = []
    for message in history:
        if isinstance(message, m.ToolMessage):
            continue
        seat = "model" if isinstance(message, m.AssistantMessage) else "user"
        common: dict[str, Any] = {"seat": seat, "given": True, "started": 0.0, "seconds": 0.0}
        for call in message.tool_calls or []:
            result = results[call.id]
            tool_call = ToolCall(id=call.id, name=call.name, arguments=call.arguments)
            fields = {"tool_call": tool_call, "observation": result.content, "error": result.error}
            turns.append(Turn(index=len(turns), kind="tool_call", **fields, **common))
        if message.has_text_content():
            turns.append(Turn(index=len(turns), kind="message", message=message.content, **common))
    return turns
