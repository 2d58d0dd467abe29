"""Whether the items and options that an announcement names are those that a customer speaks of.

The customer knows its own words only: a product that it never named is another one, and so is an option that changes
without its having asked for it. Not here: ids, payments, operations (`users.agreement`).
"""

import re

from tautraj.benchmarks.goals import Request

NAMED_ITEM = re.compile(r"\bthe ((?:[A-Z0-9][\w'&/-]*)(?: [A-Z0-9][\w'&/-]*)*) \(([^()]*)\)")
"""A product's name and its options, as announcements have them: `the Lamp (black, color: 3)`."""

EXCHANGED_ITEM = re.compile(rf"{NAMED_ITEM.pattern} for {NAMED_ITEM.pattern}")

ALL_ITEMS = re.compile(
    r"\b(?:everything|(?:all|every)(?: of)?(?: the| my| these| those)? (?:items?|things?|of it)"
    r"|(?:whole|entire)(?! of))\b",
    re.IGNORECASE,
)


def find_foreign_item(announced: str, request: Request) -> str | None:
    """An item or an option of the announcement that the customer does not mean; None if there is none."""
    if not any("item_ids" in write.arguments for write in request.writes):
        return None
    text = " ".join([request.said, request.correction or "", *request.answers.values()])
    if not ALL_ITEMS.search(text):
        for name, _ in NAMED_ITEM.findall(announced):
            if name.lower() not in text.lower():
                return f"the item: {name}"
    if request.family == "optimisation":  # the data decide on the options that it does not name
        return None
    for _, old, _, new in EXCHANGED_ITEM.findall(announced):
        for option in sorted({*new.split(", ")} - {*old.split(", ")}):
            if not _is_spoken_of(option, text):
                return f"the option: {option}"
    return None


def _is_spoken_of(option: str, text: str) -> bool:
    """Whether a text has the option; of `wheels: yes` the key is enough."""
    return option.lower() in text.lower() or option.partition(": ")[0].lower() in text.lower()
