"""An agent that keeps a belief and a plan: facts every few steps, a plan every few more, and actions in their light.

The action step is smolagents' tool calling, the plan its planning hook.
"""

from collections.abc import Generator, Sequence
from typing import Any

from pydantic import PositiveInt
from smolagents import ChatMessage, MessageRole
from smolagents.memory import PlanningStep
from smolagents.monitoring import Timing

from tautraj.agents.base import AgentContext
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
from tautraj.llms import Reply
from tautraj.llms.reply import Message
from tautraj.trajectory import ToolCall

NO_CALL = "You made no tool call. Make one; to say something to the customer, call respond."


def planning(
    context: AgentContext,
    *,
    belief_interval: PositiveInt,
    planning_interval: PositiveInt,
    belief_attempts: PositiveInt,
    replay_reasoning: bool,
) -> None:
    """Play until the door closes.

    Before the first action and every `belief_interval` actions the belief is renewed, and every `planning_interval`
    the plan. A belief that cannot be read is asked again up to `belief_attempts` times in all; then the last good one
    stands.
    """
    conversation = PlanningHistory(context, replay_reasoning)
    agent = PlanningAgent(context, conversation, planning_interval)
    agent.belief_schedule = (belief_interval, belief_attempts)
    run_agent(agent)


class PlanningHistory(MessageHistory):
    """The conversation with belief and plan in its system message, as they are now."""

    def __init__(self, context: AgentContext, replay_reasoning: bool) -> None:
        self.belief: Belief | None = None
        self.plan = ""
        super().__init__(
            context,
            context.system + INSTRUCTIONS,
            [*context.tools, RESPOND_SCHEMA],
            replay_reasoning=replay_reasoning,
        )

    def build_request(self) -> Sequence[Message]:
        system = self.messages[0]["content"]
        notes = NOTES.format(belief=format_belief(self.belief), plan=self.plan or "none yet")
        return [{"role": "system", "content": system + notes}, *self.messages[1:]]

    def add_reply(self, reply: Reply) -> ToolCall | str:
        """Text without a call is a thought without an action, and not something to say."""
        action = super().add_reply(reply)
        if reply.tool_calls or not reply.text.strip():
            return action
        self.side_channels = self.side_channels._replace(thought=reply.text.strip())
        return NO_CALL


class PlanningAgent(EnvToolAgent):
    """smolagents' loop, with a belief before the plan and before the action."""

    belief_schedule: tuple[int, int]
    """(interval, attempts)."""
    _history: PlanningHistory
    _belief_step = 0

    def __init__(self, context: AgentContext, history: PlanningHistory, planning_interval: int) -> None:
        self._context = context
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
        """Renew the belief if this step is one to do it at."""
        interval, attempts = self.belief_schedule
        if step == self._belief_step or (step - 1) % interval:
            return
        self._belief_step = step
        told = BELIEF_PROMPT.format(transcript=format_transcript(self._context.turns))
        answers: list[Message] = []
        for _ in range(attempts):
            reply = self._ask(told, *answers)
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
        """Besides the conversation: no tools, the policy and what is asked."""
        messages = [{"role": "system", "content": self._context.system}, {"role": "user", "content": prompt}, *more]
        return self._context.ask(messages)
