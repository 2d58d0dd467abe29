"""A text protocol, with a thought before each action (`react`) or without (`act`)."""

from tautraj.agents.base import AgentContext
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent
from tautraj.agents.text_protocol import TextHistory


def react(context: AgentContext, *, replay_reasoning: bool) -> None:
    """Thought, then action, as text. The thought is recorded; the customer never sees it."""
    run_agent(EnvToolAgent(context, TextHistory(context, thought=True, replay_reasoning=replay_reasoning)))


def act(context: AgentContext, *, replay_reasoning: bool) -> None:
    """An action as text, without a thought."""
    run_agent(EnvToolAgent(context, TextHistory(context, thought=False, replay_reasoning=replay_reasoning)))
