"""An agent that keeps a belief and a plan: facts every few steps, a plan every few more, and actions in their light.

The action step is smolagents' tool calling, the plan its planning hook.
"""

from collections.abc import Generator, Sequence
from typing import Any

from pydantic import PositiveInt
from smolagents import ChatMessage, MessageRole
from smolagents.memory import PlanningStep
from smolagents.monitoring import Timing

from tautraj.agents.base import Stage
from tautraj.agents.belief import AGAIN, BELIEF, HOW, NOTES, PLAN, Belief, as_text, read
from tautraj.agents.message_history import RESPOND_SCHEMA, Conversation
from tautraj.agents.smolagents_loop import DeskAgent, play
from tautraj.agents.text_protocol import as_text as tools_as_text
from tautraj.agents.text_protocol import transcript
from tautraj.llms import Reply
from tautraj.llms.reply import Message
from tautraj.trajectory import ToolCall

NO_CALL = "You made no tool call. Make one; to say something to the customer, call respond."


def planning(
    stage: Stage,
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
    conversation = NotedConversation(stage, replay_reasoning)
    agent = PlanningAgent(stage, conversation, planning_interval)
    agent.believing = (belief_interval, belief_attempts)
    play(agent)


class NotedConversation(Conversation):
    """The conversation with belief and plan in its system message, as they are now."""

    def __init__(self, stage: Stage, replay_reasoning: bool) -> None:
        self.belief: Belief | None = None
        self.plan = ""
        super().__init__(stage, stage.system + HOW, [*stage.tools, RESPOND_SCHEMA], replay_reasoning=replay_reasoning)

    def request(self) -> Sequence[Message]:
        system = self.messages[0]["content"]
        notes = NOTES.format(belief=as_text(self.belief), plan=self.plan or "none yet")
        return [{"role": "system", "content": system + notes}, *self.messages[1:]]

    def hear(self, reply: Reply) -> ToolCall | str:
        """Text without a call is a thought without an action, and not something to say."""
        action = super().hear(reply)
        if reply.tool_calls or not reply.text.strip():
            return action
        self.aside = self.aside._replace(thought=reply.text.strip())
        return NO_CALL


class PlanningAgent(DeskAgent):
    """smolagents' loop, with a belief before the plan and before the action."""

    believing: tuple[int, int]
    """(interval, attempts)."""
    _believed_at = 0

    def __init__(self, stage: Stage, conversation: NotedConversation, planning_interval: int) -> None:
        self._stage, self._notes = stage, conversation
        super().__init__(stage, conversation, planning_interval)

    def _generate_planning_step(self, task: str, is_first_step: bool, step: int) -> Generator[Any]:
        self._believe(step)
        prompt = PLAN.format(
            transcript=transcript(self._stage.turns),
            belief=as_text(self._notes.belief),
            tools=tools_as_text(self._stage.tools),
            plan=self._notes.plan or "none",
        )
        text = self._ask(prompt).text.strip()
        self._notes.plan = text or self._notes.plan
        self._door.note("plan", plan=text or None, error=not text)
        message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
        yield PlanningStep(model_input_messages=[], model_output_message=message, plan=text, timing=Timing(0.0))

    def _step_stream(self, memory_step: Any) -> Generator[Any]:
        self._believe(memory_step.step_number)
        yield from super()._step_stream(memory_step)

    def _believe(self, step: int) -> None:
        """Renew the belief if this step is one to do it at."""
        interval, attempts = self.believing
        if step == self._believed_at or (step - 1) % interval:
            return
        self._believed_at = step
        told = BELIEF.format(transcript=transcript(self._stage.turns))
        answers: list[Message] = []
        for _ in range(attempts):
            reply = self._ask(told, *answers)
            belief = read(reply.text)
            if isinstance(belief, Belief):
                self._notes.belief = belief
                self._door.note("belief", belief=belief.model_dump(mode="json"))
                return
            answers = [{"role": "assistant", "content": reply.text or "(nothing)"}]
            answers.append({"role": "user", "content": AGAIN.format(why=belief)})
        last = self._notes.belief
        self._door.note("belief", belief=last and last.model_dump(mode="json"), observation=belief, error=True)

    def _ask(self, prompt: str, *more: Message) -> Reply:
        """Besides the conversation: no tools, the policy and what is asked."""
        messages = [{"role": "system", "content": self._stage.system}, {"role": "user", "content": prompt}, *more]
        return self._stage.ask(messages)
