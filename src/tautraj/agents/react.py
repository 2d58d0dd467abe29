"""A text protocol, with a thought before each action (`react`) or without (`act`)."""

from tautraj.agents.base import AgentContext, require_system_prompt
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent
from tautraj.agents.text_protocol import TextHistory
from tautraj.config.components import attach_check


@attach_check(require_system_prompt)
def react(context: AgentContext, *, replay_reasoning: bool) -> None:
    """Thought, then action, as text. The thought is recorded; the customer never sees it."""
    run_agent(EnvToolAgent(context, TextHistory(context, thought=True, replay_reasoning=replay_reasoning)))


@attach_check(require_system_prompt)
def act(context: AgentContext, *, replay_reasoning: bool) -> None:
    """An action as text, without a thought."""
    run_agent(EnvToolAgent(context, TextHistory(context, thought=False, replay_reasoning=replay_reasoning)))
