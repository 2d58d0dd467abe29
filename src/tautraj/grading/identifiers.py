"""What a customer gives away of who it is and what it wants: identifiers, by kind.

Only what a program can tell apart by its form. Not here: what follows from it (`labels`).
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
"""Regular expressions of the forms, by domain. Domains that are not here have no customers with identifiers."""


def find_identifiers(text: str, domain: str, kinds: Collection[str] | None = None) -> dict[str, set[str]]:
    """Those in a text, by kind, as they compare: in lower case, without #. A flight is no reservation.

    `kinds`: no others are looked for; None: all of the domain.
    """
    found: dict[str, set[str]] = {}
    for kind, form in IDENTIFIER_PATTERNS.get(domain, {}).items():
        if kinds is not None and kind not in kinds:
            continue
        spelled = {match.lower().lstrip("#") for match in re.findall(form, text)}
        found[kind] = spelled - set().union(*found.values())
    return found


def find_scenario_faults(trajectory: Trajectory, domain: str) -> tuple[bool, bool]:
    """Whether its customer contradicted its scenario, and whether it invented something.

    An identifier that it had neither from its scenario nor from what it was told since: it contradicts where the
    scenario has others of the kind, and is invented where it has none.
    """
    told = find_identifiers(trajectory.scenario, domain)
    heard = {kind: set(known) for kind, known in told.items()}
    contradicted = invented = False
    for turn in trajectory.turns:
        if turn.kind != "message" and turn.seat != "user":
            continue  # what the agent looked up or thought, the customer does not hear
        found = find_identifiers(" ".join(filter(None, (turn.message, turn.observation))), domain)
        said_itself = turn.seat == "user" and turn.kind == "message" and not turn.given
        for kind, known in found.items():
            if said_itself and known - heard[kind]:
                contradicted, invented = contradicted or bool(told[kind]), invented or not told[kind]
            heard[kind] |= known
    return contradicted, invented
