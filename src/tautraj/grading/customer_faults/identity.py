"""Identifiers and names that a customer states and that neither its instructions nor the conversation gave.

Not here: how customers state identifiers (`grading.scenario_faults`).
"""

import re
from collections.abc import Iterator

from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.grading.scenario_faults import find_stated, flatten_identifiers
from tautraj.trajectory import CustomerFault

WITHHELD = {
    "email": r"e-?mail",
    "user id": r"\buser ?(?:id|name)\b",
    "zip": r"\b(?:zip|postal)",
    "order": r"\border\b",
    "item or product": r"\b(?:item|product) (?:id|number)\b",
    "payment method": r"\bpayment\b",
    "reservation": r"\b(?:reservation|confirmation|booking)",
    "flight": r"\bflight numbers?\b",
    "phone": r"\bphone\b",
}
"""Kind of identifier -> words with which a scenario says that the customer does not know it."""

NAME = re.compile(
    r"\b(?:[Mm]y (?:full )?name is|[Tt]he name is|I am|I'm|[Tt]his is)\s+"
    r"([A-Z][\w'’-]+(?:\s+[A-Z]\.?)?\s+[A-Z][\w'’-]+)"
)


def find_foreign_identifiers(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """withheld: of a kind that it does not know. contradiction: not the one that it has. identifier: made up."""
    stated = find_stated(utterance.text, case.domain, utterance.question)
    if not any(stated.values()):
        return
    known = flatten_identifiers(utterance.heard)
    for kind, values in stated.items():
        for value in sorted(values):
            if flatten_identifiers(value) in known:
                continue
            if re.search(WITHHELD.get(kind, "(?!)"), case.unknown, re.IGNORECASE):
                yield utterance.blame("hallucination", "hindered", "withheld", value)
            elif find_stated(case.brief, case.domain).get(kind):
                yield utterance.blame("inconsistent_behavior", "hindered", "contradiction", value)
            else:
                yield utterance.blame("hallucination", "hindered", "identifier", value)


def find_foreign_name(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """contradiction: it calls itself by a name of which a part was never heard."""
    for name in NAME.findall(utterance.text):
        known = utterance.heard.lower().replace("_", " ")
        if any(part.lower() not in known for part in name.split()):
            yield utterance.blame("inconsistent_behavior", "hindered", "contradiction", name)
