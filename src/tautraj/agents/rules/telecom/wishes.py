"""What a customer of a carrier wants, by its words: something does not work, or something is to be done or told.

Not here: what is done about it (`agents.rules.telecom.conversation`).
"""

import re
from typing import Literal, NamedTuple

from tautraj.agents.rules.months import MONTHS
from tautraj.agents.rules.telecom.accounts import PHONE_NUMBER, read_gigabytes

Kind = Literal["service", "data", "messages", "pay", "resume", "refuel", "roaming", "plan", "bill", "data left"]
"""service, data, messages: faults. bill, data left: questions."""


class Wish(NamedTuple):
    kind: Kind
    text: str
    phone_number: str | None
    """Of the line that is named; None if none is."""
    gigabytes: float | None
    month: str | None
    """YYYY-MM of the bill that is named."""
    is_on: bool
    """Roaming is wanted."""


BILL = r"\b(?:bill|invoice)\b"
WITHIN = r"(?:[^.?!]|\.(?=\d))*"
"""Words of one sentence."""

LEFT = r"\b(?:left|remain\w*|still (?:have|got))\b"

MONTH = rf"\b(?:{'|'.join(MONTHS)})\b"

ACCOUNT: tuple[tuple[Kind, str], ...] = (
    ("data left", rf"\b(?:gb|gigs?|gigabytes?|data)\b{WITHIN}{LEFT}|{LEFT}{WITHIN}\b(?:gb|gigs?|gigabytes?|data)\b"),
    ("bill", rf"{BILL}{WITHIN}\b(?:came to|comes? to|amount\w*|total\w*|how much|cent|missing)\b"),
    ("bill", rf"\b(?:how much|what|total|amount|sum|figure)\b{WITHIN}{BILL}"),
    ("bill", r"\bhow much was it\b"),
    ("plan", r"\b(?:plan|tariff)\b (?:called |named )?[A-Z][a-z]|\b(?:[A-Z][a-z]\w* )+(?:plan|tariff)\b"),
    (
        "resume",
        r"\b(?:suspen\w+|resum\w+|reactivat\w+|cut off|cut me off|blocked|disconnected|paused|on hold|asleep)\b",
    ),
    ("roaming", r"\broaming\b"),
    ("refuel", r"\b(?:refuel\w*|top\w* up|top-up|more data|extra data|additional data)\b"),
    (
        "refuel",
        rf"\b(?:gb|gigs?|gigabytes?|data)\b{WITHIN}\b(?:used up|more|extra|additional|r[ua]n out|add|buy|on top)\b",
    ),
    ("refuel", rf"\b(?:more|extra|additional|out of|add|buy|used up)\b{WITHIN}\b(?:gb|gigs?|gigabytes?|data)\b"),
    ("pay", r"\b(?:overdue|owe|outstanding)\b"),
    (
        "pay",
        rf"\b(?:pay|payment|settle|clear)\b{WITHIN}(?:{BILL}|{MONTH})|(?:{BILL}|{MONTH}){WITHIN}\b(?:pay|settle|clear)\b",
    ),
)
"""(what is wanted, words of a sentence about it): the first that fits counts."""

FAULTS: tuple[tuple[Kind, str], ...] = (
    ("messages", r"\b(?:mms|multimedia|picture|pictures|photo|photos|image|images|snapshots?)\b"),
    ("data", r"\b(?:internet|mobile data|data|web|online|pages?|speed|slow|browse|browser|loading|loads?)\b"),
    ("service", r"\b(?:signal|service|reception|bars?|network|calls?|reach|coverage)\b"),
)
"""The same of a whole message: messages need data, and data needs service, so the first that fits counts."""

OFF = re.compile(
    r"\boff\b(?! to\b)|\bdisabl\w+|\bdeactivat\w+|\bstop\w*|\bremov\w+|\bno longer\b|n't need|\bnot need",
    re.IGNORECASE,
)
"""Roaming is not wanted."""


def read_wishes(utterance: str) -> list[Wish]:
    """The wishes in the order in which they are made; none if there is none."""
    groups: list[tuple[Kind, list[str]]] = []
    before: list[str] = []
    for sentence in re.split(r"(?<=[.?!:])\s+|\n+", utterance):
        kind = _find_kind(sentence, ACCOUNT)
        if kind and not (groups and groups[-1][0] == kind):
            groups.append((kind, [*before, sentence]))
            before = []
        elif groups:
            groups[-1][1].append(sentence)
        else:
            before.append(sentence)
    wishes = [_make_wish(kind, " ".join(sentences)) for kind, sentences in groups]
    if any(wish.kind == "resume" for wish in wishes):  # what is overdue is paid first in any case
        wishes = [wish for wish in wishes if wish.kind != "pay" or wish.month]
    if not wishes and (fault := _find_kind(utterance, FAULTS)):
        return [_make_wish(fault, utterance)]
    return wishes


def _find_kind(text: str, table: tuple[tuple[Kind, str], ...]) -> Kind | None:
    for kind, words in table:
        flags = re.NOFLAG if kind == "plan" else re.IGNORECASE
        if re.search(words, text, flags):
            return kind
    return None


def _make_wish(kind: Kind, text: str) -> Wish:
    number = PHONE_NUMBER.search(text)
    month = next(
        (f"2025-{index + 1:02d}" for index, name in enumerate(MONTHS) if re.search(rf"\b{name}\b", text)), None
    )
    return Wish(kind, text, number[0] if number else None, read_gigabytes(text), month, OFF.search(text) is None)
