"""The baseline: native tool calls, the benchmark's own instructions and policy, nothing added."""

from smolagents import AgentGenerationError

from tautraj.agents import Stage
from tautraj.agents.native import RESPOND_SCHEMA, Conversation, DeskAgent


def tool_calling(stage: Stage, *, offer_respond: bool) -> None:
    """Play until the door closes. `offer_respond`: put the tool `respond` among the benchmark's."""
    tools = [*stage.tools, RESPOND_SCHEMA] if offer_respond else list(stage.tools)
    agent = DeskAgent(stage, Conversation(stage.system, stage.history), tools)
    try:
        agent.run("Help the customer.")
    except AgentGenerationError as error:  # smolagents' wrapping of what the seat's llm raised
        raise error.__cause__ or error from None
