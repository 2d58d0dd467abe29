"""Splits what a customer says into wishes, by the words that ask for something.

A sentence without such a word belongs to the wish before it, or to the next one if it opens a new topic. Not here:
what is named in the words (`agents.rules.airline.slots`), what becomes of a wish (`agents.rules.airline.desk`).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from tautraj.agents.rules.airline.cues import (
    BY_AIRLINE,
    COMPLAINT,
    CUES,
    DETAILS,
    FALLBACK,
    INSURED,
    JOINT,
    OWN,
    PLANS,
    Kind,
    find_kinds,
)
from tautraj.agents.rules.airline.slots import list_codes, list_dates, list_places, list_reservation_ids

T = TypeVar("T")

REASON = re.compile(f"{INSURED}|{PLANS}|{BY_AIRLINE}", re.IGNORECASE)
"""Of a cancellation."""

_INTRODUCTION = re.compile(
    r"(?:\b(?:I am|I'm|[Mm]y name is) [A-Z][a-z]+ [A-Z][a-z]+|[^.!?]*\buser id\b[^.!?]*)(?:[.!?]\s*|$)"
)


class Wish(NamedTuple):
    """Something that a customer wants, in its words."""

    kind: Kind
    said: str
    context: str = ""
    """The wish before it, if this one does not say what it is about."""
    otherwise: str = ""
    """What it says about the case that this cannot be had."""
    amendments: tuple[str, ...] = ()
    """Answers and corrections, the last one counts most."""
    has_change: bool = False
    """Whether the customer also asks for a change or a cancellation."""

    def find(self, read: Callable[[str], T]) -> T:
        """What `read` finds in the words, the latest first; its empty result if there is nothing."""
        for text in (*reversed(self.amendments), self.said):
            if value := read(text):
                return value
        return read("")

    def is_said(self, pattern: str) -> bool:
        return any(re.search(pattern, text, re.IGNORECASE) for text in (self.said, *self.amendments))

    @property
    def reference(self) -> str:
        """The words that may say which reservation is meant."""
        return self.said if has_reference(self.said) else f"{self.context} {self.said}"


def split_sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])|\n+", text.strip()) if part]


def drop_introduction(text: str) -> str:
    """Without the sentences in which the customer only says who it is."""
    return _INTRODUCTION.sub("", text)


def has_reference(text: str) -> bool:
    return bool(list_codes(text) or list_places(text) or list_dates(text))


def read_wishes(text: str) -> list[Wish]:
    wishes: list[Wish] = []
    pending: list[str] = []
    is_fallback = False
    for sentence in split_sentences(text):
        kinds, is_joint = find_kinds(sentence), bool(JOINT.match(sentence))
        is_fallback = bool(FALLBACK.match(sentence)) or (is_fallback and sentence.startswith("Then "))
        if wishes and is_fallback:
            last = _add(wishes[-1], *pending)
            wishes[-1] = last._replace(otherwise=f"{last.otherwise} {sentence}".strip())
            pending = []
        elif not kinds:
            if is_joint or pending or not wishes or _opens_another(wishes[-1], sentence):
                pending.append(sentence)
            else:
                wishes[-1] = _add(wishes[-1], sentence)
        elif wishes and not pending and not is_joint and _is_detail(wishes[-1], kinds, sentence):
            wishes[-1] = _add(wishes[-1], sentence)
        else:
            words = " ".join([*pending, sentence])
            context = "" if has_reference(words) or not wishes else wishes[-1].said
            wishes += _spread(kinds, words, context)
            pending = []
    if pending and wishes:
        wishes[-1] = _add(wishes[-1], *pending)
    if not wishes and COMPLAINT.search(text):
        return [Wish("complaint", text)]
    return _put_compensation_last(wishes)


def _spread(kinds: Sequence[Kind], text: str, context: str) -> list[Wish]:
    """One wish per kind; where several reservations are named, one each, of the kind asked for before it."""
    codes = list(dict.fromkeys(list_reservation_ids(text)))
    if len(codes) < 2:
        return [Wish(kind, text, context) for kind in kinds]
    wishes = []
    for code in codes:
        before = text[: text.index(code)]
        kind = max(kinds, key=lambda kind: _find_last_cue(kind, before))
        without = re.sub("|".join(other for other in codes if other != code), "", text)
        wishes.append(Wish(kind, without, context))
    named = {wish.kind for wish in wishes}
    rest = re.sub("|".join(codes), "", text)
    return wishes + [Wish(kind, rest, context) for kind in kinds if kind not in named]


def _find_last_cue(kind: Kind, text: str) -> int:
    return max((match.start() for cue in CUES[kind] for match in re.finditer(cue, text, re.IGNORECASE)), default=-1)


def _opens_another(wish: Wish, sentence: str) -> bool:
    """Whether a sentence that asks for nothing is about what comes next: another reservation, or another reason."""
    codes = list_reservation_ids(sentence)
    if codes and list_codes(wish.said) and not set(codes) <= set(list_codes(wish.said)):
        return True
    is_explained = wish.kind not in ("cancel", "compensation") or bool(REASON.search(wish.said))
    return is_explained and bool(REASON.search(sentence))


def _add(wish: Wish, *sentences: str) -> Wish:
    return wish._replace(said=" ".join((wish.said, *sentences)))


def _is_detail(wish: Wish, kinds: Sequence[Kind], sentence: str) -> bool:
    """Whether a sentence only says more about the wish before it."""
    codes = [code for code in list_reservation_ids(sentence) if code not in wish.said]
    if wish.kind == "book" and (codes or re.search(OWN, sentence, re.IGNORECASE)):
        return False
    if codes:
        return not has_reference(wish.said) and set(kinds) <= {wish.kind}
    places, own_places = set(list_places(sentence)), set(list_places(wish.said))
    if not places <= own_places and (
        own_places or re.search(OWN, sentence, re.IGNORECASE) and has_reference(wish.said)
    ):
        return False
    return set(kinds) <= DETAILS.get(wish.kind, frozenset()) | {wish.kind}


def _put_compensation_last(wishes: list[Wish]) -> list[Wish]:
    """A delay is compensated after the change."""
    ordered = sorted(wishes, key=lambda wish: wish.kind == "compensation")
    changes = [wish for wish in wishes if wish.kind in ("cancel", "flights", "cabin")]
    return [
        wish._replace(has_change=any(_is_same_trip(wish, change) for change in changes))
        if wish.kind == "compensation"
        else wish
        for wish in ordered
    ]


def _is_same_trip(wish: Wish, other: Wish) -> bool:
    references = [
        (list_codes(text), list_places(text), list_dates(text)) for text in (wish.reference, other.reference)
    ]
    return other.said in (wish.said, wish.context) or references[0] == references[1]
