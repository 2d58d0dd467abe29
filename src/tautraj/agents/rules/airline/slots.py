"""What a customer's words name: airports, dates, cabins, bags, money, people.

Every reader takes plain English in the first or second person and returns what it found in the order said. Not here:
payment methods (`agents.rules.airline.payment_words`), what the customer wants (`agents.rules.airline.wishes`), what
is meant by it in the database (`agents.rules.airline.records`).
"""

import re
from typing import NamedTuple

from tautraj.agents.rules.months import MONTHS

CITIES = {
    "Atlanta": "ATL",
    "Boston": "BOS",
    "Charlotte": "CLT",
    "Chicago": "ORD",
    "Dallas": "DFW",
    "Denver": "DEN",
    "Detroit": "DTW",
    "Houston": "IAH",
    "JFK": "JFK",
    "LaGuardia": "LGA",
    "Las Vegas": "LAS",
    "Los Angeles": "LAX",
    "Miami": "MIA",
    "Minneapolis": "MSP",
    "NY": "JFK",
    "NYC": "JFK",
    "New York": "JFK",
    "Newark": "EWR",
    "Orlando": "MCO",
    "Philadelphia": "PHL",
    "Phoenix": "PHX",
    "SF": "SFO",
    "San Francisco": "SFO",
    "Seattle": "SEA",
    "Vegas": "LAS",
}
"""As `list_all_airports` names them, with short forms."""

_CODES = {name.lower(): code for name, code in CITIES.items()}

AIRPORTS = frozenset(CITIES.values())

NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
} | {"no": 0, "a": 1, "an": 1, "single": 1, "another": 1, "couple of": 2, "both": 2, "no more than": 0}

_PLACE = re.compile(rf"\b(?:(?i:{'|'.join(sorted(CITIES, key=len, reverse=True))})|{'|'.join(sorted(AIRPORTS))})\b")

_GOAL = re.compile(rf"\b(?:to|into|in) (?:New York )?{_PLACE.pattern[2:]}")

_MONTH = "|".join(rf"{name[:3]}(?:{name[3:]})?" if name != "may" else "may" for name in map(str.lower, MONTHS))
_DATE = re.compile(
    rf"\b(?:(?P<iso>2024-05-\d\d)|(?P<month>{_MONTH})\.? (?:the )?(?P<day>\d\d?)(?:st|nd|rd|th)?(?:,? 2024)?"
    rf"|(?P<day2>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<month2>{_MONTH})(?:,? 2024)?|the (?P<day3>\d\d?)(?:st|nd|rd|th)"
    r"|(?P<word>today|tomorrow))\b(?!,? (?:19|20)\d\d|\d)",
    re.IGNORECASE,
)

_DENIED = re.compile(
    r"\b(?:not|no|never|instead of|rather than|without)\s+(?:in\s+|the\s+|on\s+)*"
    r"(?:basic economy|economy|business)(?:\s+class)?",
    re.IGNORECASE,
)
_CABIN = re.compile(
    r"\b(basic[ _]economy|economy|coach|business)\b(?! (?:trip|meeting|travel|partner))", re.IGNORECASE
)

_BIRTHDAY = (
    r"(?:(?P<iso>\d{4}-\d\d-\d\d)"
    rf"|(?P<day>\d\d?)(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH}),? (?P<year>\d{{4}})"
    rf"|(?P<month2>{_MONTH}) (?P<day2>\d\d?)(?:st|nd|rd|th)?,? (?P<year2>\d{{4}}))"
)
_NAME = r"(?P<first>[A-Z][a-z]+) (?P<last>[A-Z][a-z]+)"
_PERSON = re.compile(
    rf"{_NAME}[,:]? ?\(?(?:(?:who (?:was|is) )?(?i:born)(?: on)?|(?i:dob|date of birth|birthday))?(?: is|:)? ?"
    rf"(?i:{_BIRTHDAY})"
)
_BORN = re.compile(_BIRTHDAY, re.IGNORECASE)

CODE = re.compile(r"(?<![\w-])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{6}(?![\w-])|(?<![\w$-])\d{6}(?![\w-])")
"""A reservation id or a flight number."""

FLIGHT_NUMBER = re.compile(r"[A-Z]{3}\d{3}")


class Person(NamedTuple):
    first_name: str
    last_name: str
    dob: str
    """ISO date; empty if it was not said."""


def list_codes(text: str) -> list[str]:
    return [code for code in CODE.findall(text) if code not in ("PLEASE", "CANCEL")]


def list_flight_numbers(text: str) -> list[str]:
    return [code for code in list_codes(text) if FLIGHT_NUMBER.fullmatch(code)]


def list_reservation_ids(text: str) -> list[str]:
    """The codes that are no flight numbers by their shape. Few reservations have an id of that shape."""
    return [code for code in list_codes(text) if not FLIGHT_NUMBER.fullmatch(code)]


def list_places(text: str) -> list[str]:
    """Airport codes in the order said, each once in a row."""
    codes: list[str] = []
    for word in _PLACE.findall(text.replace("New York LaGuardia", "LaGuardia").replace("New York JFK", "JFK")):
        code = _CODES.get(word.lower(), word)
        if not codes or codes[-1] != code:
            codes.append(code)
    return codes


def list_destinations(text: str) -> list[str]:
    """Airport codes of the places that something shall go to."""
    return [code for match in _GOAL.finditer(text) for code in list_places(match[0])]


def list_dates(text: str) -> list[str]:
    """ISO dates of the current month, birthdays left out."""
    dates = []
    for match in _DATE.finditer(text):
        if match["iso"]:
            dates.append(match["iso"])
        elif match["word"]:
            dates.append("2024-05-15" if match["word"].lower() == "today" else "2024-05-16")
        else:
            month = (match["month"] or match["month2"] or "may").lower()
            day = int(match["day"] or match["day2"] or match["day3"])
            if month.startswith("may") and 1 <= day <= 31:
                dates.append(f"2024-05-{day:02d}")
    return dates


def list_cabins(text: str) -> list[str]:
    """Cabins that were not denied, in the order said."""
    return [
        "economy" if word.lower() == "coach" else word.lower().replace(" ", "_")
        for word in _CABIN.findall(_DENIED.sub(" ", text))
    ]


def list_people(text: str) -> list[Person]:
    """Full names followed by a date of birth."""
    return [Person(match["first"], match["last"], _to_iso(match)) for match in _PERSON.finditer(text)]


def list_names(text: str) -> list[tuple[str, str]]:
    """Pairs of capitalised words that are no place."""
    without_places = _PLACE.sub("-", text)
    return re.findall(r"(?<![.!?] )(?<!^)\b([A-Z][a-z]+) ([A-Z][a-z]+)\b", without_places)


def list_birthdays(text: str) -> list[str]:
    return [_to_iso(match) for match in _BORN.finditer(text)]


def _to_iso(match: re.Match[str]) -> str:
    if match["iso"]:
        return match["iso"]
    month = (match["month"] or match["month2"]).lower()[:3]
    number = [name[:3].lower() for name in MONTHS].index(month) + 1
    return f"{match['year'] or match['year2']}-{number:02d}-{int(match['day'] or match['day2']):02d}"


def read_number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word.lower()]


def find_count(text: str, noun: str) -> int | None:
    """The number before a noun (a pattern), at most three words between: `two more checked bags`; the closest."""
    words = "|".join(sorted(NUMBERS, key=len, reverse=True))
    for gap in range(4):
        pattern = rf"(?<![\w$])(\d+|{words})\b(?: [\w-]+){{{gap}}} (?:{noun})"
        if match := re.search(pattern, text, re.IGNORECASE):
            return read_number(match[1])
    return None


def find_limit(text: str) -> int | None:
    """Dollars that something may cost at most."""
    match = re.search(
        r"(?:at most|no more than|not more than|up to|more than|above|over|beyond|exceeds?|"
        r"maximum of|limit(?: is)?(?: of)?"
        r"|within|under|below|less than|budget(?: is| of)?|dearer than|costlier than) "
        r"(?:a total of |the |my |your )?\$?(\d+)(?: dollars)?\b(?! (?:bags?|passengers?|people))",
        text,
        re.IGNORECASE,
    )
    return int(match[1]) if match else None
