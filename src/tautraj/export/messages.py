"""A conversation as the agent had it, in OpenAI's messages. What the customer did by itself is not in it.

A mistake (a call that the world never saw) is left out, and so is what comes after the agent's last word.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal

from tautraj.trajectory import Record, Trajectory, Turn

Message = dict[str, Any]

Channel = Literal["inline", "field", "drop"]
"""In the content, between tags; in a key of its own; nowhere."""


class Style(Record):
    """What becomes of what is not said."""

    reasoning: Channel
    """What the provider returned as its model's own, as `reasoning_content` or between <think> tags."""
    thought: Channel
    """Text beside a call. Inline it is the call's content, as the model wrote it."""
    plan: Channel
    belief: Channel
    system: Literal["benchmark", "recorded", "none"]
    """The system prompt that comes first, and the tools. Rows call tools natively whatever the agent's protocol was,
    which the benchmark's own prompt asks for; `recorded`: what the agent's model really saw."""
    loss_mask: bool
    """Whether the agent's messages have a `weight`: 1 for its own turns, 0 for those that it was given."""
    arguments: Literal["text", "object"]
    """Of a call: JSON as OpenAI has it, or an object, as most chat templates want it."""


CHANNELS = ("reasoning", "plan", "belief", "thought")

FIELDS = {"reasoning": "reasoning_content", "thought": "thought", "plan": "plan", "belief": "belief"}

TAGS = {"reasoning": "think", "plan": "plan", "belief": "belief"}


def build_messages(trajectory: Trajectory, style: Style) -> list[Message]:
    """All with the same keys, None where a message has none of it: a loader guesses columns from the first rows."""
    found = list(_iter_messages(trajectory, style))
    while found and found[-1]["role"] == "user":
        found.pop()
    plain = dict.fromkeys(list_message_keys(style))
    return [plain | message for message in found]


def list_message_keys(style: Style) -> list[str]:
    """Of every message."""
    fields = [FIELDS[name] for name in FIELDS if getattr(style, name) == "field"]
    weight = ["weight"] if style.loss_mask else []
    return ["role", "content", "tool_calls", "tool_call_id", "name", *fields, *weight]


def _iter_messages(trajectory: Trajectory, style: Style) -> Iterator[Message]:
    if style.system != "none":
        yield {"role": "system", "content": trajectory.system_prompt}
    before: dict[str, str] = {}
    for turn in trajectory.turns:
        if turn.seat == "user" and turn.kind == "message":
            yield {"role": "user", "content": turn.message or ""}
        if turn.seat != "model":
            continue
        before |= read_channels(turn)
        if turn.kind == "message":
            yield _build_assistant_message(turn, turn.message or "", before, style)
        elif turn.kind == "tool_call" and turn.tool_call is not None:
            call = turn.tool_call
            text = json.dumps(call.arguments, ensure_ascii=False)
            function = {"name": call.name, "arguments": text if style.arguments == "text" else call.arguments}
            made = [{"id": call.id, "type": "function", "function": function}]
            yield {**_build_assistant_message(turn, "", before, style), "tool_calls": made}
            yield {"role": "tool", "tool_call_id": call.id, "name": call.name, "content": turn.observation or ""}
        if turn.kind in ("message", "tool_call"):
            before = {}


def read_channels(turn: Turn) -> dict[str, str]:
    """What the agent had in mind, by channel; of a mistake nothing, since what it led to is left out."""
    if turn.kind == "mistake":
        return {}
    belief = json.dumps(turn.belief, ensure_ascii=False) if turn.belief is not None else None
    found = {"belief": belief, "plan": turn.plan, "reasoning": turn.reasoning, "thought": turn.thought}
    return {name: text for name, text in found.items() if text}


def _build_assistant_message(turn: Turn, content: str, channels: dict[str, str], style: Style) -> Message:
    inline = [
        f"<{TAGS[name]}>\n{text}\n</{TAGS[name]}>" if name in TAGS else text
        for name, text in channels.items()
        if getattr(style, name) == "inline"
    ]
    fields = {FIELDS[name]: text for name, text in channels.items() if getattr(style, name) == "field"}
    weight = {"weight": int(not turn.given)} if style.loss_mask else {}
    return {"role": "assistant", "content": "\n\n".join(filter(None, [*inline, content])), **fields, **weight}


def parse_arguments(call: dict[str, Any]) -> Any:
    """Of a message's call, in whatever style."""
    found = call["function"]["arguments"]
    return json.loads(found) if isinstance(found, str) else found
