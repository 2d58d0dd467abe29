"""What the rules agent says and thinks in every domain. Not here: when (`agents.rules.conversation`)."""

import json
from random import Random
from typing import Any

CONFIRMS = (
    "Do you confirm (yes/no)?",
    "Shall I go ahead (yes/no)?",
    "Is that right, and do you want me to proceed (yes/no)?",
    "Do you agree (yes/no)?",
)

GOODBYES = (
    "Is there anything else I can help you with?",
    "Can I help you with anything else?",
    "Is there anything else I can do for you today?",
    "Is there anything else you need?",
)

FACTS = ("Here is what you asked for: {}.", "You asked for this: {}.", "This is what I have found for you: {}.")

REASONS_TO_WRITE = (
    "The customer has agreed to what I listed, so I {} now.",
    "That was a clear yes to what I listed; the next step is to {}.",
    "I have the customer's yes, so I may {}.",
)
"""Completed with the tool's name in words."""

FIRST_THOUGHT = "Before anything else I have to know who the customer is."

NOT_FOUND = "I cannot find an account with that."

NOT_UNDERSTOOD = "I am afraid I did not understand that. What can I do for you?"

NO_EXCEPTION = "I understand, but I cannot make an exception."

NOT_WITHOUT = "I am sorry, but without that I cannot do it."

WHAT_ELSE = "What would you like me to do instead?"

VERBS = {"get": "look at", "find": "look up", "search": "search for"}
"""First word of a reading tool -> what to call it in a thought."""


class Wording:
    """One conversation's choice of words."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def ask_to_confirm(self) -> str:
        return self._rng.choice(CONFIRMS)

    def ask_for_more(self) -> str:
        return self._rng.choice(GOODBYES)

    def tell(self, facts: tuple[str, ...]) -> str:
        """The facts; "" if there are none."""
        return self._rng.choice(FACTS).format("; ".join(facts)) if facts else ""

    def give_reason(self, tool: str) -> str:
        """Why a writing tool is called."""
        return self._rng.choice(REASONS_TO_WRITE).format(tool.replace("_", " "))

    def describe_read(self, tool: str, arguments: dict[str, Any]) -> str:
        """A call of a reading tool as a thought: `I look at the order details: #W1.`"""
        verb, _, noun = tool.replace("_", " ").partition(" ")
        values = [value if isinstance(value, str) else json.dumps(value) for value in arguments.values()]
        what = f" {noun}" if noun.startswith("all ") else f" the {noun}" if noun else ""
        return f"I {VERBS.get(verb, verb)}{what}{': ' if values else ''}{', '.join(values)}."
