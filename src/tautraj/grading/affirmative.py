"""Whether a customer's message is a yes to what was proposed, by its words.

A message is read clause by clause, and the last clause that decides is the answer: "no, wait ... yes, go ahead" is a
yes, "yes ... no, wait" is none. A condition makes it none wherever it stands. Not here: the words
(`grading.answer_words`), whether the agent asked about the write (`grading.confirmation`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from tautraj.grading.answer_words import (
    ANYWHERE_NO,
    ASK_TO_ACT,
    BUT,
    CONDITION,
    FILLERS,
    MISSING_APOSTROPHE,
    NEUTRAL_AFTER_BUT,
    NO,
    POLITE,
    QUESTION_START,
    REPORT,
    SARCASM,
    STRONG_YES,
    TAIL,
    WEAK_YES,
)

Verdict = Literal["yes", "no", "condition"] | None

TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."})

BEGINS_STRONG = re.compile(rf"(?:{STRONG_YES})(?!\w)")
IS_WEAK = re.compile(rf"(?:{WEAK_YES}){TAIL}[\s!.)]*$")
BEGINS_NO = re.compile(rf"(?:{NO})(?![\w'])")
BARE_YES = re.compile(
    r"(?:y+e+s+|yea|yeah|yep|yup|y|absolutely|definitely|certainly|of course)"
    r"(?: (?:please|thanks|sir|ma'am))?[\s!.]*$"
)
GO_AHEAD = re.compile(
    r"\b(?:go ahead|go for it|proceed|please do|do (?:it|that)|(?:i|we) (?:confirm|agree|approve)|make it so)\b"
)


def is_affirmative(text: str) -> bool:
    """Whether a customer's message is a yes without a condition, not taken back and not put off."""
    return _decide(text) == "yes"


def is_refusal(text: str) -> bool:
    """Whether a customer's message refuses, takes back, puts off or makes a condition."""
    return _decide(text) in ("no", "condition")


def is_go_ahead(text: str) -> bool:
    """Whether a message is a yes that says in so many words to act."""
    return is_affirmative(text) and GO_AHEAD.search(text.translate(TYPOGRAPHY).lower()) is not None


def _decide(text: str) -> Verdict:
    text = re.sub(r"###[\w-]+###", " ", text.translate(TYPOGRAPHY)).lower().strip()
    text = MISSING_APOSTROPHE.sub(r"\1'", text)
    if SARCASM.search(text):
        return "no"
    verdicts: list[Verdict] = []
    sentences = _split_sentences(text)
    for before, sentence in zip(["", *sentences], sentences, strict=False):
        if IS_WEAK.match(before) and REPORT.match(_strip_fillers(sentence)) and verdicts[-1:] == ["yes"]:
            verdicts.pop()  # "Sure. My zip is 78705." answers a question for the zip
        verdicts += _read_sentence(sentence)
    decisive = [verdict for verdict in verdicts if verdict]
    return "condition" if "condition" in decisive else decisive[-1] if decisive else None


def _split_sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.!?])\s+|\.{2,}|\n+|;", text) if sentence.strip(" .!")]


def _read_sentence(sentence: str) -> Iterator[Verdict]:
    """The verdicts of a sentence's clauses. What follows the last "but" counts for the whole sentence."""
    head, but, rest = BUT.sub(" but ", sentence).rpartition(" but ")
    asks = sentence.rstrip().endswith("?")
    if not but or NEUTRAL_AFTER_BUT.match(rest.strip()):
        yield from _read_clauses(_split_clauses(head or rest), asks)
        return
    before = list(_read_clauses(_split_clauses(head), is_question=False))
    after = list(_read_clauses(_split_clauses(rest), asks))
    if "condition" in before:
        yield "condition"
    elif after[-1:] == ["yes"]:
        yield "yes"
    else:
        yield "condition" if "yes" in before else "no"


def _split_clauses(sentence: str) -> list[str]:
    return [clause for part in re.split(r",|:| - |\(|\)| -- ", sentence) if (clause := part.strip(" .!?-\"'"))]


def _read_clauses(clauses: Sequence[str], is_question: bool) -> Iterator[Verdict]:
    previous: Verdict = None
    for number, clause in enumerate(clauses):
        asks = is_question and number == len(clauses) - 1
        verdict = _read_clause(clause, asks)
        if previous == "yes" and verdict is None:
            follows = _strip_fillers(clause)
            tells = REPORT.match(follows) and BARE_YES.match(clauses[number - 1])
            wavers = asks and QUESTION_START.match(follows) and IS_WEAK.match(clauses[number - 1])
            weak_report = REPORT.match(follows) and IS_WEAK.match(clauses[number - 1])
            verdict = "no" if tells or wavers or weak_report else None
        yield verdict
        previous = verdict


def _read_clause(clause: str, asks: bool) -> Verdict:
    plain = _strip_fillers(clause)
    if CONDITION.search(POLITE.sub("", clause)) and not (asks and QUESTION_START.match(plain)):
        return "condition"
    if asks:
        return "yes" if ASK_TO_ACT.match(plain) or BARE_YES.match(clause) and " " in clause else None
    if ANYWHERE_NO.search(clause):
        return "no"
    for form in (clause, plain):
        if BEGINS_NO.match(form):
            return "no"
        if BEGINS_STRONG.match(form) or IS_WEAK.match(form):
            return "no" if _takes_back(form) else "yes"
    return (
        "no"
        if re.match(r"actually\b(?! (?:these|those|that|this|it|they|yes|i (?:like|love|prefer))\b)", clause)
        else None
    )


def _takes_back(clause: str) -> bool:
    """Whether a yes and what makes it none stand in one clause: "yes my zip code is", "yes hold on"."""
    rest = re.sub(r"^(?:y+e+s+|yeah|yea|yep|yup|sure|ok|okay)\s+", "", clause)
    return rest != clause and bool(REPORT.match(rest) or BEGINS_NO.match(rest))


def _strip_fillers(clause: str) -> str:
    return FILLERS.sub("", clause, count=1) if FILLERS.match(clause) else clause
