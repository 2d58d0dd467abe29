"""Whether a customer has told something, by the share of its words: people put it in their own."""

import re

from tautraj.benchmarks.goals import Goal, Request

MIN_WORD = 4
"""Letters of a word that says something."""

MIN_REQUEST = 0.5
"""Share of a request's words that the customer must have said for it to be made."""

MIN_CORRECTION = 0.3
"""The same of a correction's words that the request did not have."""


def list_words(text: str) -> set[str]:
    """Words of at least `MIN_WORD` letters, and numbers, in lower case."""
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) >= MIN_WORD or word.isdigit()}


def is_made(request: Request, said: str) -> bool:
    words = list_words(request.wish or request.said)
    return len(words & list_words(said)) >= MIN_REQUEST * len(words)


def find_current_request(goal: Goal, said: str) -> Request | None:
    """The last request that the customer has made: word for word, or else in its own. `said`: all its messages."""
    verbatim = [request for request in goal.requests if request.said in said]
    made = verbatim or [request for request in goal.requests if is_made(request, said)]
    return made[-1] if made else None


def is_corrected(request: Request, said: str) -> bool:
    """Whether the customer has changed its mind, or never does."""
    own = list_words(request.correction or "") - list_words(request.said)
    return len(own & list_words(said)) >= MIN_CORRECTION * len(own)
