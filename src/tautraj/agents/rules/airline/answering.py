"""Answers to questions about balances, prices, reservations and flights."""

import re

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.changing import PARTIAL
from tautraj.agents.rules.airline.offers import (
    choose_offer,
    find_criterion,
    find_segment_offer,
    get_price,
    has_seats,
    search_offers,
)
from tautraj.agents.rules.airline.records import Entity, find_reservation
from tautraj.agents.rules.airline.slots import list_cabins, list_dates, list_flight_numbers, list_places
from tautraj.agents.rules.airline.wishes import Wish
from tautraj.agents.rules.desk import Call, Resolution


def resolve_question(wish: Wish, user: Entity, call: Call) -> Resolution:
    text = " ".join((wish.said, *wish.amendments))
    if re.search(r"(?i)\bstatus\b|on time|delayed\?|landed", text) and (status := _find_status(text, call)):
        return Resolution(f"The flight is {status}.", tells=(status,))
    if balance := _sum_balances(text, user):
        return balance
    cabins = wish.find(list_cabins)
    if len(list_places(text)) >= 2 and cabins and re.search(r"(?i)cheapest|lowest|fare|flight from", text):
        return _find_lowest_price(wish, text, cabins[-1], call)
    reservation = find_reservation(wish, user, call)
    if isinstance(reservation, str):
        return Resolution("It is not clear which reservation is meant.", question=reservation)
    key = reservation["reservation_id"]
    if re.search(
        r"(?:reservation|booking) number|number of (?:the |my |your )?(?:reservation|booking)|"
        r"under (?:what|which) number",
        text,
    ):
        return Resolution(f"It is {key}.", tells=(key,))
    if re.search(
        r"flight number|number of (?:the |my |your )?first flight|which (?:flight|number)|"
        r"what is the number|number under",
        text,
    ):
        return Resolution(f"{key} begins with that flight.", tells=(reservation["flights"][0]["flight_number"],))
    if cabins and not re.search(PARTIAL, text):
        return _price_cabin(reservation, cabins[-1], call)
    total = sum(payment["amount"] for payment in reservation["payment_history"])
    return Resolution(f"{key} was paid with ${int(total)} in all.", tells=(f"${int(total)}",))


def _find_status(text: str, call: Call) -> str | None:
    numbers = list_flight_numbers(text)
    dates = list_dates(text)
    if not numbers or not dates:
        return None
    answer = call("get_flight_status", {"flight_number": numbers[0], "date": dates[0]})
    return str(answer) if answer else None


def _sum_balances(text: str, user: Entity) -> Resolution | None:
    """Of gift cards, certificates, or each of them."""
    tells = []
    for source, cue in (("gift_card", r"gift ?cards"), ("certificate", r"certificates")):
        if re.search(cue, text, re.IGNORECASE):
            total = sum(method["amount"] for method in user["payment_methods"].values() if method["source"] == source)
            tells.append(f"${int(total)}")
    return (
        Resolution(f"The balances in the profile add up to {' and '.join(tells)}.", tells=tuple(tells))
        if tells
        else None
    )


def _find_lowest_price(wish: Wish, text: str, cabin: str, call: Call) -> Resolution:
    places, dates = list_places(text), wish.find(list_dates)
    if not dates:
        return Resolution("A price needs a date.", question="On which day?")
    offers = [offer for offer in search_offers(places[0], places[1], dates[-1], call) if has_seats(offer, cabin, 1)]
    if not offers:
        return Resolution("No direct flight has seats.", refusal=rules.NO_SEATS)
    best = choose_offer(offers, find_criterion(text) or "cheapest", cabin)
    price = get_price(best, cabin) if best else min(get_price(offer, cabin) for offer in offers)
    return Resolution(f"{len(offers)} direct flights have seats; the lowest price is ${price}.", tells=(f"${price}",))


def _price_cabin(reservation: Entity, cabin: str, call: Call) -> Resolution:
    """The difference for a change of the cabin, which is not made."""
    offers = [find_segment_offer(flight, call) for flight in reservation["flights"]]
    if not all(offers):
        return Resolution("A flight of it is not for sale.", refusal="I am sorry, but its flights are not for sale.")
    new = sum(offer["prices"][cabin] for offer in offers if offer)
    due = (new - sum(flight["price"] for flight in reservation["flights"])) * len(reservation["passengers"])
    return Resolution(f"In {cabin} it would cost ${due} more.", tells=(f"${due}",))
