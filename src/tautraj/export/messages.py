"""A conversation as the agent had it, in OpenAI's messages. The customer's own tool calls are not in it.

Mistakes (calls that never reached the world) are left out, and so is what follows the agent's last message. A key
that has no value is absent: chat templates stumble over None.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from tautraj.config import ResultDetail, ToolDetail
from tautraj.trajectory import Record, ToolCall, Trajectory, Turn

Message = dict[str, Any]

Channel = Literal["inline", "field", "drop"]
"""inline: in `content`. field: under a key of its own. drop: left out."""

PrivateChannel = Literal["reasoning", "inline", "field", "drop"]
"""As `Channel`; reasoning: with the model's reasoning, as `reasoning_content`, or inline where that is."""


class Style(Record):
    """How channels that the customer does not hear, and calls, appear in messages.

    The `content` of a message to the customer is what the customer heard. Inline, what was not said stands before it
    between <think> tags; in the content of a call's message it stands as the model wrote it.
    """

    reasoning: Channel
    """The provider's reasoning."""
    thought: PrivateChannel
    """The agent's own text beside a call or before a message."""
    plan: PrivateChannel
    belief: PrivateChannel
    system: Literal["benchmark", "short", "recorded", "none"]
    """The first message and the tools.

    benchmark: the benchmark's own prompt, which suits native tool calls, the form of all rows whatever protocol the
    agent used. short: a few sentences, those of `agent.system=short`, and the benchmark's tools. recorded: what the
    agent's model really saw. none: no first message, the tools that it saw.
    """
    tools: ToolDetail
    results: ResultDetail
    """Of tools, as `agent.results` shows them."""
    greeting: Literal["keep", "drop"]
    """The agent's messages before the customer's first one, which the task gives and no model wrote."""
    loss_mask: bool
    """Whether the agent's messages have a `weight`: 1 for its own turns, 0 for given ones."""
    arguments: Literal["object", "text"]
    """A call's arguments: an object, as chat templates expect, or JSON text, as in OpenAI's API."""


CHANNELS = ("reasoning", "plan", "belief", "thought")

REASONING_FIELD = "reasoning_content"

TAGS = {"reasoning": "think", "plan": "plan", "belief": "belief"}


class TurnMessage(NamedTuple):
    """A message and the turn that it was made of; None: the prompt."""

    message: Message
    turn: Turn | None

    @property
    def is_decision(self) -> bool:
        """Whether the agent decided on it."""
        return self.message["role"] == "assistant" and self.turn is not None and not self.turn.given


def build_messages(trajectory: Trajectory, style: Style) -> list[Message]:
    return [message for message, _ in build_turn_messages(trajectory, style)]


def build_turn_messages(trajectory: Trajectory, style: Style) -> list[TurnMessage]:
    messages = list(iter_turn_messages(trajectory.turns, trajectory.system_prompt, style))
    while messages and messages[-1].message["role"] == "user":
        messages.pop()
    return messages


def build_opening(trajectory: Trajectory, style: Style) -> list[Message]:
    """What an agent begins from: the turns that the task gives, and all others through the customer's first words."""
    is_customers = [turn.seat == "user" and turn.kind == "message" for turn in trajectory.turns]
    given = sum(turn.given for turn in trajectory.turns)
    end = max(given, is_customers.index(True) + 1 if True in is_customers else given)
    return [message for message, _ in iter_turn_messages(trajectory.turns[:end], trajectory.system_prompt, style)]


def split_prompt(messages: list[Message]) -> tuple[list[Message], list[Message]]:
    """The messages up to the customer's first one, and the rest."""
    first = next((index for index, message in enumerate(messages) if message["role"] == "user"), 0) + 1
    return messages[:first], messages[first:]


def iter_turn_messages(turns: Iterable[Turn], system_prompt: str, style: Style) -> Iterator[TurnMessage]:
    """Every message of the agent's side, the customer's goodbye too."""
    if style.system != "none" and system_prompt:
        yield TurnMessage({"role": "system", "content": system_prompt}, None)
    channels: dict[str, str] = {}
    has_customer_spoken = False
    for turn in turns:
        if turn.seat == "user" and turn.kind == "message":
            has_customer_spoken = True
            yield TurnMessage({"role": "user", "content": turn.message or ""}, turn)
        if turn.seat != "model":
            continue
        channels |= read_channels(turn)
        if turn.kind == "message":
            if not (style.greeting == "drop" and turn.given and not has_customer_spoken):
                yield TurnMessage(_build_spoken_message(turn, channels, style), turn)
        elif turn.kind == "tool_call" and turn.tool_call is not None:
            call = turn.tool_call
            yield TurnMessage(_build_call_message(turn, call, channels, style), turn)
            result = {"role": "tool", "tool_call_id": call.id, "name": call.name, "content": turn.observation or ""}
            yield TurnMessage(result, turn)
        if turn.kind in ("message", "tool_call"):
            channels = {}


def read_channels(turn: Turn) -> dict[str, str]:
    """The turn's private text by channel; nothing of a mistake, since its call is left out."""
    if turn.kind == "mistake":
        return {}
    belief = json.dumps(turn.belief, ensure_ascii=False) if turn.belief is not None else None
    channels = {"belief": belief, "plan": turn.plan, "reasoning": turn.reasoning, "thought": turn.thought}
    return {name: text for name, text in channels.items() if text}


def _build_spoken_message(turn: Turn, channels: dict[str, str], style: Style) -> Message:
    inline = "\n\n".join(text for name, text in channels.items() if _get_place(name, style) == "inline")
    thinking = f"<think>\n{inline}\n</think>\n\n" if inline else ""
    return {"role": "assistant", "content": thinking + (turn.message or ""), **_build_fields(turn, channels, style)}


def _build_call_message(turn: Turn, call: ToolCall, channels: dict[str, str], style: Style) -> Message:
    inline = [
        f"<{TAGS[name]}>\n{text}\n</{TAGS[name]}>" if name in TAGS else text
        for name, text in channels.items()
        if _get_place(name, style) == "inline"
    ]
    text = json.dumps(call.arguments, ensure_ascii=False)
    function = {"name": call.name, "arguments": text if style.arguments == "text" else call.arguments}
    return {
        "role": "assistant",
        "content": "\n\n".join(inline),
        **_build_fields(turn, channels, style),
        "tool_calls": [{"id": call.id, "type": "function", "function": function}],
    }


def _build_fields(turn: Turn, channels: dict[str, str], style: Style) -> Message:
    """The keys beside `content`: channels under keys of their own, and the weight."""
    reasoning = [text for name, text in channels.items() if _get_place(name, style) == "reasoning"]
    fields: Message = {REASONING_FIELD: "\n\n".join(reasoning)} if reasoning else {}
    fields |= {name: text for name, text in channels.items() if _get_place(name, style) == "field"}
    return fields | ({"weight": int(not turn.given)} if style.loss_mask else {})


def _get_place(channel: str, style: Style) -> str:
    """Where a channel goes: reasoning, inline, field, drop."""
    place: str = getattr(style, channel)
    if channel == "reasoning":
        return "reasoning" if place == "field" else place
    return "inline" if place == "reasoning" and style.reasoning == "inline" else place


def parse_arguments(call: dict[str, Any]) -> Any:
    """The arguments of a message's call, whichever `Style.arguments` it was built with."""
    arguments = call["function"]["arguments"]
    return json.loads(arguments) if isinstance(arguments, str) else arguments
