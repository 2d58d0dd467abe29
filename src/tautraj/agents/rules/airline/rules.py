"""Numbers and sentences of the airline's policy, as its agent applies them.

Not here: how tasks are judged by the same policy (`synthesis.airline.policy`), which must not depend on the agent.
"""

from datetime import datetime

NOW = datetime(2024, 5, 15, 15, 0)
"""The current time as the policy states it."""

FREE_BAGS = {
    "regular": {"basic_economy": 0, "economy": 1, "business": 2},
    "silver": {"basic_economy": 1, "economy": 2, "business": 3},
    "gold": {"basic_economy": 2, "economy": 3, "business": 4},
}
"""Membership -> cabin -> free checked bags per passenger."""

BAG_PRICE = 50
INSURANCE_PRICE = 30
CANCELLATION_COMPENSATION = 100
DELAY_COMPENSATION = 50
"""Dollars, per bag or passenger."""

MAX_PASSENGERS = 5

NO_GROUND = (
    "I am sorry, but reservation {key} cannot be cancelled: it was made more than 24 hours ago, it is not in "
    "business class, the airline has not cancelled a flight of it, and {insurance}."
)
UNINSURED = "it has no travel insurance"
NOT_INSURED_REASON = "its travel insurance covers reasons of health and weather only"
BASIC_ECONOMY = "I am sorry, but the flights of a basic economy reservation cannot be changed."
OTHER_ROUTE = "I am sorry, but the origin, the destination and the trip type of a reservation cannot be changed."
PASSENGER_COUNT = "I am sorry, but the number of passengers of a reservation cannot be changed."
TOO_MANY_PASSENGERS = "I am sorry, but a reservation can have five passengers at most."
FEWER_BAGS = "I am sorry, but checked bags can be added to a reservation, not removed."
LATE_INSURANCE = "I am sorry, but insurance can only be bought with the booking, and stays as it was then."
ONE_CABIN = "I am sorry, but all passengers and all flights of a reservation must be in the same cabin."
FLOWN_CABIN = "I am sorry, but the cabin cannot be changed after a flight of the reservation has been flown."
NO_SEATS = "I am sorry, but there are not enough seats for this."
NO_FLIGHT = "I am sorry, but there is no such flight for sale."
NO_RIGHT = (
    "I am sorry, but compensation is for silver and gold members, and for reservations with travel insurance or in "
    "business class."
)
DELAY_KEPT = "I am sorry, but a delay is compensated only after the reservation has been changed or cancelled."
UNCONFIRMED = (
    "I am sorry, but I may compensate only a cancelled or delayed flight, and the flights of {key} are {statuses}."
)
CERTIFICATE_PAYS = "I am sorry, but a change can only be paid with a credit card or a gift card."
SMALL_BALANCE = "I am sorry, but the balance of that payment method is not enough."
IS_CANCELLED = "This reservation has already been cancelled."
ABOVE_LIMIT = "This would cost {due}, which is more than the {limit} you named."
FOREIGN_PAYMENT = "I am sorry, but only payment methods that are in your profile can be used."


def say_count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def say_money(dollars: int) -> str:
    return f"${dollars:,}"


def say_cabin(cabin: str) -> str:
    return "business class" if cabin == "business" else cabin.replace("_", " ")


def count_paid_bags(membership: str, cabin: str, passengers: int, bags: int) -> int:
    return max(0, bags - FREE_BAGS[membership][cabin] * passengers)
