"""The tool with which a policy speaks, and what its prompt says of it. A trainer knows no actions but calls."""

from typing import Any

from tautraj.benchmarks.briefing import Briefing

MESSAGE_TOOL = "send_message_to_customer"
MESSAGE_ARGUMENT = "message"

MESSAGE_SCHEMA: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": MESSAGE_TOOL,
        "description": "Say something to the customer and wait for the answer.",
        "parameters": {
            "type": "object",
            "properties": {MESSAGE_ARGUMENT: {"type": "string", "description": "What the customer reads."}},
            "required": [MESSAGE_ARGUMENT],
        },
    },
}

INSTRUCTION = (
    f"Speak to the customer with the tool {MESSAGE_TOOL} and no other way: an answer without a tool call ends the "
    "conversation."
)
"""Last paragraph of the system prompt; the benchmark's own says that a message is no call."""


def add_message_tool(briefing: Briefing) -> Briefing:
    """The briefing of a policy. Its system prompt stays "" where there is none."""
    system = f"{briefing.system}\n\n{INSTRUCTION}" if briefing.system else ""
    return Briefing(system, (*briefing.tools, MESSAGE_SCHEMA))
