"""Finds what a customer refers to in its profile: a reservation, a payment method, a part of a trip.

Not here: reading the words themselves (`agents.rules.airline.slots`).
"""

import re
from itertools import pairwise
from typing import Any

from tautraj.agents.rules.airline.payment_words import PaymentWords, list_payments
from tautraj.agents.rules.airline.slots import (
    FLIGHT_NUMBER,
    list_codes,
    list_dates,
    list_flight_numbers,
    list_names,
    list_places,
)
from tautraj.agents.rules.airline.wishes import Wish
from tautraj.agents.rules.desk import Call

Entity = dict[str, Any]

ORIGINAL_METHOD = (
    r"\b(?:original(?:ly)?|same) (?:\w+ ){0,2}(?:payment|method|form|card|way)"
    r"|(?:paid|used|charged) (?:with )?(?:before|originally|then|the first time|back then|at the time)"
    r"|(?:way|method|card|what) (?:that )?(?:i|you|we) (?:originally )?(?:paid|used)"
)

NEWEST = r"\b(?:last|latest|recent(?:ly)?|newest) (?:\w+ )?(?:reservation|booking|trip|made|booked)|most recent"


def list_reservations(user: Entity, call: Call) -> list[Entity]:
    reservations = (call("get_reservation_details", {"reservation_id": key}) for key in user["reservations"])
    return [reservation for reservation in reservations if reservation]


def find_reservation(wish: Wish, user: Entity, call: Call) -> Entity | str:
    """The one reservation that is meant, or the question that would settle it."""
    for text in (*reversed(wish.amendments), wish.said, wish.context):
        codes = list_codes(text)
        if own := list(dict.fromkeys(code for code in codes if code in user["reservations"])):
            if len(own) > 1:
                return f"Which of these reservations do you mean: {', '.join(own)}?"
            return call("get_reservation_details", {"reservation_id": own[0]}) or "What is the reservation number?"
        if unknown := [code for code in codes if not FLIGHT_NUMBER.fullmatch(code)]:
            return f"There is no reservation {unknown[0]} in your profile. What is the reservation number?"
    candidates = _narrow_down(" ".join((wish.reference, *wish.amendments)), list_reservations(user, call))
    if len(candidates) == 1:
        return candidates[0]
    return "What is the reservation number, or which trip is it about?"


def _narrow_down(text: str, reservations: list[Entity]) -> list[Entity]:
    places, dates = _choose_airport(list_places(text), text, reservations), list_dates(text)
    if not places and not dates and re.search(NEWEST, text, re.IGNORECASE):
        return sorted(reservations, key=lambda item: item["created_at"])[-1:]
    candidates = [item for item in reservations if item.get("status") != "cancelled"] or reservations
    if places:
        for pick in (_is_route, _is_way_back if len(places) > 1 else _is_destination, _is_origin):
            if hits := [item for item in candidates if pick(item, places)]:
                candidates = hits
                break
    names = list_names(f"- {text}")
    numbers = list_flight_numbers(text)
    for hits in (
        [item for item in candidates if any(flight["flight_number"] in numbers for flight in item["flights"])],
        [item for item in candidates if any(flight["date"] in dates for flight in item["flights"])],
        [item for item in candidates if any(name in names for name in map(get_name, item["passengers"]))],
        [item for item in candidates if item["flights"][0]["date"] in dates[:1]],
    ):
        candidates = [item for item in candidates if item in hits] or candidates
    return candidates


def _choose_airport(places: list[str], text: str, reservations: list[Entity]) -> list[str]:
    """The places, with that airport of New York that makes them a reservation's route, if the city was said."""
    if "New York" in text:
        for airport in ("JFK", "LGA", "EWR"):
            others = [airport if place == "JFK" else place for place in places]
            if any(_is_route(item, others) for item in reservations):
                return others
    return places


def _is_route(reservation: Entity, places: list[str]) -> bool:
    return (reservation["origin"], reservation["destination"]) in pairwise(places)


def _is_way_back(reservation: Entity, places: list[str]) -> bool:
    return (reservation["destination"], reservation["origin"]) in pairwise(places)


def _is_destination(reservation: Entity, places: list[str]) -> bool:
    return reservation["destination"] in places


def _is_origin(reservation: Entity, places: list[str]) -> bool:
    return len(places) == 1 and reservation["origin"] in places


def get_name(person: Entity) -> tuple[str, str]:
    return person["first_name"], person["last_name"]


def split_legs(reservation: Entity) -> list[list[Entity]]:
    """The flights there, and those back if there are any."""
    flights = reservation["flights"]
    if reservation["flight_type"] == "one_way":
        return [flights]
    stops = [flight["destination"] for flight in flights]
    turn = stops.index(reservation["destination"]) + 1 if reservation["destination"] in stops else len(flights)
    return [flights[:turn], flights[turn:]]


def match_payment(words: PaymentWords, user: Entity, due: int = 0) -> list[str]:
    """Ids of the payment methods in the profile that fit the words; of several those that hold what is due."""
    methods = user["payment_methods"]
    if words.id:
        return [words.id] if words.id in methods else []
    fitting = [
        key
        for key, method in methods.items()
        if method["source"] == words.source
        and words.brand in ("", method.get("brand", ""))
        and words.last_four in ("", method.get("last_four", ""))
        and words.amount in (None, method.get("amount"))
    ]
    fitting = [key for key in fitting if get_balance(user, key) >= due] or fitting
    if words.is_largest is not None and len(fitting) > 1:
        fitting.sort(key=lambda key: methods[key].get("amount", 0), reverse=words.is_largest)
        return fitting[:1]
    return fitting


def find_payment(wish: Wish, user: Entity, reservation: Entity, due: int) -> str | None:
    """Id of the payment method that the customer named; None if it named none, or several could be meant."""
    for text in (*reversed(wish.amendments), wish.said):
        for words in reversed(list_payments(text)):
            matches = match_payment(words, user, due)
            if len(matches) == 1:
                return matches[0]
        if re.search(ORIGINAL_METHOD, text, re.IGNORECASE):
            return str(reservation["payment_history"][0]["payment_id"])
    return None


def get_balance(user: Entity, payment_id: str) -> float:
    return float(user["payment_methods"][payment_id].get("amount", "inf"))


def list_statuses(flights: list[Entity], call: Call) -> list[str]:
    return [
        str(call("get_flight_status", {"flight_number": flight["flight_number"], "date": flight["date"]}))
        for flight in flights
    ]
