"""Identifiers in a text (order, user id, email, …), by kind, recognised by their form.

Not here: identifiers as customers state them (`grading.scenario_faults`).
"""

import re
from collections.abc import Collection, Mapping

COMMON_PATTERNS = {
    "email": r"[\w.+-]+@[\w-]+\.[\w.]*\w",
    "user id": r"\b[A-Za-z]+_[A-Za-z]+_\d{2,5}\b",
    "payment method": r"\b(?:credit_card|gift_card|paypal|certificate)_\d+\b",
}

IDENTIFIER_PATTERNS: dict[str, Mapping[str, str]] = {
    "retail": {
        **COMMON_PATTERNS,
        "order": r"#?\bW\d{7}\b",
        "item or product": r"\b\d{10}\b",
        "zip": r"(?<!\w)\d{5}\b(?!-\d)",
    },
    "airline": {
        **COMMON_PATTERNS,
        "flight": r"\bHAT\d{3}\b",
        "reservation": r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6}\b",
    },
}
"""Domain -> kind -> regular expression. Other domains have no customers with identifiers."""


def find_identifiers(text: str, domain: str, kinds: Collection[str] | None = None) -> dict[str, set[str]]:
    """Identifiers in `text` by kind, normalised for comparison: lower case, without a leading #.

    An identifier counts for the first kind it matches: a flight also has the form of a reservation. `kinds`: search
    only these; None: all kinds of the domain.
    """
    identifiers: dict[str, set[str]] = {}
    for kind, form in IDENTIFIER_PATTERNS.get(domain, {}).items():
        if kinds is not None and kind not in kinds:
            continue
        matches = {match.lower().lstrip("#") for match in re.findall(form, text)}
        identifiers[kind] = matches - set().union(*identifiers.values())
    return identifiers
