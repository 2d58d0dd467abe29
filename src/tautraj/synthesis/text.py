"""A task's text from its goal: τ²'s four fields, addressed to whoever plays the customer.

Who plays the customer is addressed as "you"; what the customer wants or says is quoted, in its own words. Not here:
how a request is worded (`synthesis.<domain>`), voices (`synthesis.voices`).
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

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

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
    wishes = [quote(request.wish or request.said) for request in goal.requests]
    places = ORDINALS if len(wishes) > 1 else ("",)
    lines = [
        line for request, place in zip(goal.requests, places, strict=False) for line in _instruct(request, place)
    ]
    return TaskText(
        " ".join([f"What you want, in your own words: {wishes[0]}", *(f"After that: {wish}" for wish in wishes[1:])]),
        f"{known[:1].upper()}{known[1:]}.",
        to_second_person(" ".join(goal.unknown)),
        " ".join([*lines, VOICES[goal.voice].manner]),
    )


def quote(text: str) -> str:
    """The words between double quotes, with single ones within."""
    return '"' + text.replace('"', "'") + '"'


def read_quotes(text: str) -> list[str]:
    """What is quoted in a part of a scenario."""
    return re.findall(r'"([^"]*)"', text)


def read_answers(instructions: str) -> dict[str, str]:
    """Topic -> what the customer says when asked about it."""
    return dict(re.findall(r'asks about the (\w+), say: "([^"]*)"', instructions))


def read_later_words(instructions: str) -> list[str]:
    """What the customer says after its wishes: answers, and changes of its mind."""
    return re.findall(r'(?:, say|you change your mind): "([^"]*)"', instructions)


def to_second_person(text: str) -> str:
    """The same said to the customer instead of by it."""

    def turn(match: re.Match[str]) -> str:
        word = SECOND_PERSON[match[0].lower()]
        before = text[: match.start()].rstrip(" \"'(")
        is_first = not before or before[-1] in ".!?"
        is_capital = is_first if match[0][0] == "I" else match[0][0].isupper()
        return word[:1].upper() + word[1:] if is_capital else word

    return _FIRST_PERSON.sub(turn, text.replace("\u2019", "'"))


def _instruct(request: Request, place: str) -> list[str]:
    """How the customer is to behave about a request. `place`: which of several it is."""
    subject = f"your {place} wish" if place else "it"
    lines = [f"If the agent asks about the {topic}, say: {quote(text)}" for topic, text in request.answers.items()]
    if request.content_when:
        lines.append(DEVICE_INSTRUCTIONS.format(**request.content_when.model_dump()))
    if request.correction:
        lines.append(
            f"When the agent asks you to confirm {subject}, you change your mind: {quote(request.correction)}"
        )
    if request.insists:
        lines.append(f"If the agent refuses {subject}, insist: {quote(' '.join(request.insists))} Then accept it.")
    elif request.rule:
        lines.append(f"If the agent refuses {subject}, accept that.")
    return lines
