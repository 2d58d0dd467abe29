"""Identifiers in a text (order, user id, email, …), by kind, recognised by their form.

Not here: the labels made from them (`grading.labels`).
"""

import re
from collections.abc import Collection, Mapping

from tautraj.trajectory import Trajectory

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


def find_scenario_faults(trajectory: Trajectory, domain: str) -> tuple[bool, bool]:
    """(contradicted, invented): whether the customer contradicted its scenario, and whether it invented something.

    Both are about an identifier the customer states that is neither in its scenario nor in anything it saw before. It
    contradicts the scenario if that has others of the kind, and is invented if it has none.
    """
    scenario = find_identifiers(trajectory.scenario, domain)
    known = {kind: set(identifiers) for kind, identifiers in scenario.items()}
    contradicted = invented = False
    for turn in trajectory.turns:
        if turn.kind != "message" and turn.seat != "user":
            continue  # the customer does not see the agent's tool calls and thoughts
        text = " ".join(filter(None, (turn.message, turn.observation)))
        is_own_message = turn.seat == "user" and turn.kind == "message" and not turn.given
        for kind, identifiers in find_identifiers(text, domain).items():
            if is_own_message and identifiers - known[kind]:
                contradicted, invented = contradicted or bool(scenario[kind]), invented or not scenario[kind]
            known[kind] |= identifiers
    return contradicted, invented
