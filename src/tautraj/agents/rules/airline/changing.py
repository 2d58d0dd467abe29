"""Changes of a reservation by the policy: bags, cabin, and what a change of flights costs.

Not here: passengers (`agents.rules.airline.passengers`), which flights are wanted (`agents.rules.airline.rebooking`).
"""

import re

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.offers import find_segment_offer, has_seats
from tautraj.agents.rules.airline.payment_words import list_payments
from tautraj.agents.rules.airline.records import (
    Entity,
    find_payment,
    get_balance,
    list_statuses,
)
from tautraj.agents.rules.airline.rules import say_count, say_money
from tautraj.agents.rules.airline.slots import find_count, find_limit, list_cabins
from tautraj.agents.rules.airline.wishes import Wish
from tautraj.agents.rules.desk import Call, Resolution

BAGS = r"(?:bag|suitcase|piece|luggage|baggage)"
REMOVED = (
    r"\b(?:remov|take off|took off|taken off|drop|fewer|delet|get rid|take (?:\w+ ){0,4}off|"
    r"less luggage|leave out|subtract)"
)
TOTAL = (
    r"total|altogether|in all\b|all in all|make it \w+ bags|bring[^.?!]* to |"
    r"up to \w+ (?:checked )?(?:bags|suitcases)"
)
PARTIAL = (
    r"\b(?:only|just|solely)\b(?: for)?(?: the| my| your| one| that)*\b (?:return|outbound|"
    r"way|first|second|last|leg|flight|(?-i:[A-Z][a-z]+ [A-Z]))"
    r"|\b(?:return|outbound|way (?:out|back|there)|first leg|second leg)\b[^.?!]* (?:only|"
    r"alone)\b|for (?:only|just) one of|"
    r"keep[^.?!]* the others?|the others? (?:can|may|stay)"
)

HOW_TO_PAY = "How would you like to settle it, with a gift card or a credit card from your profile?"


def resolve_bags(wish: Wish, user: Entity, reservation: Entity, call: Call) -> Resolution:
    key, old = reservation["reservation_id"], reservation["total_baggages"]
    count = wish.find(lambda text: _find_bag_count(text, old))
    if wish.is_said(REMOVED) or (count is not None and count[0] < old):
        return Resolution(
            f"{key} has {say_count(old, 'checked bag')}; they can be added, not removed.", refusal=rules.FEWER_BAGS
        )
    if count is None:
        return Resolution(
            f"{key} has {say_count(old, 'checked bag')}.", question="How many checked bags would you like to add?"
        )
    total, cabin, passengers = count[0], reservation["cabin"], len(reservation["passengers"])
    paid = rules.count_paid_bags(user["membership"], cabin, passengers, total)
    due = rules.BAG_PRICE * max(0, paid - reservation["nonfree_baggages"])
    payment = choose_payment(wish, user, reservation, due, is_needed=due > 0)
    if isinstance(payment, Resolution):
        return payment
    arguments = {
        "reservation_id": key,
        "total_baggages": total,
        "nonfree_baggages": paid,
        "payment_id": payment,
    }
    return Resolution(
        f"{key}: {say_count(passengers, 'passenger')} in {rules.say_cabin(cabin)}, {user['membership']} member, "
        f"{say_count(total, 'bag')} in all ({paid} at a charge): ${due} to pay.",
        writes=(("update_reservation_baggages", arguments),),
        terms=(f"That comes to {say_money(due)}." if due else "",),
    )


def _find_bag_count(text: str, old: int) -> tuple[int] | None:
    """The number of bags that are wanted in all."""
    count = find_count(text, BAGS)
    if count is None:
        return None
    return (count if re.search(TOTAL, text, re.IGNORECASE) else old + count,)


def choose_payment(
    wish: Wish, user: Entity, reservation: Entity, due: int, *, is_needed: bool = True
) -> str | Resolution:
    """Id of the payment method for a change, or why there is none. One that pays nothing need not be named."""
    key = reservation["reservation_id"]
    payment = find_payment(wish, user, reservation, due)
    if payment is None and not is_needed:
        return str(reservation["payment_history"][0]["payment_id"])
    if payment is None:
        if wish.find(list_payments) and not _is_in_profile(wish, user):
            return Resolution(f"The method named for {key} is not in the profile.", refusal=rules.FOREIGN_PAYMENT)
        return Resolution(f"{key}: {_say_due(due)} No gift card or credit card was named.", question=HOW_TO_PAY)
    if user["payment_methods"][payment]["source"] == "certificate":
        return Resolution(f"{payment} cannot pay for a change of {key}.", refusal=rules.CERTIFICATE_PAYS)
    if get_balance(user, payment) < due:
        return Resolution(f"{payment} holds less than the ${due} due for {key}.", refusal=rules.SMALL_BALANCE)
    return payment


def _is_in_profile(wish: Wish, user: Entity) -> bool:
    sources = {method["source"] for method in user["payment_methods"].values()}
    return any(words.source in sources for words in wish.find(list_payments))


def resolve_cabin(wish: Wish, user: Entity, reservation: Entity, call: Call) -> Resolution:
    key, old = reservation["reservation_id"], reservation["cabin"]
    if wish.is_said(PARTIAL):
        return Resolution(f"One cabin for all passengers and flights of {key}.", refusal=rules.ONE_CABIN)
    cabins = [cabin for cabin in wish.find(list_cabins) if cabin != old]
    if not cabins:
        return Resolution(f"{key} is in {rules.say_cabin(old)}.", question="Which cabin would you like?")
    if {"landed", "flying"} & set(list_statuses(reservation["flights"], call)):
        return Resolution(f"A flight of {key} has been flown, so its cabin stays.", refusal=rules.FLOWN_CABIN)
    return price_change(wish, user, reservation, cabins[-1], reservation["flights"], call)


def price_change(
    wish: Wish, user: Entity, reservation: Entity, cabin: str, flights: list[Entity], call: Call
) -> Resolution:
    """The change to these flights in this cabin: seats, difference in price, payment."""
    key, passengers = reservation["reservation_id"], len(reservation["passengers"])
    kept = {
        (flight["flight_number"], flight["date"]): flight["price"]
        for flight in reservation["flights"]
        if cabin == reservation["cabin"]
    }
    total = 0
    for flight in flights:
        segment = flight["flight_number"], flight["date"]
        if segment in kept:
            total += kept[segment]
            continue
        offer = find_segment_offer(flight, call)
        if offer is None or not has_seats((offer,), cabin, passengers):
            return Resolution(
                f"{flight['flight_number']} on {flight['date']} is not for sale in {rules.say_cabin(cabin)} with "
                f"{say_count(passengers, 'seat')}.",
                refusal=rules.NO_SEATS if offer else rules.NO_FLIGHT,
            )
        total += offer["prices"][cabin]
    due = passengers * (total - sum(flight["price"] for flight in reservation["flights"]))
    limit = wish.find(find_limit)
    if limit is not None and due > limit:
        return Resolution(
            f"{key}: ${due} would be due, and the customer named ${limit}.",
            refusal=rules.ABOVE_LIMIT.format(due=say_money(due), limit=say_money(limit)),
        )
    payment = choose_payment(wish, user, reservation, due)
    if isinstance(payment, Resolution):
        return payment
    arguments = {
        "reservation_id": key,
        "cabin": cabin,
        "flights": [{"flight_number": flight["flight_number"], "date": flight["date"]} for flight in flights],
        "payment_id": payment,
    }
    return Resolution(
        f"{key}: the flights are for sale in {rules.say_cabin(cabin)} for {say_count(passengers, 'passenger')}. "
        f"{_say_due(due)}",
        writes=(("update_reservation_flights", arguments),),
        terms=(_say_due(due),),
    )


def _say_due(due: int) -> str:
    if not due:
        return "There is no difference in price."
    return f"The difference is {say_money(abs(due))} {'to pay' if due > 0 else 'in your favor'}."
