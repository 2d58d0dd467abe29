"""An offline customer: states its reason for calling, answers questions from its scenario, confirms, stops.

Not here: which sentences of the scenario are said, and how (`users.first_person`).
"""

import re

from tautraj.benchmarks import Scenario
from tautraj.config.components import declare_program
from tautraj.grading.proposals.device_requests import DeviceRequest, find_device_requests
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS
from tautraj.trajectory import ToolCall
from tautraj.users.base import Customer, UserContext
from tautraj.users.first_person import find_answer, select_said, word_change_of_mind
from tautraj.users.phone.device import read_out

IDENTITY = re.compile(
    r"\b(e-?mail|zip|your (full )?name|user id|identity|identify|who am i speaking)\b", re.IGNORECASE
)

CONFIRMATION = re.compile(
    r"\b(confirm|proceed|go ahead|yes/no|yes or no|is that (correct|right|ok))\b", re.IGNORECASE
)

TRANSFER = re.compile(r"being transferred to a human|transferr?ing you", re.IGNORECASE)

PLACE = re.compile(r"\babroad\b|\btravell?ing outside\b|\boutside your\b|\bwhere are you\b", re.IGNORECASE)

YES = "Yes, please go ahead."

CLOSING = re.compile(r"anything else|further (help|assistance)|have a (great|nice|good) day|goodbye", re.IGNORECASE)


@declare_program
def scripted(context: UserContext, *, patience: int) -> Customer:
    """A customer without an llm. Ends the conversation after `patience` messages of its own."""
    scenario = context.scenario
    tools = {tool["function"]["name"] for tool in context.tools}
    replies: list[str] = []
    change = word_change_of_mind(scenario.change_of_mind)

    def use_device(request: DeviceRequest) -> str:
        call = ToolCall(id=f"errand_{len(replies)}", name=request.tool, arguments=request.arguments)
        return f"It says: {read_out(context.call(call, NO_SIDE_CHANNELS))}"

    def answer(message: str) -> str:
        if not replies:
            return state_reason(scenario)
        if TRANSFER.search(message):
            return context.transfer_word
        if requests := find_device_requests(message, tools):
            return " ".join(map(use_device, requests))
        if len(replies) >= patience:
            return f"I have to go. {context.stop_word}"
        if CONFIRMATION.search(message):
            return change if change and change not in replies else YES
        if IDENTITY.search(message):
            return select_said(scenario.known) or "I have told you all I know."
        if PLACE.search(message) and (known := select_said(scenario.known)):
            return known
        if CLOSING.search(message):
            return f"No, that is all. Thank you. {context.stop_word}"
        if "?" not in message:
            return "Thank you."
        if prepared := find_answer(f"{scenario.instructions}\n{scenario.reason or scenario.text}", message):
            return prepared
        wishes = select_said(scenario.instructions, instructions=True)
        texts = [text for text in (wishes, select_said(scenario.known), select_said(scenario.unknown)) if text]
        return texts[len(replies) % len(texts)] if texts else "Yes."

    def reply(message: str) -> str:
        replies.append(answer(message))
        return replies[-1]

    return reply


def state_reason(scenario: Scenario) -> str:
    """What the customer opens the conversation with."""
    return select_said(scenario.reason or scenario.text) or "I need your help, please."
