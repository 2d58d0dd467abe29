"""An offline customer: states its reason for calling, answers questions from its scenario, confirms, stops."""

import re

from tautraj.llms.tool_calls import NO_SIDE_CHANNELS, parse_json_object
from tautraj.trajectory import ToolCall
from tautraj.users.base import Customer, UserContext

FIRST_PERSON = [  # in this order: longer forms first
    (r"\byou are\b", "I am"),
    (r"\byou're\b", "I'm"),
    (r"\byou've\b", "I've"),
    (r"\byou'd\b", "I'd"),
    (r"\byou'll\b", "I'll"),
    (r"\byou were\b", "I was"),
    (r"\byourself\b", "myself"),
    (r"\byours\b", "mine"),
    (r"\byour\b", "my"),
    (
        r"\b(to|for|with|at|from|of|about|than|told|gave|gives|give|tells|tell|lets|let|asks|ask|offers|offer) you\b",
        r"\1 me",
    ),
    (r"\byou\b", "I"),
]

IDENTITY = re.compile(
    r"\b(e-?mail|zip|your (full )?name|user id|identity|identify|who am i speaking)\b", re.IGNORECASE
)

CONFIRMATION = re.compile(
    r"\b(confirm|proceed|go ahead|yes/no|yes or no|is that (correct|right|ok))\b", re.IGNORECASE
)

TRANSFER = re.compile(r"being transferred to a human|transferr?ing you", re.IGNORECASE)

TOOL_REQUEST = re.compile(r"please use (\w+) with (\{.*\})", re.IGNORECASE | re.DOTALL)
"""The oracle's request to call one of the customer's own tools: (tool, JSON arguments)."""

YES = "Yes, please go ahead."

CLOSING = re.compile(r"anything else|further (help|assistance)|have a (great|nice|good) day|goodbye", re.IGNORECASE)


def scripted(context: UserContext, *, patience: int) -> Customer:
    """A customer without an llm. Ends the conversation after `patience` messages of its own."""
    scenario = context.scenario
    replies: list[str] = []

    def answer(message: str) -> str:
        if not replies:
            return to_first_person(scenario.reason or scenario.text)
        if TRANSFER.search(message):
            return context.transfer_word
        if (request := TOOL_REQUEST.search(message)) and context.tools:
            arguments = parse_json_object(request[2])
            raw = request[2] if arguments is None else None
            call = ToolCall(id=f"errand_{len(replies)}", name=request[1], arguments=arguments or {}, raw=raw)
            return f"It says: {context.call(call, NO_SIDE_CHANNELS)}"
        if len(replies) >= patience:
            return f"I have to go. {context.stop_word}"
        if CONFIRMATION.search(message):
            return YES
        if IDENTITY.search(message):
            return to_first_person(scenario.known) or "I have told you all I know."
        if CLOSING.search(message):
            return f"No, that is all. Thank you. {context.stop_word}"
        if "?" not in message:
            return "Thank you."
        texts = [text for text in (scenario.instructions, scenario.known, scenario.unknown) if text.strip(" .")]
        return to_first_person(texts[len(replies) % len(texts)]) if texts else "Yes."

    def reply(message: str) -> str:
        replies.append(answer(message))
        return replies[-1]

    return reply


def to_first_person(text: str) -> str:
    """A scenario's text in the first person. The first letter of a line or sentence is made upper case."""
    for pattern, replacement in FIRST_PERSON:
        text = re.sub(pattern, replacement, text, flags=re.IGNORECASE)
    text = re.sub(r"(^|[.!?]\s+|\n\s*)([a-z])", lambda m: m[1] + m[2].upper(), text)
    return text.strip()
