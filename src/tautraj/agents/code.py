"""An agent that writes Python: smolagents' `CodeAgent` with the benchmark's tools as functions.

smolagents interprets the code: only its whitelisted imports, no files, a limit on operations. This guards against
accidents. It is not a security boundary, and the limit on operations does not limit memory.
"""

import json
from collections.abc import Callable, Generator
from typing import Any

from smolagents import CodeAgent, LogLevel
from smolagents.agents import EMPTY_PROMPT_TEMPLATES, ActionOutput
from smolagents.local_python_executor import CodeOutput, InterpreterError, LocalPythonExecutor
from smolagents.utils import AgentExecutionError, AgentParsingError

from tautraj.agents.base import AgentContext, require_system_prompt
from tautraj.agents.message_history import EMPTY_REPLY, RESPOND, RESPOND_SCHEMA, MessageHistory, explain_empty_text
from tautraj.agents.smolagents_loop import NO_STEP_LIMIT, EnvAgentMixin, SeatModel, run_agent
from tautraj.agents.text_protocol import format_tools
from tautraj.config.components import attach_check
from tautraj.errors import TautrajError, WorldClosed
from tautraj.llms import Reply
from tautraj.llms.tool_calls import SideChannels, drop_reasoning, parse_json_object, restore_reply
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

FORM = "Write Python in one block between ```python and ```; to speak, call respond(content=…)."

NOTHING_PRINTED = "(nothing was printed)"

NO_CODE = f"Error: no code found. {FORM}"


@attach_check(require_system_prompt)
def code(context: AgentContext, *, replay_reasoning: bool) -> None:
    """Write and run blocks of Python until the episode ends."""
    run_agent(EnvCodeAgent(context, CodeHistory(context, replay_reasoning)))


class CodeHistory(MessageHistory):
    """The conversation with code blocks and their printed output as text."""

    def __init__(self, context: AgentContext, replay_reasoning: bool) -> None:
        self.thought: str | None = None
        self._has_begun = False
        """Whether a block was recorded: what follows was done in blocks."""
        self.empty_text = EMPTY_REPLY
        """What the model is told if its last reply had no text."""
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
        self.empty_text = explain_empty_text(reply, FORM)
        if reply.text.strip():
            self.messages.append({"role": "assistant", "content": reply.text, **reply.reasoning_fields})
        return reply.text

    def add_result(self, action: ToolCall | str, content: str) -> None:
        self.messages.append({"role": "user", "content": f"Observation: {content}"})

    def _add_recorded(self, turn: Turn) -> None:
        """Of another code agent its blocks and what they printed; of others each action as a block."""
        is_misstep = turn.seat == "model" and turn.kind == "mistake" and turn.tool_call is None
        if turn.kind == "code" or is_misstep:
            self._has_begun = turn.kind == "code" or self._has_begun
            block = "" if turn.code is None else f"```python\n{turn.code}\n```"
            text = "\n".join(filter(None, [turn.thought, block]))
            action = self.add_reply(restore_reply(turn, None, text, self._llm))
            self.add_result(action, turn.observation or NOTHING_PRINTED)
        elif not self._has_begun:
            self._add_turn(turn)

    def _add_turn(self, turn: Turn) -> None:
        if turn.kind == "message" and turn.seat == "user":
            self.messages.append({"role": "user", "content": f"Customer: {turn.message}"})
        elif turn.seat == "model":
            call = turn.tool_call or ToolCall(id="", name=RESPOND, arguments={"content": turn.message})
            arguments = ", ".join(f"{key}={value!r}" for key, value in call.arguments.items())
            self.messages.append({"role": "assistant", "content": f"```python\n{call.name}({arguments})\n```"})
            if turn.tool_call is not None:
                self.messages.append({"role": "user", "content": f"Observation: {turn.observation}"})


class EnvPythonExecutor(LocalPythonExecutor):  # type: ignore[misc]
    """smolagents' interpreter with tools and `respond` as functions. Each block of code is recorded as a turn."""

    def __init__(self, context: AgentContext, history: CodeHistory, carry_out: Callable[[ToolCall], str]) -> None:
        self._env, self._history, self._carry_out = context.env, history, carry_out
        self.failure: TautrajError | None = None
        """The error of an action that the code did not cause, e.g. of a provider. The code may have caught it."""
        self._action_count = 0
        actions = {tool["function"]["name"]: self._make_function(tool["function"]) for tool in context.tools}
        actions[RESPOND] = self._make_function(RESPOND_SCHEMA["function"])
        # no time limit: a customer may take minutes to answer, and smolagents' limit does not stop the code anyway
        super().__init__([], additional_functions=actions, timeout_seconds=None)

    def __call__(self, code_action: str) -> CodeOutput:
        if not code_action.strip():
            self._history.add_result("", self._env.report_mistake(self._history.empty_text))
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
        printed = printed.encode(errors="replace").decode()  # half a surrogate pair cannot be stored
        self._env.finish_code(block, printed, error is not None)
        self._history.add_result("", printed or NOTHING_PRINTED)
        return CodeOutput(output=None, logs=printed, is_final_answer=self._env.is_closed)

    def _make_function(self, tool: dict[str, Any]) -> Callable[..., Any]:
        names = list(tool["parameters"].get("properties", {}))

        def act(*values: Any, **arguments: Any) -> Any:
            if len(values) > len(names):  # so it is for every value where the schema has no names (agent.tools=names)
                raise TypeError(f"{tool['name']} takes {len(names)} positional arguments: name them")
            self._action_count += 1
            call = _to_tool_call(
                f"code_{self._action_count}", tool["name"], dict(zip(names, values, strict=False)) | arguments
            )
            try:
                return _parse_observation(self._carry_out(call))
            except WorldClosed:
                raise
            except TautrajError as error:
                self.failure = error
                raise

        return act


class EnvCodeAgent(EnvAgentMixin, CodeAgent):  # type: ignore[misc]
    """Runs one block of code per step, until the environment is closed."""

    _history: CodeHistory

    def __init__(self, context: AgentContext, history: CodeHistory) -> None:
        self._env, self._history = context.env, history
        super().__init__(
            tools=[],
            model=SeatModel(context, history),
            executor=EnvPythonExecutor(context, history, self._carry_out),
            prompt_templates=EMPTY_PROMPT_TEMPLATES,
            code_block_tags="markdown",
            max_steps=NO_STEP_LIMIT,
            verbosity_level=LogLevel.OFF,
        )
        self.tools.pop("final_answer")

    def _step_stream(self, memory_step: Any) -> Generator[Any]:
        try:
            yield from super()._step_stream(memory_step)
        except AgentParsingError:
            self._history.add_result("", self._env.report_mistake(NO_CODE, None, SideChannels(self._history.thought)))
            yield ActionOutput(output="", is_final_answer=self._env.is_closed)
        except AgentExecutionError as error:
            raise self.python_executor.failure or error from None


def _to_tool_call(call_id: str, name: str, arguments: dict[str, Any]) -> ToolCall:
    """The call with JSON arguments: tuples become lists. For arguments that are not JSON, `raw` is their repr."""
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
