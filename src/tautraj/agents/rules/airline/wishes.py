"""Splits what a customer says into wishes, by the words that ask for something.

A sentence without such a word belongs to the wish before it, or to the next one if it opens a new topic. Not here:
what is named in the words (`airline.slots`), what becomes of a wish (`airline.desk`).
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeVar

from tautraj.agents.rules.airline.slots import FLIGHT_NUMBER, list_codes, list_dates, list_places

Kind = Literal["cancel", "book", "flights", "cabin", "bags", "passengers", "insurance", "compensation", "question"]

T = TypeVar("T")


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
            if found := read(text):
                return found
        return read("")

    def is_said(self, pattern: str) -> bool:
        return any(re.search(pattern, text, re.IGNORECASE) for text in (self.said, *self.amendments))

    @property
    def reference(self) -> str:
        """The words that may say which reservation is meant."""
        return self.said if has_reference(self.said) else f"{self.context} {self.said}"


_CHANGE = "change(?! of)|changing|move|moving|switch|swap|push|postpone|reschedule|shift|replace|rebook|exchange"
_CHANGED = "changed|moved|rescheduled|switched|shifted|postponed|replaced"
_FLIGHT = (
    r"flights?|trip|date|day|outbound|return|way (?:out|back|there)|journey|leg|departure|it|"
    r"reservation|booking|home|back"
)

CUES: dict[Kind, tuple[str, ...]] = {
    "compensation": (
        r"compensat\w+",
        r"make (?:it )?up for",
        r"make (?:this|it|that) right",
        r"goodwill",
        r"for (?:my|your|the|all this) (?:trouble|inconvenience)",
        r"(?:send|get|give|offer|issue|receive|owed?|deserve|expect|want|due)\w*\b[^.?!]{0,40}\bvouchers?\b",
        r"(?:send|give|offer|issue|owed?|deserve|expect|due)\w*\b[^.?!]{0,30}\bcertificates?\b(?! (?:\w+ ){0,3}pay)",
    ),
    "book": (
        r"\b(?:book|buy|purchase|reserve)\b(?! \w+ (?:is|was))",
        r"(?:new|another) (?:booking|reservation|ticket)\b",
        r"(?<!longer )(?<!not )need (?:to (?:get|be|travel|fly)|(?:a|one|two|three|four|five|some) (?:flight|ticket|seat))",
        r"(?:want|like|wish|have|plan|going|hope) to (?:fly|travel) (?!in\b)",
        r"(?:flight|seat|ticket)s? (?:needed|wanted)",
    ),
    "passengers": (
        r"passengers?\b(?! (?:are|is|on it))",
        r"\bnames?\b",
        r"date of birth|birth ?date|birthday|\bdob\b",
        r"spell\w*",
        r"(?:instead|in place) of (?:me\b|[A-Z][a-z]+ [A-Z])",
        r"travel+ers?\b",
        r"companion|swap",
        r"take (?:the|\w+'s|my) (?:place|seat)",
    ),
    "bags": (r"\b(?:bag|suitcase|luggage|baggage)\w*",),
    "insurance": (r"insurance",),
    "cabin": (
        r"upgrad\w+|downgrad\w+|\bcabin|\bclass\b",
        r"\b(?:in|into|to) (?:basic economy|economy|business)\b",
    ),
    "flights": (
        rf"\b(?:{_CHANGE})\b[^.?!]*\b(?:{_FLIGHT})\b",
        rf"(?:want|need|like|have|get|see|must)\b[^.?!]*\b(?<!have )(?<!has )(?<!been )(?:{_CHANGED})\b",
        rf"\bbe (?:{_CHANGED})\b|\bto have (?:{_CHANGED})\b",
        r"\bput\b[^.?!]*\b(?:flights?|trip|outbound|return|way (?:out|back)|leg|journey) ",
        r"\b(?:fly|leave|travel|depart|go)\b[^.?!]*\b(?:days? (?:earlier|later|sooner)|instead|earlier|later"
        r"|on the (?:next|following) day)",
        r"(?:earlier|later|different|other|another|nonstop|non-stop|direct) (?:flight|date|day)|new date",
    ),
    "cancel": (
        r"\bcancel\b|cancell?ing\b|cancellation (?:of|for)",
        r"call(?:ed|ing)? off|call (?:it|[A-Z0-9]{6}|(?:the|my|your) \w+) off",
        r"(?:want|need|like|have|get|see|must|should)\b[^.?!]*\b(?<!been )(?<!was )cancell?ed\b",
        r"scrap\b|give up (?:the|my|your)|get rid of|\bdrop (?:the|my|your|this|that|reservation)",
    ),
    "question": (
        r"how (?:much|many)",
        r"\bwhat (?:is|was|are|were|would|does|do|did|has|kind)\b(?! left)",
        r"\bwhich of\b|\bwhich (?:flight|reservation|booking|trip)\b|hear (?:how|what|which)",
        r"tell (?:me|you)|let (?:me|you) know|(?:like|want|need|love) to know",
        r"\bwonder|curious|find out|look (?:it )?up\b|inform|balance of|worth",
        r"(?:kindly|please) (?:state|confirm)|somebody check",
    ),
}
"""Kind -> patterns of the words that ask for it."""

_BESIDE_COMPENSATION = frozenset({"compensation", "cancel", "flights"})
_DENIED = re.compile(
    r"\b(?:do not|don't|not|without|rather than|instead of|never|no need to|nor|no)\b (?:\w+ ){0,3}?"
    r"(?:cancel\w*|chang\w+|upgrad\w+|insurance|bags?\b|baggage|luggage|suitcases?|book\w*|compensat\w+)",
    re.IGNORECASE,
)
_BOOKED = re.compile(r"\b(?:i|you|we|has|have|had|was|were|is|are) (?:\w+ )?booked|booked", re.IGNORECASE)

JOINT = re.compile(
    r"(?:oh,? |anyway|and(?:,| then| that| now| since|:| one)|also\b|besides|then\b|next\b|"
    r"second|one more|one thing more|"
    r"there (?:is another|remains)|another (?:thing|point|matter)|before (?:i|you) forget|"
    r"while (?:i|you|we)|you know what|"
    r"in addition|furthermore|i should also|you should also|after this|finally,)",
    re.IGNORECASE,
)
FALLBACK = re.compile(
    r"(?:(?:and |but )?(?:only )?if\b|otherwise|should\b|in case|"
    r"failing that|when (?:that|it) (?:is|does) not|"
    r"provided|unless|no seats\?|not possible\?|sold out\?|full\?|too (?:dear|expensive)\?)",
    re.IGNORECASE,
)
OWN = (
    r"\b(?:my|your) (?:[\w-]+ ){0,2}?(?:booking|reservation|trip|journey)\b"
    r"|\bthe (?:booking|reservation|trip|journey) (?:for|of|from|to|on|with|under|that|booked|you|i)\b"
)
"""An existing reservation."""
_DETAILS: dict[Kind, frozenset[Kind]] = {
    "book": frozenset({"book", "bags", "insurance", "passengers", "cabin", "flights"}),
    "flights": frozenset({"flights", "cabin"}),
    "cabin": frozenset({"cabin"}),
    "passengers": frozenset({"passengers", "flights"}),
    "question": frozenset({"question"}),
}
"""Kind -> cues that only say more about a wish of that kind."""


def split_sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])|\n+", text.strip()) if part]


def has_reference(text: str) -> bool:
    return bool(list_codes(text) or list_places(text) or list_dates(text))


def find_kinds(sentence: str) -> list[Kind]:
    """What a sentence asks for, in the order of the words."""
    text = _BOOKED.sub("", _DENIED.sub("", sentence))
    at: dict[Kind, int] = {}
    for kind, cues in CUES.items():
        hits = [match.start() for cue in cues if (match := re.search(cue, text, _get_flags(kind)))]
        if hits:
            at[kind] = min(hits)
    first: list[Kind] = sorted(at, key=lambda kind: at[kind])
    if "question" in at and at["question"] <= min(at.values()) + 12:
        return ["question"]
    first = [kind for kind in first if kind != "question"]
    if "compensation" in at:
        return [kind for kind in first if kind in _BESIDE_COMPENSATION]
    if "book" in at:
        return [kind for kind in first if kind in ("book", "cancel")]
    if "cabin" in at and "flights" in at:
        is_flight = re.search(
            r"\b(?:earlier|later|outbound|return|way back|leg|next day|new date|nonstop|"
            r"cheapest|another flight|to flight|[A-Z]{3}\d{3} on)\b",
            text,
        )
        first.remove("cabin" if is_flight else "flights")
    if not at.keys().isdisjoint(("passengers", "bags", "cancel", "insurance")):
        first = [kind for kind in first if kind != "flights"] or first
    if "passengers" in at:
        first = [kind for kind in first if kind != "cabin"] or first
    return first


def _get_flags(kind: Kind) -> re.RegexFlag:
    """Capitals count where a name is a cue."""
    return re.NOFLAG if kind == "passengers" else re.IGNORECASE


def read_wishes(text: str) -> list[Wish]:
    wishes: list[Wish] = []
    pending: list[str] = []
    is_fallback = False
    for sentence in split_sentences(text):
        kinds, is_joint = find_kinds(sentence), bool(JOINT.match(sentence))
        is_fallback = bool(FALLBACK.match(sentence)) or (is_fallback and sentence.startswith("Then "))
        if wishes and not pending and is_fallback:
            wishes[-1] = wishes[-1]._replace(otherwise=f"{wishes[-1].otherwise} {sentence}".strip())
        elif not kinds:
            if is_joint or pending or not wishes:
                pending.append(sentence)
            else:
                wishes[-1] = _add(wishes[-1], sentence)
        elif wishes and not pending and not is_joint and _is_detail(wishes[-1], kinds, sentence):
            wishes[-1] = _add(wishes[-1], sentence)
        else:
            said = " ".join([*pending, sentence])
            context = "" if has_reference(said) or not wishes else wishes[-1].said
            wishes += [Wish(kind, said, context) for kind in kinds]
            pending = []
    if pending and wishes:
        wishes[-1] = _add(wishes[-1], " ".join(pending))
    return _put_compensation_last(wishes)


def _add(wish: Wish, sentence: str) -> Wish:
    return wish._replace(said=f"{wish.said} {sentence}")


def _is_detail(wish: Wish, kinds: Sequence[Kind], sentence: str) -> bool:
    """Whether a sentence only says more about the wish before it."""
    codes = [code for code in list_codes(sentence) if code not in wish.said and not FLIGHT_NUMBER.fullmatch(code)]
    if wish.kind == "book" and (codes or re.search(OWN, sentence, re.IGNORECASE)):
        return False
    if codes:
        return not has_reference(wish.said) and set(kinds) <= {wish.kind}
    places = set(list_places(sentence))
    if places and list_places(wish.said) and not places <= set(list_places(wish.said)):
        return False
    return set(kinds) <= _DETAILS.get(wish.kind, frozenset()) | {wish.kind}


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
