"""smolagents' agent loops on an `Environment`.

smolagents runs the steps. A `MessageHistory` builds the requests, and the `Environment` carries out the actions.
"""

from collections.abc import Generator
from typing import Any

from smolagents import AgentGenerationError, ChatMessage, LogLevel, MessageRole, Model, Tool, ToolCallingAgent
from smolagents.agents import EMPTY_PROMPT_TEMPLATES, ActionOutput, MultiStepAgent
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction

from tautraj.agents.base import AgentContext, Environment
from tautraj.agents.message_history import RESPOND, MessageHistory
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, SideChannels
from tautraj.trajectory import ToolCall

NO_STEP_LIMIT = 10**9  # the environment ends episodes; at its own limit smolagents would pay for one more call


class SeatModel(Model):  # type: ignore[misc]
    """The seat's llm as smolagents' model. Messages from smolagents are ignored: the `MessageHistory` is sent."""

    def __init__(self, context: AgentContext, history: MessageHistory) -> None:
        super().__init__(model_id="seat")
        self._ask, self._history = context.ask, history
        self.action: ToolCall | str = ""

    def generate(self, messages: Any, **_: Any) -> ChatMessage:
        reply = self._ask(self._history.build_request(), self._history.tools)
        self.action = self._history.add_reply(reply)
        name, arguments = ("", {}) if isinstance(self.action, str) else (self.action.name, self.action.arguments)
        function = ChatMessageToolCallFunction(name=name, arguments=arguments)
        call = ChatMessageToolCall(function=function, id="", type="function")
        return ChatMessage(role=MessageRole.ASSISTANT, content=reply.text, tool_calls=[call])


class WorldTool(Tool):  # type: ignore[misc]
    """A tool of the benchmark in smolagents' tool list. `EnvToolAgent.execute_tool_call` carries it out."""

    skip_forward_signature_validation = True
    output_type = "string"

    def __init__(self, schema: dict[str, Any]) -> None:
        self.name = schema["function"]["name"]
        self.description = schema["function"]["description"]
        self.inputs: dict[str, Any] = {}  # the model receives the benchmark's own schema
        super().__init__()

    def forward(self) -> str:
        raise NotImplementedError


class EnvAgentMixin:
    """Overrides for smolagents' agents: the `MessageHistory` replaces their memory, the `Environment` acts."""

    _env: Environment
    _history: MessageHistory

    def initialize_system_prompt(self) -> str:
        return self._history.system

    def write_memory_to_messages(self, summary_mode: bool = False) -> list[ChatMessage]:
        return []  # the `MessageHistory` is sent instead

    def _carry_out(self, action: ToolCall | str, side_channels: SideChannels = NO_SIDE_CHANNELS) -> str:
        """Carry out a call, or say the text of a `respond`; a string is an error message to record as a mistake."""
        if isinstance(action, str):
            return self._env.report_mistake(action, None, side_channels)
        if action.name != RESPOND or action.raw is not None:
            return self._env.call(action, side_channels)
        content = action.arguments.get("content")
        if isinstance(content, str) and content.strip():
            return self._env.say(content, side_channels)
        return self._env.report_mistake("Error: respond needs content, the text to say.", action, side_channels)


class EnvToolAgent(EnvAgentMixin, ToolCallingAgent):  # type: ignore[misc]
    """Carries out one action per step, until the environment is closed."""

    def __init__(self, context: AgentContext, history: MessageHistory, planning_interval: int | None = None) -> None:
        self._env, self._history = context.env, history
        super().__init__(
            tools=[WorldTool(schema) for schema in context.tools],
            model=SeatModel(context, history),
            prompt_templates=EMPTY_PROMPT_TEMPLATES,  # its prompts are never sent, and it would parse them each time
            max_steps=NO_STEP_LIMIT,
            max_tool_threads=1,
            planning_interval=planning_interval,
            verbosity_level=LogLevel.OFF,
        )
        self.tools.pop("final_answer")

    def execute_tool_call(self, tool_name: str, arguments: Any) -> str:
        action = self.model.action
        observation = self._carry_out(action, self._history.side_channels)
        if not self._env.is_closed:
            self._history.add_result(action, observation)
        return observation

    def _step_stream(self, memory_step: Any) -> Generator[Any]:
        for output in super()._step_stream(memory_step):
            is_last = isinstance(output, ActionOutput)  # smolagents would also end on a tool called final_answer
            yield ActionOutput(output="", is_final_answer=self._env.is_closed) if is_last else output


def run_agent(agent: MultiStepAgent) -> None:
    """Run smolagents' loop until the environment is closed. Errors of the seat's llm are raised unwrapped."""
    try:
        agent.run("Help the customer.")
    except AgentGenerationError as error:  # smolagents wraps them
        raise error.__cause__ or error from None
