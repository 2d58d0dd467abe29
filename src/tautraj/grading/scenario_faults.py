"""Whether the customer stated an identifier that its scenario does not have.

People spell: "w two three ...", "mei at example dot com", a reservation in lower case, a zip code with four more
digits. And not every number is an identifier: the words beside it say what it is. Not here: the forms that a text of
the benchmark has (`grading.identifiers`).
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from tautraj.grading.identifiers import IDENTIFIER_PATTERNS
from tautraj.grading.spelling import write_out
from tautraj.trajectory import Trajectory


class StatedForm(NamedTuple):
    """How customers state an identifier of a kind."""

    form: re.Pattern[str]
    own: str
    """Words for the kind. The last of these and of `other` before the value, or after it and "is", names it."""
    other: str
    """Words for other things of the same form."""
    needs_own: bool = False
    """Whether a value counts only where it is named."""


STREET = (
    r"(?!(?:\s+[A-Za-z0-9.]+){0,3}?\s+(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd"
    r"|court|ct|way|place|parkway|pkwy|highway|hwy|circle|terrace|trail|square)\b)"
)

UNITS = (
    r"(?!\s*(?:\$|€|£|%|dollars?|bucks|usd|eur|euros?|cents|points?|miles?|km|steps|units?|pieces|people"
    r"|times|hours?|minutes|days|lbs?|kg|pounds|watts?|mah|rpm|items|orders))"
)

THINGS = (
    r"tracking|phone|mobile|telephone|call me|text me|ticket|case|invoice|serial|confirmation|reference|ups"
    r"|fedex|usps|dhl|parcel"
    r"|shipment|loyalty|membership|frequent flyer|house|street|apartment|apt|suite|unit|building|room"
    r"|p\.?o\.? box|box|flat|model|fax"
    r"|promo|coupon|voucher|ending in|last (?:four|five) digits|extension|pin|part number|isbn|upc|barcode"
    r"|receipt|transaction"
)

AIRCRAFT = r"(?:[AB]?7[0-9]7|A[23]\d\d|E1[79]\d|CRJ|ERJ|ATR|MD\d\d)"

NOT_RESERVED = (
    rf"(?!HAT\d)(?!{AIRCRAFT})(?!\d+(?:USD|EUR|GBP|AM|PM|KG|LBS|LB|GB|MB|TH|ST|ND|RD|CM|MM|KM|MIN|HRS?|DAYS?"
    rf"|PCS)\b)"
    r"(?!(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\d)(?!\d{1,2}(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP"
    r"|OCT|NOV|DEC))"
)

RESERVED = rf"(?=[A-Z]*\d)(?=\d*[A-Z]){NOT_RESERVED}[A-Z0-9]{{6}}"

RESERVATION_WORDS = r"reservation|booking|confirmation|record locator|pnr|trip"

FLIGHT_WORDS = (
    r"aircraft|airplane|plane|jet|boeing|airbus|flight|seat|gate|terminal|passport|visa|licen[cs]e|password"
)

STATED_FORMS: dict[str, Mapping[str, StatedForm]] = {
    "retail": {
        "order": StatedForm(re.compile(r"#?\b[Ww]\d{7}\b"), "order", "(?!)"),
        "item or product": StatedForm(
            re.compile(rf"(?<![\w$#+-])\d{{10}}\b(?!-\d){UNITS}"), r"items?|products?|variants?", THINGS
        ),
        "zip": StatedForm(
            re.compile(
                rf"(?<![\w$€£#.,+-])(?<![$€£] )\d{{5}}(?=(?:-\d{{4}})?\b)(?!-\d{{1,3}}\b|[.,]\d){UNITS}{STREET}",
                re.IGNORECASE,
            ),
            r"zip|postal|post ?code|live|living|located|area",
            rf"{THINGS}|number",
        ),
    },
    "airline": {
        "flight": StatedForm(re.compile(r"\bHAT\d{3}\b", re.IGNORECASE), "flight", "(?!)"),
        "reservation": StatedForm(
            re.compile(rf"\b{RESERVED}\b"),
            RESERVATION_WORDS,
            rf"{THINGS.replace('|confirmation', '')}|{FLIGHT_WORDS}",
        ),
        "reservation in lower case": StatedForm(
            re.compile(rf"\b{RESERVED}\b", re.IGNORECASE),
            RESERVATION_WORDS,
            f"{THINGS.replace('|confirmation', '')}|{FLIGHT_WORDS}",
            needs_own=True,
        ),
    },
    "telecom": {
        "phone": StatedForm(re.compile(r"(?<![\w-])\d{3}-\d{3}-\d{4}\b"), "phone|number", "(?!)"),
        "customer": StatedForm(re.compile(r"\bC\d{4}\b"), "customer|account", "(?!)"),
        "line": StatedForm(re.compile(r"\bL\d{4}\b"), "line", "(?!)"),
        "bill": StatedForm(re.compile(r"\bB\d{7}\b"), "bill|invoice", "(?!)"),
    },
}
"""Domain -> kind -> form, for kinds whose form says too little or too much in a customer's own words."""

SAME_KIND = {"reservation in lower case": "reservation"}

NAME_DISTANCE = 45
"""Characters before a value in which a word names it."""


def find_scenario_faults(trajectory: Trajectory, domain: str) -> tuple[bool, bool]:
    """(contradicted, invented): whether the customer contradicted its scenario, and whether it invented something.

    Both are about an identifier the customer states that is neither in its scenario nor in anything it saw before. It
    contradicts the scenario if that has others of the kind, and is invented if it has none.
    """
    scenario = find_stated(trajectory.scenario, domain)
    known, question = flatten_identifiers(trajectory.scenario), ""
    contradicted = invented = False
    for turn in trajectory.turns:
        if turn.kind != "message" and turn.seat != "user":
            continue  # the customer does not see the agent's tool calls and thoughts
        text = " ".join(filter(None, (turn.message, turn.observation)))
        if turn.seat == "user" and turn.kind == "message" and not turn.given:
            for kind, identifiers in find_stated(text, domain, question).items():
                if any(flatten_identifiers(identifier) not in known for identifier in identifiers):
                    contradicted, invented = contradicted or bool(scenario[kind]), invented or not scenario[kind]
        elif turn.seat == "model":
            question = text
        known += " " + flatten_identifiers(text)
    return contradicted, invented


def find_stated(text: str, domain: str, question: str = "") -> dict[str, set[str]]:
    """Identifiers that a customer's message states, by kind, in lower case. `question`: what it answers."""
    text = write_out(text, has_email="mail" in f"{text} {question}".lower())
    stated: dict[str, set[str]] = {}
    forms = STATED_FORMS.get(domain, {})
    for kind, pattern in IDENTIFIER_PATTERNS.get(domain, {}).items():
        if kind not in forms:
            stated[kind] = {match.lower() for match in re.findall(pattern, text, re.IGNORECASE)}
    for kind, form in forms.items():
        values = {
            match[0].lower().lstrip("#") for match in form.form.finditer(text) if _is_named(match, form, question)
        }
        stated.setdefault(SAME_KIND.get(kind, kind), set()).update(values)
    return stated


def _is_named(match: re.Match[str], form: StatedForm, question: str) -> bool:
    """Whether the nearest word that names the value is one of its kind, or none does and none has to."""
    before = re.split(r"[.!?]\s|\n", match.string[max(0, match.start() - NAME_DISTANCE) : match.start()])[-1]
    after = re.match(r"[\W_]*(?:is|was|being|as|for) (?:my|the|a|an|our) .{0,20}", match.string[match.end() :])
    words = re.compile(rf"\b(?:(?P<own>{form.own})|(?P<other>{form.other}))\b", re.IGNORECASE)
    naming = [word for word in words.finditer(before) if word["own"] or "," not in before[word.end() :]]
    near = naming[-1:] or [*words.finditer(after[0] if after else "")][:1]
    if near:
        return near[0].lastgroup == "own"
    named = re.search(rf"\b(?:{form.own})\b", question, re.IGNORECASE) is not None
    return named or not form.needs_own


def flatten_identifiers(text: str) -> str:
    """A text in lower case, with identifiers as one writes them."""
    return write_out(text, has_email=True).lower()
