"""A scenario's text as the customer would say it: sentences to say, in the first person.

A scenario is written to the customer ("You want …") and in part about how to behave ("Be insistent", "If the agent
asks …"); the latter is not said. Not here: the rules (`users.scenario_rules`), when it is said
(`users.scripted`).
"""

import functools
import re
from collections.abc import Iterator

from tautraj.users.scenario_rules import FIRST_PERSON, REPHRASED, SECOND_THOUGHTS, Rules

NOT_SAID = re.compile(
    r"\b(make up|makes? sure you|mention|do not reveal|conversation|agent message|tool calls?|meant to test"
    r"|respond exactly|end the call|typos|is incorrect|your (goal|approach)|not familiar with|make the agent"
    r"|intended task|famous poem|all details|insistent|persistent|after the change|reactive to|french words"
    r"|consider the issue|adamant|admit|negotiate|unsure|suddenly|french by birth|then say|say that|attempts"
    r"|asserting)\b"
    r"|^(be|do not|don't|never|always|under no circumstances|make|try|provide|use both|for example|otherwise"
    r"|first complain|you (like to|speak|talk|try|insist|randomly|occasionally))\b",
    re.IGNORECASE,
)
"""A sentence about how to behave."""

CHARACTER = re.compile(r"^you(?: are|'re) (?!willing|ok|fine|happy with|certain|(also )?looking)", re.IGNORECASE)
"""Among the instructions: a sentence about what the customer is like."""

CONDITIONAL = re.compile(
    r"^(?:but |only |even )?(?:if|when|whenever|after)\b.*?"
    r"(?:\bagent (?:\w+ly )?(?:\w+s|does|doesn't|cannot|wants)\b|\basked\b|\brelevant\b)",
    re.IGNORECASE,
)
"""A sentence about what the agent may say."""

IF_ASKED = re.compile(
    r"^(?:if|when) (?:(?:the )?(?:service )?agent asks|asked)(?: you)? (?P<topic>[^,]*),\s*"
    r"(?:you )?(?:say )?(?:that )?(?P<answer>(?:you|your|it|there)\b.*)$",
    re.IGNORECASE,
)
"""What is said if the agent asks for something."""

IN_TURN = re.compile(r"\b(first|then|initially|insist|adamant|confirm\w*)\b", re.IGNORECASE)
"""An answer, or a topic, that belongs to a play of several turns."""

MIN_WORD = 4
"""Letters of a topic's word that a question must share."""


@functools.lru_cache(maxsize=1000)
def select_said(text: str, *, instructions: bool = False) -> str:
    """The sentences of `text` that a customer says without being asked, in the first person; "" if there are none.

    `instructions`: the text says how to play the customer.
    """
    rephrased = [rephrase(sentence) for sentence in split_sentences(text) if not CONDITIONAL.search(sentence)]
    kept = [
        sentence
        for sentence in rephrased
        if not NOT_SAID.search(sentence) and not (instructions and CHARACTER.search(sentence))
    ]
    return " ".join(dict.fromkeys(to_first_person(sentence) for sentence in kept if re.search(r"\w", sentence)))


def find_answer(text: str, question: str) -> str:
    """What the instructions in `text` say to answer to this question, in the first person; "" for nothing."""
    words = set(re.findall(rf"\w{{{MIN_WORD},}}", question.lower()))
    for sentence in split_sentences(text):
        match = IF_ASKED.search(sentence)
        if match and not IN_TURN.search(sentence) and words & set(re.findall(r"\w+", match["topic"].lower())):
            return to_first_person(rephrase(match["answer"]))
    return ""


def word_change_of_mind(change: str) -> str:
    """What the customer says instead of yes, in the first person; "" for nothing. `change`: as a scenario has it."""
    return f"Wait, not yet. {to_first_person(rephrase(_apply(SECOND_THOUGHTS, change)))}" if change else ""


def split_sentences(text: str) -> Iterator[str]:
    """Sentences and lines; a line that ends with a comma goes on in the next, and lists are one sentence."""
    text = re.sub(r"\s*\n\s*- ", ", ", re.sub(r":\s*\n\s*- ", " ", text))
    for line in re.sub(r",\s*\n\s*(?=[a-z])", ", ", text).splitlines():
        for sentence in re.split(r"(?<=[.!?;])\s+(?=['\"(A-Z#])|(?<=[a-z])\s+(?=You do\b)", line.strip()):
            if re.search(r"\w", sentence):
                yield sentence


def rephrase(sentence: str) -> str:
    """The sentence as one to the agent, still in the second person, with a full stop."""
    sentence = _apply(REPHRASED, sentence)
    return sentence if sentence.endswith((".", "!", "?", ".)")) else f"{sentence}."


def to_first_person(text: str) -> str:
    """A scenario's text in the first person. The first letter of a line or sentence is made upper case."""
    text = _apply(FIRST_PERSON, text)
    text = re.sub(r"(^|(?<!i\.e)[.!?]\s+|\n\s*)([a-z])", lambda match: match[1] + match[2].upper(), text)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def _apply(rules: Rules, text: str) -> str:
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text, flags=re.IGNORECASE)
    return text
