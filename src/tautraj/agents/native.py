"""smolagents with the provider's own tool protocol.

smolagents renders its memory as text ("Calling tools: …", "Observation: …"); a model trained on native calls sees
native calls here. `Conversation` keeps the native messages, `NativeModel` sends them, `DeskAgent` is smolagents'
loop with the world's door behind it.
"""

import json
import math
from collections.abc import Generator, Sequence
from typing import Any

from smolagents import ChatMessage, LogLevel, MessageRole, Model, Tool, ToolCallingAgent
from smolagents.agents import ActionOutput
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction

from tautraj.agents import Stage
from tautraj.door import NOTHING, Aside
from tautraj.llms import Reply
from tautraj.llms.chat import Message, RawCall
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
NO_STEP_LIMIT = 10**9  # the door ends episodes; at its own limit smolagents would pay for one more call


class Conversation:
    """The native messages of one episode, extended and never rebuilt, and the action being carried out."""

    def __init__(self, system: str, history: Sequence[Turn]) -> None:
        self.messages: list[Message] = [{"role": "system", "content": system}]
        for turn in history:
            self._recall(turn)
        self.aside = NOTHING
        self._answering: str | None = None
        """Id of the native call that the next result answers; None: the model spoke in plain text."""

    def hear(self, reply: Reply) -> ToolCall | None:
        """Take in the model's answer; the one action in it, None when it is empty. Plain text is a `respond`."""
        if reply.tool_calls:
            call, *more = (_parsed(raw) for raw in reply.tool_calls)
            self.aside, self._answering = Aside(reply.text.strip() or None, tuple(more)), call.id
            self.messages.append(_assistant(reply, call))
            return call
        self.aside, self._answering = NOTHING, None
        if not reply.text.strip():
            return None
        self.messages.append(_assistant(reply, None))
        return ToolCall(id="", name=RESPOND, arguments={"content": reply.text})

    def result(self, content: str) -> None:
        """What came of the action: the result of a native call, or the customer's next message."""
        if self._answering is None:
            self.messages.append({"role": "user", "content": content})
        else:
            self.messages.append({"role": "tool", "tool_call_id": self._answering, "content": content})

    def _recall(self, turn: Turn) -> None:
        if turn.kind == "message":
            self.messages.append({"role": "assistant" if turn.seat == "model" else "user", "content": turn.message})
        elif turn.tool_call is not None:
            call = turn.tool_call
            self.messages.append({"role": "assistant", "content": None, "tool_calls": [_native(call)]})
            self.messages.append({"role": "tool", "tool_call_id": call.id, "content": turn.observation})


class NativeModel(Model):  # type: ignore[misc]
    """The seat's llm as smolagents sees it. What smolagents passes in is ignored: the conversation is sent."""

    def __init__(self, stage: Stage, conversation: Conversation, tools: Sequence[dict[str, Any]]) -> None:
        super().__init__(model_id="seat")
        self._ask, self._conversation, self._tools = stage.ask, conversation, tuple(tools)
        self.action: ToolCall | None = None

    def generate(self, messages: Any, **_: Any) -> ChatMessage:
        reply = self._ask(self._conversation.messages, self._tools)
        self.action = self._conversation.hear(reply)
        name = self.action.name if self.action else ""
        function = ChatMessageToolCallFunction(name=name, arguments=self.action.arguments if self.action else {})
        call = ChatMessageToolCall(function=function, id=self.action.id if self.action else "", type="function")
        return ChatMessage(role=MessageRole.ASSISTANT, content=reply.text, tool_calls=[call])


class WorldTool(Tool):  # type: ignore[misc]
    """A tool of the world, for smolagents' list; carried out by `DeskAgent.execute_tool_call`."""

    skip_forward_signature_validation = True
    output_type = "string"

    def __init__(self, schema: dict[str, Any]) -> None:
        self.name = schema["function"]["name"]
        self.description = schema["function"]["description"]
        self.inputs: dict[str, Any] = {}  # the model is sent the benchmark's own schema
        super().__init__()

    def forward(self) -> str:
        raise NotImplementedError


class DeskAgent(ToolCallingAgent):  # type: ignore[misc]
    """smolagents' tool-calling loop at the world's door: one action a step, over when the door is closed."""

    def __init__(self, stage: Stage, conversation: Conversation, tools: Sequence[dict[str, Any]]) -> None:
        self._door, self._conversation = stage.door, conversation
        super().__init__(
            tools=[WorldTool(schema) for schema in tools],
            model=NativeModel(stage, conversation, tools),
            max_steps=NO_STEP_LIMIT,
            max_tool_threads=1,
            verbosity_level=LogLevel.OFF,
        )
        self._names = [schema["function"]["name"] for schema in tools]
        self.tools.pop("final_answer")

    def initialize_system_prompt(self) -> str:
        return str(self._conversation.messages[0]["content"])

    def write_memory_to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        return []  # the conversation is sent instead

    def execute_tool_call(self, tool_name: str, arguments: Any) -> str:
        observation = self._act(self.model.action)
        if not self._door.closed:
            self._conversation.result(observation)
        return observation

    def _act(self, action: ToolCall | None) -> str:
        aside = self._conversation.aside
        if action is None:
            return self._door.mistake(EMPTY, None, aside)
        if action.raw is not None:
            told = f"Error: the arguments of {action.name} are not a JSON object: {action.raw[:500]}"
            return self._door.mistake(told, action, aside)
        if action.name == RESPOND:
            content = action.arguments.get("content")
            if isinstance(content, str) and content.strip():
                return self._door.say(content, aside)
            return self._door.mistake("Error: respond needs content, the text to say.", action, aside)
        if action.name not in self._names:
            told = f"Error: there is no tool {action.name}. The tools are: {', '.join(self._names)}."
            return self._door.mistake(told, action, aside)
        return self._door.call(action, aside)

    def _step_stream(self, memory_step: Any) -> Generator[Any]:
        for output in super()._step_stream(memory_step):
            over = isinstance(output, ActionOutput)  # smolagents would also end on a tool called final_answer
            yield ActionOutput(output="", is_final_answer=self._door.closed) if over else output


def _parsed(raw: RawCall) -> ToolCall:
    try:
        arguments = json.loads(raw.arguments, parse_constant=_refused, parse_float=_finite)
        json.dumps(arguments, ensure_ascii=False).encode()  # half a surrogate pair cannot be written down
    except ValueError:
        arguments = None
    if isinstance(arguments, dict):
        return ToolCall(id=raw.id, name=raw.name, arguments=arguments)
    return ToolCall(id=raw.id, name=raw.name, arguments={}, raw=raw.arguments)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refused(digits)


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")


def _native(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def _assistant(reply: Reply, call: ToolCall | None) -> Message:
    message: Message = {"role": "assistant", "content": reply.text or None}
    if call is not None:
        message["tool_calls"] = [_native(call)]
    if reply.thinking_blocks:
        message["thinking_blocks"] = reply.thinking_blocks
    return message
