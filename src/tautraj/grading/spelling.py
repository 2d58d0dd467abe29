"""Text with identifiers as one writes them: "one nine one two two" is 19122, "a at example dot com" is a@example.com.

Not here: which of them are identifiers (`grading.scenario_faults`).
"""

import re

DIGITS = {
    "zero": "0",
    "oh": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
}
DIGITS |= {"eight": "8", "nine": "9"}

TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")

TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

NUMBERS = DIGITS | {word: str(value) for value, word in enumerate(TEENS, 10)}
NUMBERS |= {
    f"{ten}{gap}{unit}": f"{value}{digit}"
    for value, ten in enumerate(TENS, 2)
    for unit, digit in DIGITS.items()
    if digit != "0"
    for gap in (" ", "-")
}
NUMBERS |= {ten: f"{value}0" for value, ten in enumerate(TENS, 2)}
"""Spelled number below 100 -> digits."""

NUMBER = "|".join(sorted(NUMBERS, key=len, reverse=True))

REPEATED = {"double": 2, "triple": 3}

SPELLED_NUMBER = re.compile(
    rf"(?<![\w'’])(?:w[\s,-]+)?(?:(?:double |triple )?(?:{NUMBER}|\d)\b(?:[\s,]+|-)?){{3,}}", re.IGNORECASE
)
"""At least three numbers in a row, after the W of an order or nothing."""

TOKEN = re.compile(rf"\b(?:(double|triple) )?({NUMBER}|\d)\b|\b(w)\b", re.IGNORECASE)

SPACED_CHARACTERS = re.compile(r"(?<![\w'])[#A-Za-z0-9](?:(?:\s|\s?[-,.]\s?)[A-Za-z0-9]){4,}(?![\w'])")
"""At least five single characters: "E H G L P 3", "1-9-1-2-2"."""

MAIL_WORDS = {"dot": ".", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+"}

JOINED = re.compile(rf"\s+({'|'.join(MAIL_WORDS)})\s+", re.IGNORECASE)

SPELLED_EMAIL = re.compile(
    r"(?<![\w@])([\w+-]+(?:(?:\.|\s+(?:dot|underscore|dash|hyphen|plus)\s+)[\w+-]+)*)\s*(?:\s+at\s+|[\[(]\s*at\s*[\])]|<at>|\s+@\s+)\s*"
    r"([\w-]+(?:(?:\.|\s*[\[(]dot[\])]\s*|\s+dot\s+)[a-z][\w-]*)+)(?!\w)",
    re.IGNORECASE,
)

STATES = re.compile(r"(?:^|[.,:;!?]|\b(?:is|it's|use|to|under))\s*$", re.IGNORECASE)
"""Before a value that is stated and not part of a sentence."""

NO_MAILBOX = frozenset(
    [
        "it",
        "them",
        "one",
        "me",
        "this",
        "that",
        "bought",
        "ordered",
        "shopping",
        "look",
        "looked",
        "found",
        "is",
        "was",
        "am",
        "be",
        "item",
        "store",
        "again",
        "order",
    ]
)

UNDERSCORED = re.compile(r"(?<=\w)\s+underscore\s+(?=\w)", re.IGNORECASE)


def write_out(text: str, *, has_email: bool) -> str:
    """The text, spelled values written out. `has_email`: whether "a at b dot com" is an e-mail address anywhere."""
    text = SPELLED_EMAIL.sub(
        lambda match: _write_email(match) if has_email or STATES.search(text[: match.start()]) else match[0], text
    )
    text = UNDERSCORED.sub("_", text)
    text = SPACED_CHARACTERS.sub(lambda match: re.sub(r"[\s,.-]", "", match[0]), text)
    text = SPELLED_NUMBER.sub(_write_number, text)
    return re.sub(r"(?<![\w#])(#?[Ww])[\s-]+(?=\d{7}\b)", r"\1", text)


def _write_email(match: re.Match[str]) -> str:
    if match[1].lower() in NO_MAILBOX:
        return match[0]
    domain = re.sub(r"[\[(]dot[\])]", " dot ", match[2], flags=re.IGNORECASE)
    return "@".join(
        JOINED.sub(lambda word: MAIL_WORDS[word[1].lower()], re.sub(r"\s+", " ", part)) for part in (match[1], domain)
    )


def _write_number(match: re.Match[str]) -> str:
    """The digits joined. Left as it is if it is digits only: they are figures, and not spelled."""
    if not re.search(rf"\b(?:{NUMBER})\b", match[0], re.IGNORECASE):
        return match[0]
    written = "".join(
        letter or NUMBERS.get(number.lower(), number) * REPEATED.get(repeated.lower(), 1)
        for repeated, number, letter in TOKEN.findall(match[0])
    )
    return written + re.search(r"[\s,-]*$", match[0])[0]  # type: ignore[index]
