"""Answers to questions about balances, prices, reservations and flights."""

import re

from tautraj.agents.announcements.journeys import name_day
from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.changing import BAGS, PARTIAL
from tautraj.agents.rules.airline.offers import (
    choose_offer,
    find_criterion,
    find_segment_offer,
    get_price,
    has_seats,
    search_offers,
)
from tautraj.agents.rules.airline.records import Entity, find_reservation
from tautraj.agents.rules.airline.rules import say_count, say_money
from tautraj.agents.rules.airline.slots import list_cabins, list_dates, list_flight_numbers, list_places
from tautraj.agents.rules.airline.wishes import Wish
from tautraj.agents.rules.desk import Call, Resolution

PAID = r"\bpa(?:y|id)\b|cost|spen[dt]|charg|price|came? to\b|money|how much"

SOURCES = (
    ("gift_card", "gift cards hold", r"gift ?cards|gift ?card balance"),
    ("certificate", "certificates are worth", r"certificates|certificate balance"),
)
"""Source of a payment method -> how its sum is told -> how it is asked for."""


def resolve_question(wish: Wish, user: Entity, call: Call) -> Resolution:
    text = " ".join((wish.said, *wish.amendments))
    if re.search(r"(?i)\bstatus\b|on time|delayed\?|landed", text) and (status := _find_status(text, call)):
        number = list_flight_numbers(text)[0]
        return Resolution(f"{number} is {status}.", tells=(status,), answer=f"The status of {number} is: {status}.")
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
        return Resolution(f"{key} is the one that fits.", tells=(key,), answer=f"The reservation number is {key}.")
    if re.search(
        r"flight number|number of (?:the |my |your )?first flight|which (?:flight|number)|"
        r"what is the number|number under",
        text,
    ):
        number = reservation["flights"][0]["flight_number"]
        answer = f"The first flight of reservation {key} is {number}."
        return Resolution(f"{key} begins with {number}.", tells=(number,), answer=answer)
    if re.search(BAGS, text, re.IGNORECASE):
        return _count_free_bags(user, reservation)
    if cabins and not re.search(PARTIAL, text):
        return _price_cabin(reservation, cabins[-1], call)
    if not re.search(PAID, text, re.IGNORECASE):
        return Resolution("It is not clear what is asked.", question="What exactly would you like to know?")
    total = int(sum(payment["amount"] for payment in reservation["payment_history"]))
    answer = f"You paid {say_money(total)} in total for reservation {key}."
    return Resolution(f"{key} was paid with ${total} in all.", tells=(f"${total}",), answer=answer)


def _count_free_bags(user: Entity, reservation: Entity) -> Resolution:
    key, cabin, passengers = reservation["reservation_id"], reservation["cabin"], len(reservation["passengers"])
    count = rules.FREE_BAGS[user["membership"]][cabin] * passengers
    why = f"{say_count(passengers, 'passenger')} in {rules.say_cabin(cabin)}, {user['membership']} member"
    answer = f"Reservation {key} includes {say_count(count, 'free checked bag')} ({why})."
    return Resolution(f"{key}: {why}.", tells=(str(count),), answer=answer)


def _find_status(text: str, call: Call) -> str | None:
    numbers = list_flight_numbers(text)
    dates = list_dates(text)
    if not numbers or not dates:
        return None
    answer = call("get_flight_status", {"flight_number": numbers[0], "date": dates[0]})
    return str(answer) if answer else None


def _sum_balances(text: str, user: Entity) -> Resolution | None:
    """Of gift cards, certificates, or each of them."""
    totals = {
        noun: int(sum(method["amount"] for method in user["payment_methods"].values() if method["source"] == source))
        for source, noun, cue in SOURCES
        if re.search(cue, text, re.IGNORECASE)
    }
    if not totals:
        return None
    listed = " and ".join(f"your {noun} {say_money(total)}" for noun, total in totals.items())
    tells = tuple(f"${total}" for total in totals.values())
    return Resolution("The balances are in the profile.", tells=tells, answer=f"In total, {listed}.")


def _find_lowest_price(wish: Wish, text: str, cabin: str, call: Call) -> Resolution:
    places, dates = list_places(text), wish.find(list_dates)
    if not dates:
        return Resolution("A price needs a date.", question="On which day?")
    offers = [offer for offer in search_offers(places[0], places[1], dates[-1], call) if has_seats(offer, cabin, 1)]
    if not offers:
        return Resolution("No direct flight has seats.", refusal=rules.NO_SEATS)
    best = choose_offer(offers, find_criterion(text) or "cheapest", cabin)
    price = get_price(best, cabin) if best else min(get_price(offer, cabin) for offer in offers)
    thought = f"{len(offers)} direct flights have seats; the lowest price is ${price}."
    way = f"from {places[0]} to {places[1]} on {name_day(dates[-1])} in {rules.say_cabin(cabin)}"
    answer = f"The lowest price of a direct flight {way} is {say_money(price)}."
    return Resolution(thought, tells=(f"${price}",), answer=answer)


def _price_cabin(reservation: Entity, cabin: str, call: Call) -> Resolution:
    """The difference for a change of the cabin, which is not made."""
    offers = [find_segment_offer(flight, call) for flight in reservation["flights"]]
    if not all(offers):
        return Resolution("A flight of it is not for sale.", refusal="I am sorry, but its flights are not for sale.")
    new = sum(offer["prices"][cabin] for offer in offers if offer)
    due = (new - sum(flight["price"] for flight in reservation["flights"])) * len(reservation["passengers"])
    subject = f"Reservation {reservation['reservation_id']} in {rules.say_cabin(cabin)} would cost"
    answer = f"{subject} {say_money(abs(due))} {'more' if due >= 0 else 'less'}."
    return Resolution(f"The flights in {cabin} cost ${new} a passenger now.", tells=(f"${due}",), answer=answer)
