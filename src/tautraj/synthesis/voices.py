"""Voices of customers: how one opens, joins requests and behaves, and clauses worded for each of them.

Clauses stand in tables of lines `voice: sentences`, where `[a|b]` stands for either and `{slot}` for a name.

A domain words each of its clauses for every voice. Not here: those clauses (`synthesis.<domain>`).
"""

from random import Random
from typing import NamedTuple


class Voice(NamedTuple):
    openers: tuple[str, ...]
    """Sentences before the first request; "" for none."""
    joints: tuple[str, ...]
    """Words before a further request, followed by a blank; the request goes on in lower case where they end so."""
    manner: str
    """How whoever plays the customer is to speak, in the second person."""


VOICES = {
    "plain": Voice(
        ("", "", "Hi there.", "Hello, I need some help.", "Good morning.", "I hope you can help me."),
        (
            "",
            "Also:",
            "One more thing.",
            "Besides that, there is something else.",
            "And then:",
            "There is another matter.",
        ),
        "You are polite and to the point.",
    ),
    "terse": Voice(
        ("", "", "", "Hi.", "Quick one."),
        ("", "Next:", "And:", "Second thing.", "Then:"),
        "You write as little as possible.",
    ),
    "chatty": Voice(
        (
            "Hey, how is your day going?",
            "Hi! I have been meaning to write to you for days.",
            "Hello hello, I hope you are the right person for this.",
            "Oh good, somebody is there.",
            "Hi, so here is what happened at our place.",
        ),
        (
            "Oh, and while I have you here.",
            "And now that I think of it, there is something else.",
            "Right, there is another thing on my list.",
            "Before I forget.",
            "Anyway, that was not all.",
        ),
        "You are talkative and friendly.",
    ),
    "formal": Voice(
        (
            "Good day.",
            "Good afternoon, I am writing with regard to my account.",
            "To whom it may concern.",
            "Good evening, I would be grateful for your assistance.",
            "Dear Sir or Madam.",
        ),
        (
            "In addition, I have a further matter to raise.",
            "Furthermore:",
            "I should also like to raise the following.",
            "There remains one other point.",
        ),
        "You are formal and complete in what you write.",
    ),
    "learner": Voice(
        (
            "Hello, sorry for my English.",
            "Hello, I need the help please.",
            "Good day, I am not sure how to say this.",
            "Hi, please be patient with me.",
        ),
        (
            "Also I have other thing.",
            "And one thing more, please.",
            "After this, please also.",
            "Second question I have.",
        ),
        "English is not your first language; you use short, simple sentences.",
    ),
    "annoyed": Voice(
        (
            "This is the second time I try to reach somebody.",
            "Honestly, I am not happy right now.",
            "I do not have much time, so let us be quick.",
            "I have had enough of waiting.",
            "Finally.",
        ),
        (
            "And that is not even all.",
            "While we are at it, here is the next problem.",
            "And since I had to write anyway:",
            "Next, because of course there is more.",
        ),
        "You are annoyed and impatient, but never rude.",
    ),
}


def join_requests(voice: str, requests: list[str], rng: Random) -> list[str]:
    """The requests as this voice says them one after another: the first with an opener, the others with a joint.

    No joint comes twice, unless there are more requests than joints.
    """
    opener, joints = rng.choice(VOICES[voice].openers), VOICES[voice].joints
    leads = [opener]
    while len(leads) < len(requests):
        leads += rng.sample(joints, min(len(joints), len(requests) - len(leads)))
    return [f"{lead} {request}".strip() for lead, request in zip(leads, requests, strict=True)]
