"""A conversation as the agent had it, in OpenAI's messages. The customer's own tool calls are not in it.

Mistakes (calls that never reached the world) are left out, and so is what follows the agent's last message.
"""

import json
from collections.abc import Iterator
from typing import Any, Literal

from tautraj.trajectory import Record, Trajectory, Turn

Message = dict[str, Any]

Channel = Literal["inline", "field", "drop"]
"""inline: in `content`, between tags. field: under a key of its own. drop: left out."""


class Style(Record):
    """How channels that the customer does not hear, and calls, appear in messages."""

    reasoning: Channel
    """The provider's reasoning, as `reasoning_content` or between <think> tags."""
    thought: Channel
    """Text beside a call; inline it is the `content` of the call's message, as the model wrote it."""
    plan: Channel
    belief: Channel
    system: Literal["benchmark", "recorded", "none"]
    """The first message and the tools.

    benchmark: the benchmark's own prompt, which suits native tool calls, the form of all rows whatever protocol the
    agent used. recorded: what the agent's model really saw.
    """
    loss_mask: bool
    """Whether the agent's messages have a `weight`: 1 for its own turns, 0 for given ones."""
    arguments: Literal["text", "object"]
    """A call's arguments: JSON text as in OpenAI's API, or an object, as most chat templates expect."""


CHANNELS = ("reasoning", "plan", "belief", "thought")

FIELDS = {"reasoning": "reasoning_content", "thought": "thought", "plan": "plan", "belief": "belief"}

TAGS = {"reasoning": "think", "plan": "plan", "belief": "belief"}


def build_messages(trajectory: Trajectory, style: Style) -> list[Message]:
    """The messages, all with the same keys (None: no value), since loaders infer columns from the first rows."""
    messages = list(_iter_messages(trajectory, style))
    while messages and messages[-1]["role"] == "user":
        messages.pop()
    empty = dict.fromkeys(list_message_keys(style))
    return [empty | message for message in messages]


def list_message_keys(style: Style) -> list[str]:
    """The keys of every message."""
    fields = [FIELDS[name] for name in FIELDS if getattr(style, name) == "field"]
    weight = ["weight"] if style.loss_mask else []
    return ["role", "content", "tool_calls", "tool_call_id", "name", *fields, *weight]


def _iter_messages(trajectory: Trajectory, style: Style) -> Iterator[Message]:
    if style.system != "none":
        yield {"role": "system", "content": trajectory.system_prompt}
    channels: dict[str, str] = {}
    for turn in trajectory.turns:
        if turn.seat == "user" and turn.kind == "message":
            yield {"role": "user", "content": turn.message or ""}
        if turn.seat != "model":
            continue
        channels |= read_channels(turn)
        if turn.kind == "message":
            yield _build_assistant_message(turn, turn.message or "", channels, style)
        elif turn.kind == "tool_call" and turn.tool_call is not None:
            call = turn.tool_call
            text = json.dumps(call.arguments, ensure_ascii=False)
            function = {"name": call.name, "arguments": text if style.arguments == "text" else call.arguments}
            calls = [{"id": call.id, "type": "function", "function": function}]
            yield {**_build_assistant_message(turn, "", channels, style), "tool_calls": calls}
            yield {"role": "tool", "tool_call_id": call.id, "name": call.name, "content": turn.observation or ""}
        if turn.kind in ("message", "tool_call"):
            channels = {}


def read_channels(turn: Turn) -> dict[str, str]:
    """The turn's private text by channel; nothing of a mistake, since its call is left out."""
    if turn.kind == "mistake":
        return {}
    belief = json.dumps(turn.belief, ensure_ascii=False) if turn.belief is not None else None
    channels = {"belief": belief, "plan": turn.plan, "reasoning": turn.reasoning, "thought": turn.thought}
    return {name: text for name, text in channels.items() if text}


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
    """The arguments of a message's call, whichever `Style.arguments` it was built with."""
    arguments = call["function"]["arguments"]
    return json.loads(arguments) if isinstance(arguments, str) else arguments
