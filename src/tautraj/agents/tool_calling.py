"""The baseline agent: native tool calls with the benchmark's own instructions and policy."""

from tautraj.agents.base import AgentContext
from tautraj.agents.message_history import RESPOND_SCHEMA, MessageHistory
from tautraj.agents.smolagents_loop import EnvToolAgent, run_agent
from tautraj.config.components import declare_native_tools


@declare_native_tools
def tool_calling(context: AgentContext, *, offer_respond: bool, replay_reasoning: bool) -> None:
    """Act until the episode ends.

    `offer_respond`: add the tool `respond` to the benchmark's. `replay_reasoning`: send the reasoning of earlier
    turns back to providers that require it.
    """
    tools = [*context.tools, RESPOND_SCHEMA] if offer_respond else context.tools
    run_agent(
        EnvToolAgent(context, MessageHistory(context, context.system, tools, replay_reasoning=replay_reasoning))
    )
