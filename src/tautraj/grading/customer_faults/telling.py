"""Whether a customer has told something: word for word, as a program does, or by the share of its words.

Not here: what it must not tell yet (`grading.customer_faults.disclosure`).
"""

import re

from tautraj.benchmarks.goals import Goal, Request

MIN_WORD = 4
"""Letters of a word that says something."""

MIN_REQUEST = 0.5
"""Share of a request's own words that the customer must have said for it to be made."""

MIN_CORRECTION = 0.3
"""The same of a correction's words that the request did not have."""


def list_words(text: str) -> set[str]:
    """Words of at least `MIN_WORD` letters, and numbers, in lower case."""
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) >= MIN_WORD or word.isdigit()}


def is_made(request: Request, goal: Goal, spoken: str) -> bool:
    """Whether the customer has made a request. `spoken`: all its messages."""
    if request.said in spoken:
        return True
    others = " ".join(other.wish or other.said for other in goal.requests if other is not request)
    words = list_words(request.wish or request.said)
    own = words - list_words(others) or words
    return len(own & list_words(spoken)) >= MIN_REQUEST * len(own)


def find_current_request(goal: Goal, spoken: str) -> Request | None:
    """The last request that the customer has made; None if it has made none."""
    verbatim = [request for request in goal.requests if request.said in spoken]
    made = verbatim or [request for request in goal.requests if is_made(request, goal, spoken)]
    return made[-1] if made else None


def is_corrected(request: Request, spoken: str) -> bool:
    """Whether the customer has changed its mind about a request that it made, or never does."""
    if request.correction is None or request.correction in spoken:
        return True
    own = list_words(request.correction) - list_words(request.said)
    return request.said not in spoken and len(own & list_words(spoken)) >= MIN_CORRECTION * len(own)
