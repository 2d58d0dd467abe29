"""The baseline: native tool calls, the benchmark's own instructions and policy, nothing added."""

from tautraj.agents.base import AgentContext
from tautraj.agents.message_history import RESPOND_SCHEMA, MessageHistory
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent


def tool_calling(context: AgentContext, *, offer_respond: bool, replay_reasoning: bool) -> None:
    """Play until the door closes.

    `offer_respond`: put the tool `respond` among the benchmark's. `replay_reasoning`: send the provider's reasoning
    of earlier turns back to it, where it wants it.
    """
    tools = [*context.tools, RESPOND_SCHEMA] if offer_respond else context.tools
    run_agent(
        EnvToolAgent(context, MessageHistory(context, context.system, tools, replay_reasoning=replay_reasoning))
    )
