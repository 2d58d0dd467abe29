"""Flights for sale, as the search tools answer, and the choice among them by the customer's words."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tautraj.agents.rules.desk import Call

Entity = dict[str, Any]
Offer = tuple[Entity, ...]
"""One or two flights that make a way, each with flight_number, date, prices, available_seats and times."""

CRITERIA = {
    "cheapest": r"cheapest|lowest (?:price|fare|cost)|least expensive|most affordable|best price"
    r"|costs? (?:me |you )?(?:the )?least",
    "dearest": r"most expensive|dearest|priciest",
    "earliest": r"earliest|first (?:[\w-]+ )?(?:flight|one|plane|departure)|as early as|leaves? first",
    "latest": r"latest|last (?:[\w-]+ )?(?:flight|one|plane|departure)\b|as late as|leaves? last",
    "fastest": r"fastest|shortest|quickest|least time",
}
SECOND = r"\bsecond[- ](?:most |least )?(?:cheapest|lowest|expensive|dearest|earliest|latest|fastest|shortest)"
NONSTOP = r"non-?stop|direct|without (?:a |any )?(?:stop|layover|chang)|no (?:stop|layover)"

STOPS = r"one[- ]stop|with a stop|any number of stops|\bstops? (?:is|are) (?:fine|ok)"


def is_nonstop_only(text: str) -> bool:
    """Whether a direct flight is wanted; "preferably direct, one stop is fine" is no such wish."""
    return bool(re.search(NONSTOP, text, re.IGNORECASE)) and not re.search(STOPS, text, re.IGNORECASE)


def search_offers(origin: str, destination: str, date: str, call: Call, *, is_nonstop: bool = True) -> list[Offer]:
    query = {"origin": origin, "destination": destination, "date": date}
    offers: list[Offer] = [(flight | {"date": date},) for flight in call("search_direct_flight", query) or []]
    if not is_nonstop:
        offers += [tuple(pair) for pair in call("search_onestop_flight", query) or []]
    return offers


def find_segment_offer(segment: Entity, call: Call) -> Entity | None:
    """The flight of a reservation's segment, if it is for sale on that day."""
    offers = search_offers(segment["origin"], segment["destination"], segment["date"], call)
    return next((offer[0] for offer in offers if offer[0]["flight_number"] == segment["flight_number"]), None)


def get_price(offer: Offer, cabin: str) -> int:
    return int(sum(flight["prices"][cabin] for flight in offer))


def has_seats(offer: Offer, cabin: str, passengers: int) -> bool:
    return all(flight["available_seats"][cabin] >= passengers for flight in offer)


def find_criterion(text: str) -> str | None:
    starts = {name: match.start() for name, cue in CRITERIA.items() if (match := re.search(cue, text, re.IGNORECASE))}
    return min(starts, key=lambda name: starts[name]) if starts else None


def choose_offer(offers: Sequence[Offer], criterion: str, cabin: str, place: int = 0) -> Offer | None:
    """The only one that is best by the criterion, or at another `place`; None if there is none, or a tie."""
    keys: dict[str, Callable[[Offer], int]] = {
        "cheapest": lambda offer: get_price(offer, cabin),
        "dearest": lambda offer: -get_price(offer, cabin),
        "earliest": get_departure,
        "latest": lambda offer: -get_departure(offer),
        "fastest": lambda offer: get_arrival(offer) - get_departure(offer),
    }
    rank = keys[criterion]
    ranked = sorted(offers, key=rank)
    if len(ranked) <= place or [rank(offer) for offer in offers].count(rank(ranked[place])) > 1:
        return None
    return ranked[place]


def describe_offer(offer: Offer, cabin: str) -> str:
    """`HAT001 and HAT002, leaving at 06:00, $210`."""
    numbers = " and ".join(flight["flight_number"] for flight in offer)
    hours, minutes = divmod(get_departure(offer), 60)
    return f"{numbers}, leaving at {hours:02d}:{minutes:02d}, ${get_price(offer, cabin):,}"


def get_departure(offer: Offer) -> int:
    """Minutes after midnight of the first day."""
    return _to_minutes(offer[0]["scheduled_departure_time_est"])


def get_arrival(offer: Offer) -> int:
    days = int(offer[-1]["date"][-2:]) - int(offer[0]["date"][-2:])
    return 24 * 60 * days + _to_minutes(offer[-1]["scheduled_arrival_time_est"])


def _to_minutes(text: str) -> int:
    clock, _, days = text.partition("+")
    hours, minutes, _ = clock.split(":")
    return 24 * 60 * int(days or 0) + 60 * int(hours) + int(minutes)


ANY_HOUR = 0, 24 * 60


def find_hours(text: str) -> tuple[int, int] | None:
    """Earliest and latest departure that the customer accepts, minutes after midnight; None: it has named none."""
    earliest, latest = ANY_HOUR
    for denial, word, hour, minute, half in re.findall(
        r"(\b(?:not|never)\b[^.?!,;]{0,25}|n't\b[^.?!,;]{0,25})?"
        r"\b(after|before|from|until|by) (\d\d?)(?::(\d\d))? ?(am|pm|a\.m|p\.m|o'clock|h\b)",
        text,
        re.IGNORECASE,
    ):
        value = (int(hour) % 12 + 12 * half.lower().startswith("p")) * 60 + int(minute or 0)
        if (word.lower() in ("after", "from")) != bool(denial):
            earliest = value
        else:
            latest = value
    if re.search(r"before noon|in the morning|morning (?:flight|one|departure)", text):
        latest = 12 * 60
    elif re.search(r"after noon|after midday|in the afternoon", text):
        earliest = 12 * 60
    return None if (earliest, latest) == ANY_HOUR else (earliest, latest)
