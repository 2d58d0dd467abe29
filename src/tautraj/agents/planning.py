"""An agent that keeps a belief (known and unknown facts) and a plan, both renewed every few steps and sent as notes.

Actions use smolagents' tool calling, plans its planning hook.
"""

from collections.abc import Generator, Sequence
from typing import Any

from pydantic import PositiveInt
from smolagents import ChatMessage, MessageRole
from smolagents.memory import PlanningStep
from smolagents.monitoring import Timing

from tautraj.agents.base import AgentContext, require_system_prompt
from tautraj.agents.belief import (
    BELIEF_PROMPT,
    INSTRUCTIONS,
    NOTES,
    PLAN_PROMPT,
    RETRY_PROMPT,
    Belief,
    format_belief,
    parse_belief,
)
from tautraj.agents.message_history import RESPOND_SCHEMA, MessageHistory
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent
from tautraj.agents.text_protocol import format_tools, format_transcript
from tautraj.config.components import attach_check, declare_native_tools
from tautraj.llms import Reply
from tautraj.llms.reply import Message
from tautraj.trajectory import ToolCall, Turn

NO_CALL = "You made no tool call. Make one; to say something to the customer, call respond."


@declare_native_tools
@attach_check(require_system_prompt)
def planning(
    context: AgentContext,
    *,
    belief_interval: PositiveInt,
    planning_interval: PositiveInt,
    belief_attempts: PositiveInt,
    replay_reasoning: bool,
) -> None:
    """Plan and act until the episode ends.

    The belief is renewed before the first action and every `belief_interval` actions, the plan every
    `planning_interval`. A belief that cannot be parsed is requested up to `belief_attempts` times; after that the
    last valid one stays.
    """
    history = PlanningHistory(context, replay_reasoning)
    run_agent(PlanningAgent(context, history, planning_interval, belief_interval, belief_attempts))


class PlanningHistory(MessageHistory):
    """The conversation with the current belief and plan in its system message."""

    def __init__(self, context: AgentContext, replay_reasoning: bool) -> None:
        self.belief: Belief | None = None
        self.plan = ""
        super().__init__(
            context,
            context.system + INSTRUCTIONS,
            [*context.tools, RESPOND_SCHEMA],
            replay_reasoning=replay_reasoning,
        )

    def _add_recorded(self, turn: Turn) -> None:
        if turn.kind == "belief" and turn.belief is not None:
            self.belief = Belief.model_validate(turn.belief)
        self.plan = turn.plan or self.plan
        super()._add_recorded(turn)

    def build_request(self) -> Sequence[Message]:
        notes = NOTES.format(belief=format_belief(self.belief), plan=self.plan or "none yet")
        return [{"role": "system", "content": self.system + notes}, *self.messages[1:]]

    def add_reply(self, reply: Reply) -> ToolCall | str:
        """Text without a call is recorded as a thought and answered with `NO_CALL`, not said to the customer."""
        action = super().add_reply(reply)
        if reply.tool_calls or not reply.text.strip():
            return action
        self.side_channels = self.side_channels._replace(thought=reply.text.strip())
        return NO_CALL


class PlanningAgent(EnvToolAgent):
    """smolagents' loop that renews the belief before a plan and before an action."""

    _history: PlanningHistory
    _belief_step = 0

    def __init__(
        self,
        context: AgentContext,
        history: PlanningHistory,
        planning_interval: int,
        belief_interval: int,
        belief_attempts: int,
    ) -> None:
        self._context = context
        self._belief_interval, self._belief_attempts = belief_interval, belief_attempts
        super().__init__(context, history, planning_interval)

    def _generate_planning_step(self, task: str, is_first_step: bool, step: int) -> Generator[Any]:
        self._update_belief(step)
        prompt = PLAN_PROMPT.format(
            transcript=format_transcript(self._context.turns),
            belief=format_belief(self._history.belief),
            tools=format_tools(self._context.tools),
            plan=self._history.plan or "none",
        )
        text = self._ask(prompt).text.strip()
        self._history.plan = text or self._history.plan
        self._env.note("plan", plan=text or None, error=not text)
        message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
        yield PlanningStep(model_input_messages=[], model_output_message=message, plan=text, timing=Timing(0.0))

    def _step_stream(self, memory_step: Any) -> Generator[Any]:
        self._update_belief(memory_step.step_number)
        yield from super()._step_stream(memory_step)

    def _update_belief(self, step: int) -> None:
        """Renew the belief if it is due at this step; at most once per step."""
        if step == self._belief_step or (step - 1) % self._belief_interval:
            return
        self._belief_step = step
        prompt = BELIEF_PROMPT.format(transcript=format_transcript(self._context.turns))
        answers: list[Message] = []
        for _ in range(self._belief_attempts):
            reply = self._ask(prompt, *answers)
            belief = parse_belief(reply.text)
            if isinstance(belief, Belief):
                self._history.belief = belief
                self._env.note("belief", belief=belief.model_dump(mode="json"))
                return
            answers = [{"role": "assistant", "content": reply.text or "(nothing)"}]
            answers.append({"role": "user", "content": RETRY_PROMPT.format(why=belief)})
        last = self._history.belief
        self._env.note("belief", belief=last and last.model_dump(mode="json"), observation=belief, error=True)

    def _ask(self, prompt: str, *more: Message) -> Reply:
        """A request outside the conversation: the system prompt without notes, `prompt`, and no tools."""
        messages = [{"role": "system", "content": self._context.system}, {"role": "user", "content": prompt}, *more]
        return self._context.ask(messages)
