"""A text protocol in place of native tool calls, for `react` and `act`: the model writes its action as JSON.

Results are sent as text too, so any chat model can play.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from tautraj.agents.base import AgentContext
from tautraj.agents.message_history import (
    RESPOND,
    RESPOND_SCHEMA,
    MessageHistory,
    explain_empty_text,
    make_respond_call,
)
from tautraj.llms import Reply
from tautraj.llms.tool_calls import SideChannels, drop_reasoning, parse_json_object, restore_reply
from tautraj.trajectory import ToolCall, Turn

INSTRUCTIONS = """

# How to act
The tools, as JSON schemas:
{tools}

Take one action at a time. Answer in exactly this form{thought_too}:
{thought}Action:
{{"name": "the tool's name", "arguments": {{"argument": "value"}}}}

To say something to the customer, the action is {{"name": "respond", "arguments": {{"content": "what you say"}}}}; \
nothing else that you write reaches the customer. The result of a tool comes back as `Observation:`, what the \
customer says as `Customer:`."""

THOUGHT = "Thought:\nwhat you know, what is missing and what to do next; nobody else sees it\n"

FORM = 'Write "Action:" and then one JSON object with "name" and "arguments".'

NO_ACTION = f"Error: no action found. {FORM}"

ACTION = re.compile(r"^[^\S\n]*\**Action:?\**:?\s*", re.MULTILINE | re.IGNORECASE)


class TextHistory(MessageHistory):
    """The conversation with actions and results as text."""

    def __init__(self, context: AgentContext, *, thought: bool, replay_reasoning: bool) -> None:
        tools = [*context.tools, RESPOND_SCHEMA]
        form = INSTRUCTIONS.format(
            tools=format_tools(tools),
            thought=THOUGHT if thought else "",
            thought_too="" if thought else ", without any other word",
        )
        self._call_count = 0
        self._has_thoughts = thought
        super().__init__(context, context.system + form, tools, replay_reasoning=replay_reasoning)
        self.tools = ()

    def add_reply(self, reply: Reply) -> ToolCall | str:
        reply = reply if self._replay_reasoning else drop_reasoning(reply)
        if not reply.text.strip():
            return explain_empty_text(reply, FORM)
        answer = parse_answer(reply.text)
        self.messages.append({"role": "assistant", "content": answer.text, **reply.reasoning_fields})
        self.side_channels = SideChannels(answer.thought or None)
        self._call_count += 1
        if answer.name is None:
            return NO_ACTION
        return ToolCall(id=f"action_{self._call_count}", name=answer.name, arguments=answer.arguments)

    def add_result(self, action: ToolCall | str, content: str) -> None:
        label = "Customer" if isinstance(action, ToolCall) and action.name == RESPOND else "Observation"
        self.messages.append({"role": "user", "content": f"{label}: {content}"})

    def _restore_reply(self, turn: Turn) -> Reply:
        call = turn.tool_call if turn.message is None else make_respond_call(turn.message)
        thought = f"Thought:\n{turn.thought}\n" if turn.thought and self._has_thoughts else ""
        text = f"{thought}{format_action(call.name, call.arguments)}" if call is not None else turn.thought or ""
        return restore_reply(turn, None, text, self._llm)

    def _add_turn(self, turn: Turn) -> None:
        if turn.seat == "user" and turn.kind == "message":
            self.messages.append({"role": "user", "content": f"Customer: {turn.message}"})
        elif turn.seat == "model":
            action = (RESPOND, {"content": turn.message})
            if turn.tool_call is not None:
                action = (turn.tool_call.name, turn.tool_call.arguments)
            self.messages.append({"role": "assistant", "content": format_action(*action)})
            if turn.tool_call is not None:
                self.messages.append({"role": "user", "content": f"Observation: {turn.observation}"})


def format_action(name: str, arguments: dict[str, Any]) -> str:
    """An action as the model is asked to write it."""
    return f"Action:\n{json.dumps({'name': name, 'arguments': arguments}, ensure_ascii=False)}"


class ParsedAnswer(NamedTuple):
    """A parsed reply of the model."""

    thought: str
    name: str | None
    """None: the reply has no action."""
    arguments: dict[str, Any]
    text: str
    """The reply up to the end of the action: what follows would be results that the model made up."""


def parse_answer(text: str) -> ParsedAnswer:
    """Parse the JSON object after the first "Action:", or at the start of the reply; fenced or not."""
    marked = ACTION.search(text)
    start = marked.end() if marked else 0
    fence = re.match(r"\s*(```\w*)?\s*", text[start:])
    start += fence.end() if fence else 0
    try:
        end = start + json.JSONDecoder().raw_decode(text[start:])[1]
    except (ValueError, RecursionError):
        end = start
    action = parse_json_object(text[start:end]) or {}
    name, arguments = action.get("name"), action.get("arguments", {})
    thought = text[: marked.start()] if marked else ""
    if not isinstance(name, str) or not isinstance(arguments, dict):
        return ParsedAnswer(_strip_thought_mark(thought or text), None, {}, text)
    return ParsedAnswer(_strip_thought_mark(thought), name, arguments, text[:end])


def _strip_thought_mark(thought: str) -> str:
    return re.sub(r"^\s*\**Thought:?\**:?\s*", "", thought, flags=re.IGNORECASE).strip()


def format_tools(tools: Sequence[dict[str, Any]]) -> str:
    """The tools' schemas as JSON, one per line."""
    return "\n".join(json.dumps(tool["function"], ensure_ascii=False) for tool in tools)


def format_transcript(turns: Sequence[Turn]) -> str:
    """The conversation as the agent saw it, one message or call per line."""
    lines: list[str] = []
    for turn in turns:
        if turn.kind == "message":
            lines.append(f"{'Agent' if turn.seat == 'model' else 'Customer'}: {turn.message}")
        elif turn.seat == "model" and turn.kind in ("tool_call", "mistake"):
            call = turn.tool_call
            called = (
                f"{call.name}({call.raw or json.dumps(call.arguments, ensure_ascii=False)})" if call else "nothing"
            )
            lines.append(f"Agent called {called}: {turn.observation}")
    return "\n".join(lines)
