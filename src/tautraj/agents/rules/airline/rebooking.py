"""Other flights for a reservation: which part of the trip, which day, which flight.

Not here: price, seats and payment of the change (`agents.rules.airline.changing`).
"""

import re
from collections.abc import Sequence

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.changing import price_change
from tautraj.agents.rules.airline.offers import (
    ANY_HOUR,
    SECOND,
    STOPS,
    Offer,
    choose_offer,
    describe_offer,
    find_criterion,
    find_hours,
    get_departure,
    has_seats,
    is_nonstop_only,
    search_offers,
)
from tautraj.agents.rules.airline.records import Entity, list_statuses, split_legs
from tautraj.agents.rules.airline.slots import (
    list_cabins,
    list_dates,
    list_destinations,
    list_flight_numbers,
    list_places,
    read_number,
)
from tautraj.agents.rules.airline.wishes import Wish
from tautraj.agents.rules.desk import Call, Resolution

OUTBOUND = (
    r"outbound|outgoing|outward|way (?:out|there)|going (?:out|there)|departing flight|first leg|"
    r"flight (?:out|there)\b"
)
RETURN = (
    r"\breturn\b(?! ticket)|way (?:back|home)|flight (?:back|home)|coming (?:back|home)|"
    r"going (?:back|home)|journey (?:back|home)|inbound|fly(?:ing)? (?:back|home)|trip (?:back|"
    r"home)|ride (?:back|home)"
)
LATER = (
    r"(?:a|one|two|three|1|2|3) days? (?:later|after)|(?:the )?(?:next|following) day|day after|"
    r"back (?:by )?(?:a|one|two|three) days?"
)
EARLIER = (
    r"(?:a|one|two|three|1|2|3) days? (?:earlier|before|sooner|ahead)|(?:the )?(?:previous|"
    r"day) (?:before|day)|up (?:by )?(?:a|one|two|three) days?"
)
SAME_FLIGHT = r"same (?:flights?|numbers?|planes?|connections?|times?)|flight numbers?(?: should)? stays?"
ROUTE = (
    r"\b(?:destination|different (?:city|airport)|another (?:city|airport)|instead of [A-Z]|one[- ]way|round[- ]trip)"
)


def resolve_flights(wish: Wish, user: Entity, reservation: Entity, call: Call) -> Resolution:
    key = reservation["reservation_id"]
    cabins = [cabin for cabin in wish.find(list_cabins) if cabin != reservation["cabin"]]
    cabin = cabins[-1] if cabins else reservation["cabin"]
    legs = split_legs(reservation)
    meant = [_is_meant(wish, legs, index) for index in range(len(legs))]
    if cabin != reservation["cabin"] and any(meant) and not all(meant):
        return Resolution(f"One cabin for all flights of {key}.", refusal=rules.ONE_CABIN)
    if reservation["cabin"] == "basic_economy":
        return Resolution(f"{key} is basic economy, whose flights stay as they are.", refusal=rules.BASIC_ECONOMY)
    stops = {flight[end] for flight in reservation["flights"] for end in ("origin", "destination")}
    text = " ".join((wish.said, *wish.amendments))
    if set(list_destinations(text)) - stops or (re.search(ROUTE, text) and set(list_places(text)) - stops):
        return Resolution(
            f"{key} goes from {reservation['origin']} to {reservation['destination']}.", refusal=rules.OTHER_ROUTE
        )
    chosen: list[Entity] = []
    for is_meant, leg in zip(meant, legs, strict=True):
        if not is_meant:
            chosen += leg
            continue
        if {"landed", "flying"} & set(list_statuses(leg, call)):
            return Resolution(f"The flights {leg[0]['date']} of {key} have been flown.", refusal=rules.NO_FLIGHT)
        offer = _choose(wish, leg, reservation, cabin, call)
        if isinstance(offer, Resolution):
            return offer
        chosen += offer
    if not any(meant):
        return Resolution(f"{key} has {len(legs)} ways.", question="Which flight should be changed, and to what?")
    return price_change(wish, user, reservation, cabin, chosen, call)


def _is_meant(wish: Wish, legs: list[list[Entity]], index: int) -> bool:
    if len(legs) == 1:
        return True
    text = f"{wish.said} {' '.join(wish.amendments)}"
    is_out, is_back = (bool(re.search(cue, text, re.IGNORECASE)) for cue in (OUTBOUND, RETURN))
    if is_out or is_back:
        return (is_out, is_back)[index]
    leg, other = legs[index], legs[1 - index]
    dates = list_dates(wish.said)
    hits, other_hits = leg[0]["date"] in dates, other[0]["date"] in dates
    if hits != other_hits:
        return hits
    places = list_places(wish.said)
    pairs = list(zip(places, places[1:], strict=False))
    if (leg[0]["origin"], leg[-1]["destination"]) in pairs:
        return True
    return (
        bool(re.search(r"\bboth\b|flights\b", text)) and (other[0]["origin"], other[-1]["destination"]) not in pairs
    )


def _choose(
    wish: Wish, leg: list[Entity], reservation: Entity, cabin: str, call: Call
) -> Sequence[Entity] | Resolution:
    """The flights that shall replace a leg's."""
    origin, destination = leg[0]["origin"], leg[-1]["destination"]
    old_dates = {flight["date"] for flight in reservation["flights"]}
    text = next((text for text in reversed(wish.amendments) if _names_flight(text)), wish.said)
    date = wish.find(lambda words: _find_date(words, leg, old_dates))
    if not date:
        date = leg[0]["date"]
    is_nonstop = is_nonstop_only(text) or (len(leg) == 1 and not re.search(STOPS, text, re.IGNORECASE))
    offers = search_offers(origin, destination, date, call, is_nonstop=False)
    numbers = list_flight_numbers(text)
    if re.search(SAME_FLIGHT, text, re.IGNORECASE):
        numbers = [flight["flight_number"] for flight in leg]
    for size in (2, 1):
        for start in range(len(numbers) - size + 1):
            wanted = numbers[start : start + size]
            if offer := next((o for o in offers if [flight["flight_number"] for flight in o] == wanted), None):
                return offer
    if numbers:
        return Resolution(f"{', '.join(numbers)} is not for sale on {date}.", refusal=rules.NO_FLIGHT)
    hours = wish.find(find_hours)
    return pick_offer(text, hours, offers, is_nonstop, cabin, len(reservation["passengers"]))


def pick_offer(
    text: str, hours: tuple[int, int] | None, offers: list[Offer], is_nonstop: bool, cabin: str, passengers: int
) -> Offer | Resolution:
    """The offer that the customer's words single out among those with enough seats, leaving within `hours`."""
    earliest, latest = hours or ANY_HOUR
    fitting = [
        offer
        for offer in offers
        if has_seats(offer, cabin, passengers)
        and not (is_nonstop and len(offer) > 1)
        and earliest <= get_departure(offer) <= latest
    ]
    if not fitting:
        return Resolution("No flight of that day fits, or none has enough seats.", refusal=rules.NO_SEATS)
    criterion = find_criterion(text)
    place = int(bool(re.search(SECOND, text, re.IGNORECASE)))
    offer = choose_offer(fitting, criterion, cabin, place) if criterion else fitting[0] if len(fitting) == 1 else None
    if offer is None:
        listed = "; ".join(describe_offer(item, cabin) for item in fitting[:6])
        return Resolution("Several flights fit.", question=f"Which of these would you like: {listed}?")
    return offer


def _names_flight(text: str) -> bool:
    return bool(find_criterion(text) or re.search(SAME_FLIGHT, text, re.IGNORECASE) or list_flight_numbers(text))


def _find_date(text: str, leg: list[Entity], old_dates: set[str]) -> str:
    """The day that the leg shall begin on: one that the reservation has not yet; empty if none is said."""
    old = int(leg[0]["date"][-2:])
    for cue, sign in ((LATER, 1), (EARLIER, -1)):
        if match := re.search(cue, text, re.IGNORECASE):
            word = re.search(r"\b(two|three|2|3)\b", match[0])
            return f"2024-05-{old + sign * (read_number(word[1]) if word else 1):02d}"
    dates = list_dates(text)
    fresh = [date for date in dates if date not in old_dates]
    return fresh[-1] if fresh else ""
