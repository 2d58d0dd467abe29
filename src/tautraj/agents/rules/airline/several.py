"""Wishes about all reservations at once: to cancel them, or to put them into another cabin.

Not here: what becomes of each of them (`agents.rules.airline.cancelling`, `agents.rules.airline.changing`).
"""

import re
from collections.abc import Callable

from tautraj.agents.rules.airline.records import Entity, list_reservations, list_statuses
from tautraj.agents.rules.airline.slots import list_cabins
from tautraj.agents.rules.airline.wishes import Wish, has_reference
from tautraj.agents.rules.desk import Call, Resolution

EVERY = re.compile(
    r"\b(?:all|every one)(?: of)?(?: my| your| the)?((?: [\w-]+){0,2}?) (?:flights|reservations|trips|bookings)\b"
    r"(?! (?:that|which|with|of|in|longer|shorter|under)\b)",
    re.IGNORECASE,
)
"""Words that mean every reservation, and those that say of which kind; a condition is more than can be read here."""


def is_about_all(wish: Wish) -> bool:
    return wish.kind in ("cancel", "cabin") and not has_reference(wish.said) and bool(EVERY.search(wish.said))


def resolve_all(wish: Wish, user: Entity, call: Call, resolve: Callable[[Entity], Resolution]) -> Resolution:
    """What is to be done about every reservation whose journey has not begun; in one cabin only, if one is named."""
    match = EVERY.search(wish.said)
    cabins = list_cabins(match[1]) if match else []
    upcoming = [
        reservation
        for reservation in list_reservations(user, call)
        if reservation.get("status") != "cancelled"
        and (not cabins or reservation["cabin"] in cabins)
        and not {"landed", "flying"} & set(list_statuses(reservation["flights"], call))
    ]
    resolutions = [resolve(reservation) for reservation in upcoming]
    if not resolutions:
        return Resolution("No such reservation is to come.", refusal="I am sorry, but I find no such reservation.")
    if question := next((resolution for resolution in resolutions if resolution.question), None):
        return question
    return Resolution(
        " ".join(resolution.thought for resolution in resolutions),
        terms=tuple(sentence for resolution in resolutions for sentence in resolution.terms),
        writes=tuple(write for resolution in resolutions for write in resolution.writes),
        refusal=" ".join(resolution.refusal for resolution in resolutions if resolution.refusal) or None,
    )
