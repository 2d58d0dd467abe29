"""A task's text from its goal: τ²'s four fields, addressed to whoever plays the customer.

A goal is in the first person ("I want to return my kettle"), a scenario in the second ("You want to return your
kettle"). Not here: how a request is worded (`synthesis.<domain>`), voices (`synthesis.voices`).
"""

import re
from typing import NamedTuple

from tautraj.benchmarks.goals import Goal, Request
from tautraj.synthesis.voices import VOICES

SECOND_PERSON = {
    "i'm": "you're",
    "i am": "you are",
    "am i": "are you",
    "i was": "you were",
    "was i": "were you",
    "i": "you",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "our": "your",
    "us": "you",
    "let us": "let us",
    "you are": "the agent is",
    "you're": "the agent is",
    "are you": "is the agent",
    "you have": "the agent has",
    "do you": "does the agent",
    "you do": "the agent does",
    "your": "the agent's",
    "you": "the agent",
}
"""Who speaks is "you", and whom it speaks to is the agent."""

_FIRST_PERSON = re.compile(
    rf"(?<![\w.@-])(?:{'|'.join(sorted(SECOND_PERSON, key=len, reverse=True))})(?![\w@-]|'\w|\.\w)", re.IGNORECASE
)

_IDENTITY = {
    "name": "Your name is {name}",
    "zip": "your zip code is {zip}",
    "email": "your email is {email}",
    "user_id": "your user id is {user_id}",
    "phone": "your phone number is {phone}",
    "date_of_birth": "your date of birth is {date_of_birth}",
}


DEVICE_INSTRUCTIONS = (
    "Do on your phone what the agent asks for, one step at a time, and tell it what your phone shows; never guess. "
    "Only when {tool} shows {shows!r} is it mended for you. If you owe a bill, you pay it. If the agent cannot help, "
    "you agree to be transferred."
)


class TaskText(NamedTuple):
    """τ²'s fields of a scenario, each of whole sentences or empty."""

    reason_for_call: str
    known_info: str
    unknown_info: str
    task_instructions: str


def write_text(goal: Goal) -> TaskText:
    """The scenario of a goal."""
    known = ", ".join(form.format(**goal.identity) for key, form in _IDENTITY.items() if key in goal.identity)
    return TaskText(
        to_second_person(" ".join(request.said for request in goal.requests)),
        f"{known[:1].upper()}{known[1:]}.",
        to_second_person(" ".join(goal.unknown)),
        " ".join(
            [*(line for request in goal.requests for line in _write_instructions(request)), VOICES[goal.voice].manner]
        ),
    )


def to_second_person(text: str) -> str:
    """The same said to the customer instead of by it."""

    def turn(match: re.Match[str]) -> str:
        word = SECOND_PERSON[match[0].lower()]
        before = text[: match.start()].rstrip(" \"'(")
        is_first = not before or before[-1] in ".!?"
        is_capital = is_first if match[0][0] == "I" else match[0][0].isupper()
        return word[:1].upper() + word[1:] if is_capital else word

    return _FIRST_PERSON.sub(turn, text.replace("\u2019", "'"))


def _write_instructions(request: Request) -> list[str]:
    """How the customer is to behave about a request."""
    lines = [
        f"If the agent asks about the {topic}: {to_second_person(said)}" for topic, said in request.answers.items()
    ]
    if request.content_when:
        lines.append(DEVICE_INSTRUCTIONS.format(**request.content_when.model_dump()))
    if request.correction:
        lines.append(
            f"When the agent asks you to confirm this, you change your mind: {to_second_person(request.correction)}"
        )
    if request.insists:
        lines.append(f"If the agent refuses, insist: {to_second_person(' '.join(request.insists))} Then accept it.")
    elif request.rule:
        lines.append("If the agent refuses this, accept it.")
    return lines
