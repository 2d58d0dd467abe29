"""The customer's own words in a goal: what an llm may rewrite, and what of them must stay as it is.

Not here: what the llm is sent (`synthesis.paraphrase.dialogue`).
"""

import re
from collections.abc import Iterator, Sequence

from tautraj.agents.rules.months import MONTHS
from tautraj.benchmarks.goals import Goal, Request

NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen")
"""Without "one", which also stands for a thing."""

_NAMED = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b|(?i:\b(?:{'|'.join(NUMBERS)})\b)")


def list_words(goal: Goal) -> list[str]:
    """What the customer says: of each request the wish, answers, correction, insistence; then what it forgot.

    What leads up to a wish is not among it: it is no part of the task's text.
    """
    return [words for request in goal.requests for words in _list_words(request)] + list(goal.unknown)


def _list_words(request: Request) -> list[str]:
    correction = [request.correction] if request.correction else []
    return [request.wish or request.said, *request.answers.values(), *correction, *request.insists]


def replace_words(goal: Goal, words: Sequence[str]) -> Goal:
    """The goal with other words, as many as `list_words` has, in its order."""
    left = iter(words)
    requests = tuple(_replace_words(request, left) for request in goal.requests)
    return goal.model_copy(update={"requests": requests, "unknown": tuple(left)})


def _replace_words(request: Request, left: Iterator[str]) -> Request:
    before, wish = request.wish or request.said, next(left)
    changed = {
        "said": request.said.replace(before, wish, 1),
        "wish": request.wish and wish,
        "answers": {topic: next(left) for topic in request.answers},
        "correction": request.correction and next(left),
        "insists": tuple(next(left) for _ in request.insists),
    }
    return request.model_copy(update=changed)


def find_changed_value(before: Sequence[str], after: Sequence[str]) -> str | None:
    """What a text has lost or gained that no wording may change; None if nothing is.

    Ids, amounts, dates and whatever else has a digit, e-mail addresses, months, numbers from two to twelve: of each
    text the same set.
    """
    for number, texts in enumerate(zip(before, after, strict=True), start=1):
        old, new = map(_find_values, texts)
        if lost := sorted(old - new):
            return f'text {number} lacks "{lost[0]}"'
        if gained := sorted(new - old):
            return f'text {number} has "{gained[0]}", which it had not'
    return None


def _find_values(text: str) -> set[str]:
    tokens = {token.strip(".,;:!?()[]\"'").removesuffix("'s") for token in re.split(r"\s+|—", text)}
    named = {name if name in MONTHS else name.lower() for name in _NAMED.findall(text)}
    return named | {token for token in tokens if "@" in token or any(map(str.isdecimal, token))}
