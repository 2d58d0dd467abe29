"""What the rules agent says and thinks in every domain. Not here: when (`agents.rules.conversation`)."""

import json
import re
from random import Random
from typing import Any

from tautraj.agents.announcements.payment_names import Peek
from tautraj.agents.announcements.sentences import BRIEF_WORDINGS, announce_write, report_write

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
    "The customer has agreed to what I listed, so I call {} now.",
    "That was a clear yes to what I listed; the next step is {}.",
    "I have the customer's yes to these details, so I may call {}.",
)
"""Completed with the tool's name."""

FIRST_THOUGHTS = (
    "Before anything else I have to know who the customer is.",
    "I may not look at any data before I know whose it is, so I ask who is writing.",
    "The policy wants the customer identified first, even if everything else is said already.",
)

ACKNOWLEDGEMENTS = (
    "Thank you for getting in touch.",
    "I will look into that.",
    "Let me see what I can do.",
    "Thank you for your message.",
)
"""Before the first question."""

NOT_FOUND = "I cannot find an account with that."

NOT_UNDERSTOOD = "I am afraid I did not understand that. What can I do for you?"

NO_EXCEPTIONS = (
    "I understand, but I cannot make an exception: {}",
    "I can see that this matters to you, but I still cannot do it: {}",
    "I am sorry to disappoint you, but I cannot do that for any customer: {}",
)
"""Completed with the refusal that was said before, without its apology."""

APOLOGY = re.compile(r"I am sorry, (?:but )?")

NOT_WITHOUT = "I am sorry, but without that I cannot do it."

TO_A_HUMAN = "Only a human can do this."
"""The thought before a transfer, whose summary says the rest."""

WHAT_ELSE = "What would you like me to do instead?"

READS = {
    "find_user_id_by_email": ("An email address is enough to find the account, so I look up {email}.",),
    "find_user_id_by_name_zip": (
        "Name and zip code are enough to find the account, so I look up {first_name} {last_name}, {zip}.",
    ),
    "get_user_details": (
        "The profile of {user_id} shows the orders, the payment methods and the address.",
        "I need the profile of {user_id}: orders, payment methods, address.",
    ),
    "get_order_details": (
        "The status and the items of order {order_id} decide what may be done.",
        "I need to see what is in order {order_id} and how far it is.",
        "Before I decide anything, I look at order {order_id}.",
    ),
    "get_product_details": (
        "Which variants there are, what they cost and whether they are available, product {product_id} shows.",
        "I look at product {product_id}, for its variants, their prices and what is available.",
    ),
    "list_all_product_types": ("I need the product's id, and the list of all products has it.",),
}
"""Reading tool -> why it is called, with its arguments."""

VERBS = {"get": "look at", "find": "look up", "search": "search for"}
"""First word of another reading tool -> what to call it in a thought."""


class Wording:
    """One conversation's choice of words. Nothing is worded in the same way twice in a row."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._last: dict[tuple[str, ...], str] = {}

    def ask_to_confirm(self) -> str:
        return self._choose(CONFIRMS)

    def ask_for_more(self) -> str:
        return self._choose(GOODBYES)

    def begin(self) -> str | None:
        """The thought before the first question; None: none."""
        return self._choose(FIRST_THOUGHTS)

    def acknowledge(self) -> str:
        return self._choose(ACKNOWLEDGEMENTS)

    def ask_for_identity(self, questions: tuple[str, ...]) -> str:
        """One of a desk's questions."""
        return self._choose(questions)

    def tell(self, facts: tuple[str, ...]) -> str:
        """The facts; "" if there are none."""
        return self._choose(FACTS).format("; ".join(facts)) if facts else ""

    def announce(self, name: str, arguments: dict[str, Any], look_up: Peek) -> str:
        """What is going to be written."""
        return announce_write(name, arguments, look_up)

    def report(self, name: str, arguments: dict[str, Any], look_up: Peek) -> str:
        """What has been written."""
        return report_write(name, arguments, look_up)

    def refuse_again(self, refusal: str) -> str:
        reason = APOLOGY.sub("", refusal, count=1)
        is_word = reason[1:2].islower()  # not "I"
        return self._choose(NO_EXCEPTIONS).format(reason[:1].lower() + reason[1:] if is_word else reason)

    def give_reason(self, tool: str) -> str | None:
        """Why a writing tool is called; None: not said."""
        return self._choose(REASONS_TO_WRITE).format(tool)

    def describe_read(self, tool: str, arguments: dict[str, Any]) -> str | None:
        """A call of a reading tool as a thought; of one without a reason of its own: `I look at the bill: B1.`

        None: it is not said.
        """
        if tool in READS:
            return self._choose(READS[tool]).format_map(arguments)
        verb, _, noun = tool.replace("_", " ").partition(" ")
        values = [value if isinstance(value, str) else json.dumps(value) for value in arguments.values()]
        object_phrase = f" {noun}" if noun.startswith("all ") else f" the {noun}" if noun else ""
        return f"I {VERBS.get(verb, verb)}{object_phrase}{': ' if values else ''}{', '.join(values)}."

    def _choose(self, phrases: tuple[str, ...]) -> str:
        others = [phrase for phrase in phrases if phrase != self._last.get(phrases)] or list(phrases)
        self._last[phrases] = self._rng.choice(others)
        return self._last[phrases]


class PlainWording(Wording):
    """Always the same phrases, no more of a write than the customer has to agree to, and no thought but what is
    wanted and why.

    A small model that learns from it need not learn which synonym comes, nor to copy an order's items.
    """

    def begin(self) -> None:
        return None

    def acknowledge(self) -> str:
        return ""

    def ask_for_identity(self, questions: tuple[str, ...]) -> str:
        return min(questions, key=len)

    def give_reason(self, tool: str) -> None:
        return None

    def describe_read(self, tool: str, arguments: dict[str, Any]) -> None:
        return None

    def announce(self, name: str, arguments: dict[str, Any], look_up: Peek) -> str:
        return announce_write(name, arguments, look_up, BRIEF_WORDINGS)

    def report(self, name: str, arguments: dict[str, Any], look_up: Peek) -> str:
        return report_write(name, arguments, look_up, BRIEF_WORDINGS)

    def _choose(self, phrases: tuple[str, ...]) -> str:
        return phrases[0]
