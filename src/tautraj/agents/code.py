"""An agent that writes Python: smolagents' `CodeAgent`, the world's tools its functions.

Its executor interprets the code: no imports beyond smolagents' harmless few, no files, a limit on operations. It
keeps a model from mischief by accident; it is not a security boundary, and its operations are not a limit on memory.
"""

import json
from collections.abc import Callable, Generator
from typing import Any

from smolagents import CodeAgent, LogLevel
from smolagents.agents import EMPTY_PROMPT_TEMPLATES, ActionOutput
from smolagents.local_python_executor import CodeOutput, InterpreterError, LocalPythonExecutor
from smolagents.utils import AgentExecutionError, AgentParsingError

from tautraj.agents.base import AgentContext, Environment
from tautraj.agents.message_history import EMPTY_REPLY, RESPOND, RESPOND_SCHEMA, MessageHistory
from tautraj.agents.smolagents_loop import NO_STEP_LIMIT, SeatModel, run_agent
from tautraj.agents.text_protocol import format_tools
from tautraj.errors import TautrajError, WorldClosed
from tautraj.llms import Reply
from tautraj.llms.tool_calls import SideChannels, drop_reasoning, parse_json_object
from tautraj.trajectory import ToolCall, Turn

INSTRUCTIONS = """

# How to act
Write a thought, then Python in one block between ```python and ```. The tools are functions; call them with keyword \
arguments:
{tools}

A function returns what the tool answers: JSON as dicts and lists, anything else as text, an error as text that \
begins with "Error". `respond(content="…")` says something to the customer and returns what the customer answers; \
nothing else that you write reaches the customer. What you print comes back as `Observation:`; names keep their \
values from block to block. No imports are needed and hardly any are allowed."""

NO_CODE = (
    "Error: no code found. Write Python in one block between ```python and ```; to speak, call respond(content=…)."
)


def code(context: AgentContext, *, replay_reasoning: bool) -> None:
    """Play until the door closes."""
    run_agent(EnvCodeAgent(context, CodeHistory(context, replay_reasoning)))


class CodeHistory(MessageHistory):
    """The conversation with code and what it printed as text."""

    def __init__(self, context: AgentContext, replay_reasoning: bool) -> None:
        self.thought: str | None = None
        tools = [*context.tools, RESPOND_SCHEMA]
        super().__init__(
            context,
            context.system + INSTRUCTIONS.format(tools=format_tools(tools)),
            tools,
            replay_reasoning=replay_reasoning,
        )
        self.tools = ()

    def add_reply(self, reply: Reply) -> ToolCall | str:
        reply = reply if self._replay_reasoning else drop_reasoning(reply)
        self.thought = reply.text.split("```")[0].strip() or None
        if reply.text.strip():
            self.messages.append({"role": "assistant", "content": reply.text, **reply.reasoning_fields})
        return reply.text

    def add_result(self, action: ToolCall | str, content: str) -> None:
        self.messages.append({"role": "user", "content": f"Observation: {content}"})

    def _add_turn(self, turn: Turn) -> None:
        if turn.kind == "message" and turn.seat == "user":
            self.messages.append({"role": "user", "content": f"Customer: {turn.message}"})
        elif turn.seat == "model":
            call = turn.tool_call or ToolCall(id="", name=RESPOND, arguments={"content": turn.message})
            written = ", ".join(f"{key}={value!r}" for key, value in call.arguments.items())
            self.messages.append({"role": "assistant", "content": f"```python\n{call.name}({written})\n```"})
            if turn.tool_call is not None:
                self.messages.append({"role": "user", "content": f"Observation: {turn.observation}"})


class EnvPythonExecutor(LocalPythonExecutor):  # type: ignore[misc]
    """smolagents' interpreter with the door's actions as functions; each block of code is a turn."""

    def __init__(self, context: AgentContext, history: CodeHistory) -> None:
        self._env, self._history = context.env, history
        self.failure: TautrajError | None = None
        """What an action raised that is not the code's fault; the code may have caught it."""
        self._action_count = 0
        actions = {tool["function"]["name"]: self._make_function(tool["function"]) for tool in context.tools}
        actions[RESPOND] = self._make_function(RESPOND_SCHEMA["function"])
        # no time limit: a customer may think for minutes, and smolagents' does not stop the code anyway
        super().__init__([], additional_functions=actions, timeout_seconds=None)

    def __call__(self, code_action: str) -> CodeOutput:
        if not code_action.strip():
            self._history.add_result("", self._env.report_mistake(EMPTY_REPLY))
            return CodeOutput(output=None, logs="", is_final_answer=self._env.is_closed)
        block = self._env.note("code", code=code_action, thought=self._history.thought)
        try:
            super().__call__(code_action)
            error = None
        except InterpreterError as raised:
            error = str(raised)
        if self.failure is not None:
            raise self.failure
        printed = "\n".join(filter(None, [str(self.state["_print_outputs"]).rstrip(), error]))
        printed = printed.encode(errors="replace").decode()  # half a surrogate pair cannot be written down
        self._env.finish_code(block, printed, error is not None)
        self._history.add_result("", printed or "(nothing was printed)")
        return CodeOutput(output=None, logs=printed, is_final_answer=self._env.is_closed)

    def _make_function(self, tool: dict[str, Any]) -> Callable[..., Any]:
        names = list(tool["parameters"].get("properties", {}))

        def act(*values: Any, **arguments: Any) -> Any:
            self._action_count += 1
            call = _to_tool_call(
                f"code_{self._action_count}", tool["name"], dict(zip(names, values, strict=False)) | arguments
            )
            try:
                return _parse_observation(_carry_out(self._env, call))
            except WorldClosed:
                raise
            except TautrajError as error:
                self.failure = error
                raise

        return act


class EnvCodeAgent(CodeAgent):  # type: ignore[misc]
    """One block of code a step, over when the door is closed."""

    def __init__(self, context: AgentContext, history: CodeHistory) -> None:
        self._env, self._history = context.env, history
        super().__init__(
            tools=[],
            model=SeatModel(context, history),
            executor=EnvPythonExecutor(context, history),
            prompt_templates=EMPTY_PROMPT_TEMPLATES,
            code_block_tags="markdown",
            max_steps=NO_STEP_LIMIT,
            verbosity_level=LogLevel.OFF,
        )
        self.tools.pop("final_answer")

    def initialize_system_prompt(self) -> str:
        return str(self._history.messages[0]["content"])

    def write_memory_to_messages(self, summary_mode: bool = False) -> list[Any]:
        return []  # the conversation is sent instead

    def _step_stream(self, memory_step: Any) -> Generator[Any]:
        try:
            yield from super()._step_stream(memory_step)
        except AgentParsingError:
            self._history.add_result("", self._env.report_mistake(NO_CODE, None, SideChannels(self._history.thought)))
            yield ActionOutput(output="", is_final_answer=self._env.is_closed)
        except AgentExecutionError as error:
            raise self.python_executor.failure or error from None


def _carry_out(env: Environment, call: ToolCall) -> str:
    content = call.arguments.get("content")
    if call.name != RESPOND or call.raw is not None:
        return env.call(call)
    if isinstance(content, str) and content.strip():
        return env.say(content)
    return env.report_mistake("Error: respond needs content, the text to say.", call)


def _to_tool_call(call_id: str, name: str, arguments: dict[str, Any]) -> ToolCall:
    """The call as JSON would have it: tuples are lists; what is no JSON keeps its Python form as `raw`."""
    try:
        plain = parse_json_object(json.dumps(arguments))
    except (TypeError, ValueError):
        plain = None
    if plain is None:
        return ToolCall(id=call_id, name=name, arguments={}, raw=repr(arguments))
    return ToolCall(id=call_id, name=name, arguments=plain)


def _parse_observation(observation: str) -> Any:
    try:
        return json.loads(observation)
    except ValueError:
        return observation
