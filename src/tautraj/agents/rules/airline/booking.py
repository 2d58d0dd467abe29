"""New bookings: trip, flights, passengers, bags, insurance, payments."""

import re

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.offers import Offer, find_hours, is_nonstop_only, search_offers
from tautraj.agents.rules.airline.payment_words import list_payments
from tautraj.agents.rules.airline.rebooking import pick_offer
from tautraj.agents.rules.airline.records import Entity, match_payment
from tautraj.agents.rules.airline.rules import say_count
from tautraj.agents.rules.airline.slots import (
    find_count,
    list_cabins,
    list_dates,
    list_flight_numbers,
    list_people,
    list_places,
)
from tautraj.agents.rules.airline.wishes import Wish
from tautraj.agents.rules.desk import Call, Resolution

ROUND = r"round[- ]?trip|return(?:ing)? (?:flight|trip|on)|and back|\bback on\b"
ONE_WAY = r"one[- ]way"
SELF = (
    r"\b(?:I|[Yy]ou) (?:want|need|wish|like|would like|am going|are going) to (?:fly|travel|go)\b"
    r"|\b(?i:myself|yourself|alone)\b|\b(?:[Mm]e|[Yy]ou) and (?:[A-Z]|nobody|no one)|\band (?:me|you)\b(?= \(|[.;]|$)"
    r"|\b(?i:for|just|only|are|is|be|come|flying:) (?:[Mm]e|[Yy]ou)\b(?! [a-z]+ing)"
    r"|\b(?:[Mm]e|[Yy]ou), [A-Z][a-z]+ [A-Z]"
)
"""Words, in the first or the second person, that count the customer among those who fly."""

BAGS = r"(?:bag|suitcase|luggage|baggage)"
NO_BAGS = r"(?:without|not|nor|n't)(?: (?!and\b|but\b|insurance\b)\w+){0,4} (?:bag|suitcase|luggage|baggage)"
INSURANCE = r"insurance|insured"
NO_INSURANCE = r"(?:no|without|not|nor|n't|skip)(?: (?!and\b|but\b|bags?\b)\w+){0,4} (?:insurance|insured)"


def resolve_booking(wish: Wish, user: Entity, call: Call) -> Resolution:
    places, dates, cabins = wish.find(list_places), wish.find(list_dates), wish.find(list_cabins)
    if len(places) < 2:
        return Resolution("A booking needs both cities.", question="From where to where would you like to fly?")
    if not dates:
        return Resolution("A booking needs a date.", question="On which day would you like to fly?")
    if not cabins:
        return Resolution("A booking needs a cabin.", question="Which cabin would you like?")
    is_round = wish.is_said(ROUND) and not wish.is_said(ONE_WAY)
    if is_round and len(dates) < 2:
        return Resolution("A round trip needs two dates.", question="On which day would you like to fly back?")
    passengers = _list_passengers(wish, user)
    if not passengers:
        return Resolution("It is not said who flies.", question="Who will fly, and when were they born?")
    if len(passengers) > rules.MAX_PASSENGERS:
        return Resolution(f"{len(passengers)} passengers are too many.", refusal=rules.TOO_MANY_PASSENGERS)
    ways = [(places[0], places[1], dates[0])]
    if is_round:
        ways.append((places[1], places[0], dates[1]))
    offers: list[Offer] = []
    for way in ways:
        offer = _choose_offer(wish, way, cabins[-1], len(passengers), call)
        if isinstance(offer, Resolution):
            return offer
        offers.append(offer)
    return _complete(wish, user, [flight for offer in offers for flight in offer], passengers, cabins[-1], is_round)


def _choose_offer(
    wish: Wish, way: tuple[str, str, str], cabin: str, passengers: int, call: Call
) -> Offer | Resolution:
    text = " ".join((wish.said, *wish.amendments))
    numbers = list_flight_numbers(text)
    offers = search_offers(*way, call, is_nonstop=False)
    named = [offer for offer in offers if {flight["flight_number"] for flight in offer} <= set(numbers)]
    if numbers and not named:
        return Resolution(f"None of {', '.join(numbers)} is for sale on {way[2]}.", refusal=rules.NO_FLIGHT)
    is_nonstop = not named and is_nonstop_only(text)
    return pick_offer(text, find_hours(text), named or offers, is_nonstop, cabin, passengers)


def _list_passengers(wish: Wish, user: Entity) -> list[Entity]:
    """The customer if it says so, people named with their birthday, saved passengers named without."""
    text = " ".join((wish.said, *wish.amendments))
    owner = user["name"] | {"dob": user["dob"]}
    named = [person._asdict() for person in list_people(text)]
    known = {(person["first_name"], person["last_name"]) for person in named}
    named += [
        dict(person)
        for person in user["saved_passengers"]
        if (person["first_name"], person["last_name"]) not in known
        and f"{person['first_name']} {person['last_name']}" in text
    ]
    is_owner = bool(re.search(SELF, _drop_requests(text)))
    own_name = (owner["first_name"], owner["last_name"])
    others = [person for person in named if (person["first_name"], person["last_name"]) != own_name]
    is_named = not named and " ".join(own_name) in " ".join(wish.amendments)  # an answer to who will fly
    return ([owner] if is_owner or is_named or len(others) < len(named) else []) + others


def _drop_requests(text: str) -> str:
    """Without `book it for me` and the like, which say nothing about who flies."""
    return re.sub(
        r"\b(?:book|get|find|reserve)\b[^.,;:?!]{0,12}\bfor (?:me|you)\b"
        r"|\b(?:trip|flight|it|ticket)s? for (?:me|you)\b",
        " ",
        text,
        flags=re.IGNORECASE,
    )


def _complete(
    wish: Wish, user: Entity, flights: list[Entity], passengers: list[Entity], cabin: str, is_round: bool
) -> Resolution:
    text = " ".join((wish.said, *wish.amendments))
    bags = 0 if re.search(NO_BAGS, text, re.IGNORECASE) else find_count(text, BAGS)
    if bags is None:
        return Resolution("It is not said how many bags there are.", question="How many checked bags will there be?")
    if not re.search(INSURANCE, text, re.IGNORECASE):
        return Resolution(
            "Insurance was not mentioned.", question="Would you like travel insurance, $30 a passenger?"
        )
    insurance = "no" if re.search(NO_INSURANCE, text, re.IGNORECASE) else "yes"
    count = len(passengers)
    paid = rules.count_paid_bags(user["membership"], cabin, count, bags)
    total = count * sum(int(flight["prices"][cabin]) for flight in flights) + rules.BAG_PRICE * paid
    total += rules.INSURANCE_PRICE * count * (insurance == "yes")
    payments = _split_payment(wish, user, total)
    if isinstance(payments, Resolution):
        return payments
    arguments = {
        "user_id": user["user_id"],
        "origin": flights[0]["origin"],
        "destination": wish.find(list_places)[1],
        "flight_type": "round_trip" if is_round else "one_way",
        "cabin": cabin,
        "flights": [{"flight_number": flight["flight_number"], "date": flight["date"]} for flight in flights],
        "passengers": passengers,
        "payment_methods": payments,
        "total_baggages": bags,
        "nonfree_baggages": paid,
        "insurance": insurance,
    }
    return Resolution(
        f"{say_count(count, 'passenger')} in {rules.say_cabin(cabin)}, {say_count(bags, 'bag')} ({paid} at a "
        f"charge), {'with' if insurance == 'yes' else 'without'} insurance. It costs ${total} in all.",
        writes=(("book_reservation", arguments),),
        terms=(f"The total is {rules.say_money(total)}." if len(payments) > 1 else "",),
    )


def _split_payment(wish: Wish, user: Entity, total: int) -> list[Entity] | Resolution:
    """Each method named pays what it holds, in the order named, until the total is reached."""
    payments: list[Entity] = []
    for words in wish.find(list_payments):
        payment_ids = match_payment(words, user)
        if len(payment_ids) != 1 or total <= 0 or any(entry["payment_id"] == payment_ids[0] for entry in payments):
            continue
        amount = min(total, int(user["payment_methods"][payment_ids[0]].get("amount", total)))
        total -= amount
        payments.append({"payment_id": payment_ids[0], "amount": amount})
    if not payments:
        return Resolution(
            "No payment method was named.",
            question="How would you like to pay? It has to be a payment method from your profile.",
        )
    if total > 0:
        return Resolution(f"${total} are not covered by the methods named.", refusal=rules.SMALL_BALANCE)
    return payments
