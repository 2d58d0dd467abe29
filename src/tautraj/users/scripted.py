"""An offline customer: opens with the reason for the call, answers what it knows, says yes, stops."""

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
"""How the oracle asks for a call of one of the customer's own tools."""

YES = "Yes, please go ahead."

CLOSING = re.compile(r"anything else|further (help|assistance)|have a (great|nice|good) day|goodbye", re.IGNORECASE)


def scripted(context: UserContext, *, patience: int) -> Customer:
    """A customer that needs no llm; after `patience` messages of its own it hangs up."""
    told = context.scenario
    said: list[str] = []

    def answer(heard: str) -> str:
        if not said:
            return to_first_person(told.reason or told.text)
        if TRANSFER.search(heard):
            return context.transfer_word
        if (errand := TOOL_REQUEST.search(heard)) and context.tools:
            arguments = parse_json_object(errand[2])
            raw = errand[2] if arguments is None else None
            call = ToolCall(id=f"errand_{len(said)}", name=errand[1], arguments=arguments or {}, raw=raw)
            return f"It says: {context.call(call, NO_SIDE_CHANNELS)}"
        if len(said) >= patience:
            return f"I have to go. {context.stop_word}"
        if CONFIRMATION.search(heard):
            return YES
        if IDENTITY.search(heard):
            return to_first_person(told.known) or "I have told you all I know."
        if CLOSING.search(heard):
            return f"No, that is all. Thank you. {context.stop_word}"
        if "?" not in heard:
            return "Thank you."
        rest = [text for text in (told.instructions, told.known, told.unknown) if text.strip(" .")]
        return to_first_person(rest[len(said) % len(rest)]) if rest else "Yes."

    def reply(heard: str) -> str:
        said.append(answer(heard))
        return said[-1]

    return reply


def to_first_person(text: str) -> str:
    """A scenario's "you are" as the customer would say it; a line's and a sentence's first letter stay large."""
    for pattern, ours in FIRST_PERSON:
        text = re.sub(pattern, ours, text, flags=re.IGNORECASE)
    text = re.sub(r"(^|[.!?]\s+|\n\s*)([a-z])", lambda m: m[1] + m[2].upper(), text)
    return text.strip()
