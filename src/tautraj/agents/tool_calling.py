"""The baseline: native tool calls, the benchmark's own instructions and policy, nothing added."""

from tautraj.agents.base import Stage
from tautraj.agents.message_history import RESPOND_SCHEMA, Conversation
from tautraj.agents.smolagents_loop import DeskAgent, play


def tool_calling(stage: Stage, *, offer_respond: bool, replay_reasoning: bool) -> None:
    """Play until the door closes.

    `offer_respond`: put the tool `respond` among the benchmark's. `replay_reasoning`: send the provider's reasoning
    of earlier turns back to it, where it wants it.
    """
    tools = [*stage.tools, RESPOND_SCHEMA] if offer_respond else stage.tools
    play(DeskAgent(stage, Conversation(stage, stage.system, tools, replay_reasoning=replay_reasoning)))
