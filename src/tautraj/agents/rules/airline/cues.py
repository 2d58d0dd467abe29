"""The words by which customers ask for something, go on to something else, or give a reason.

Not here: what is named in the words (`agents.rules.airline.slots`), how a text is split by them
(`agents.rules.airline.wishes`).
"""

import re
from typing import Literal

Kind = Literal[
    "cancel", "book", "flights", "cabin", "bags", "passengers", "insurance", "compensation", "question", "complaint"
]
"""complaint: about a flight, by a customer who asks for nothing."""

_CHANGE = "change(?! of)|changing|move|moving|switch|swap|push|postpone|reschedule|shift|replace|rebook|exchange"
_CHANGED = "changed|moved|rescheduled|switched|shifted|postponed|replaced"
_FLIGHT = (
    r"flights?|trip|date|day|outbound|return|way (?:out|back|there)|journey|leg|departure|destination|it|"
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
        r"(?:new|another) (?:booking|reservation|ticket)\b|\bmake an? (?:reservation|booking)\b",
        r"(?<!longer )(?<!not )need (?:to (?:get|be|travel|fly)\b(?! back| home)|(?:a|one|two|three|four|five|"
        r"some) (?:flight|ticket|seat))",
        r"(?:want|like|wish|have|plan|going|hope) to (?:fly|travel) (?!in\b)",
        r"(?:flight|seat|ticket)s? (?:needed|wanted)",
    ),
    "passengers": (
        r"(?<!all )(?<!both )(?<!for the )passengers?\b(?! (?:are|is|on it))",
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
        r"tell (?:me|you)|let (?:me|you) know|(?:like|want|need|love)s? to know",
        r"\bwonder(?:ing)?\b|curious|(?:find|figure) out|look (?:it )?up\b|\binform (?:me|you)\b|balance of|worth",
        r"(?:kindly|please) (?:state|confirm)|somebody check",
    ),
}
"""Kind -> patterns of the words that ask for it."""

_BESIDE_COMPENSATION = frozenset({"compensation", "cancel", "flights"})
_DENIED = re.compile(
    r"\bwithout changing [^.,;]*"
    r"|\b(?:do not|don't|not|without|rather than|instead of|never|no need to|nor|no)\b (?:\w+ ){0,3}?"
    r"(?:cancel\w*|chang\w+|upgrad\w+|insurance|bags?\b|baggage|luggage|suitcases?|book\w*|buy\w*|compensat\w+)",
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
    r"\b(?:my|your) (?:[\w-]+ ){0,3}?(?:booking|reservation|trip|journey)\b"
    r"|\bthe (?:booking|reservation|trip|journey) (?:for|of|from|to|on|with|under|that|booked|you|i)\b"
)
"""An existing reservation."""
DETAILS: dict[Kind, frozenset[Kind]] = {
    "book": frozenset({"book", "bags", "insurance", "passengers", "cabin", "flights"}),
    "flights": frozenset({"flights", "cabin"}),
    "cabin": frozenset({"cabin"}),
    "passengers": frozenset({"passengers", "flights"}),
    "question": frozenset({"question"}),
}
"""Kind -> cues that only say more about a wish of that kind."""

INSURED = (
    r"\bsick\b|\bill\b|illness|unwell|\bflu\b|fever|hospital|doctor|surgery|surgeon|operat|health|injur|medical|"
    r"broke (?:my|your|a|his|her) |broken (?:leg|arm|foot|ankle|wrist)|pneumonia|infection|weather|storm|hurricane|"
    r"snow|blizzard|tornado|flood|\bfog\b|\bice\b|thunder|heat ?wave"
)
PLANS = (
    r"plans?\b[^.?!]*\bchanged?|chang\w+ \w+ plans?|change of plan|no longer|(?:not|n't) (?:\w+ )?(?:going|travel|"
    r"make it|need)|fell (?:through|apart)|"
    r"postponed|called off|backed out|meeting|wedding|conference|concert|appointment|(?:at|"
    r"off|my|your) work|work (?:say|got)|"
    r"by mistake|accident|busy|any ?more\b|unnecessary|different|\boff\b|visit"
)
BY_AIRLINE = (
    r"(?:airline|carrier|company|\bthey)\b[^.?!]{0,30}\bcancel|\b(?:you|we) (?:people )?cancell?ed|(?:flights?|leg|"
    r"plane|departure|connection|it) "
    r"(?:\w+ ){0,4}?(?:was|were|is|are|got|has been|have been|been) (?:\w+ )?cancell?ed|cancell?ed (?:by|flights?)"
)

COMPLAINT = re.compile(
    r"(?=.*\b(?:delay\w*|late|cancell?ed)\b).*\b(?:complain|frustrat|upset|unhappy|annoy|angry|disappoint)",
    re.IGNORECASE | re.DOTALL,
)


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
