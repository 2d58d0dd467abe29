"""Which answer of a goal, or which line about what the customer does not remember, belongs to an agent's question."""

import re
from collections.abc import Iterable, Mapping

from tautraj.benchmarks.goals import Topic

TOPICS: dict[Topic, str] = {
    "reason": r"\b(?:reason|why)\b",
    "payment": r"\b(?:pay\w*|refund\w*|charg\w*|card|paypal|certificates?|method)\b",
    "order": r"\border\b",
    "item": r"\b(?:items?|products?|articles?)\b",
    "option": r"\b(?:options?|colou?rs?|sizes?|variants?|models?|versions?|prefer\w*|instead|which|bags?|baggage"
    r"|luggage|suitcases?|insurance)\b",
    "address": r"\b(?:address|street|city|ship\w*|deliver\w*)\b",
    "reservation": r"\b(?:reservation|booking|trip|confirmation (?:number|code))\b",
    "flight": r"\b(?:flights?|dates?|cabin|class|depart\w*|arriv\w*|airports?|travel\w*|destination)\b",
    "line": r"\b(?:line|number|sim)\b",
    "place": r"\b(?:abroad|where are|travel\w*|outside|at home|location)\b",
    "data": r"\b(?:gb|gigabytes?|how much data|refuel\w*|more data)\b",
}
"""`goals.Topic` -> words of a question about it; `other` is what is asked in no such words."""

MIN_WORD = 4
"""Letters of a word that a question shares with an answer, or with what the customer does not remember."""


def find_topics(question: str, answers: Mapping[Topic, str]) -> list[Topic]:
    """Topics of the answers to a question: those of its words, or else of an answer that shares a word with it."""
    topics = [topic for topic in answers if topic in TOPICS and re.search(TOPICS[topic], question, re.IGNORECASE)]
    return topics or [topic for topic, answer in answers.items() if topic == "other" or _share_word(question, answer)]


def find_line(question: str, lines: Iterable[str]) -> str | None:
    """The first of the lines that shares a word with the question."""
    return next((line for line in lines if _share_word(question, line)), None)


def _share_word(question: str, line: str) -> bool:
    words = set(re.findall(rf"\w{{{MIN_WORD},}}", question.lower()))
    return not words.isdisjoint(re.findall(r"\w+", line.lower()))
