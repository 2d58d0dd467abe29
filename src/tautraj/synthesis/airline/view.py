"""What a customer of the airline can refer to, and in which words: reservations, payment methods, dates, people.

A reference that would fit two entities is None. Not here: what the customer wants
(`synthesis.airline.requests.changes` and the like).
"""

from random import Random
from typing import Any

from tautraj.agents.rules.months import MONTHS
from tautraj.synthesis.airline.clauses import CLAUSES
from tautraj.synthesis.airline.offers import get_status
from tautraj.synthesis.templates import say

Entity = dict[str, Any]

CITY_NAMES = {
    "ATL": "Atlanta",
    "BOS": "Boston",
    "CLT": "Charlotte",
    "DEN": "Denver",
    "DFW": "Dallas",
    "DTW": "Detroit",
    "EWR": "Newark",
    "IAH": "Houston",
    "JFK": "New York JFK",
    "LAS": "Las Vegas",
    "LAX": "Los Angeles",
    "LGA": "LaGuardia",
    "MCO": "Orlando",
    "MIA": "Miami",
    "MSP": "Minneapolis",
    "ORD": "Chicago",
    "PHL": "Philadelphia",
    "PHX": "Phoenix",
    "SEA": "Seattle",
    "SFO": "San Francisco",
}
"""As `list_all_airports` has them, but for JFK: New York has two airports here."""

NUMBER_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
CABIN_WORDS = {"basic_economy": "basic economy", "economy": "economy", "business": "business class"}
BY_ID = (
    "reservation {id}",
    "booking {id}",
    "my reservation {id}",
    "my booking {id}",
    "the booking with the number {id}",
    "the reservation under {id}",
    "my trip booked under {id}",
    "the trip booked as {id}",
)
BY_ROUTE = (
    "my trip from {origin} to {destination}",
    "the booking from {origin} to {destination}",
    "my reservation from {origin} to {destination}",
    "my journey from {origin} to {destination}",
    "the trip that takes me from {origin} to {destination}",
)
BY_ROUTE_AND_DATE = (
    "my trip from {origin} to {destination} on {date}",
    "the booking of {date} from {origin} to {destination}",
    "my reservation from {origin} to {destination} that begins on {date}",
    "the trip from {origin} to {destination} that I start on {date}",
    "my journey of {date} from {origin} to {destination}",
)
BY_DESTINATION = (
    "my trip to {destination}",
    "the booking to {destination}",
    "the reservation that takes me to {destination}",
    "my upcoming journey to {destination}",
    "my {destination} trip",
)
BY_DATE = (
    "the trip that starts on {date}",
    "my booking for {date}",
    "my reservation of {date}",
    "the journey I have booked for {date}",
)


class View:
    """A customer's data, and the random choices of its words."""

    def __init__(self, database: Entity, user_id: str, voice: str, rng: Random) -> None:
        self.database, self.user, self.voice, self.rng = database, database["users"][user_id], voice, rng
        self.user_id = user_id
        self.reservations: list[Entity] = [database["reservations"][key] for key in self.user["reservations"]]

    def say(self, clause: str, **names: str) -> str:
        """A clause in this customer's voice."""
        return say(CLAUSES[clause], self.voice, self.rng, **names)

    def shuffle(self, entities: list[Any]) -> list[Any]:
        return self.rng.sample(entities, len(entities))

    def list_statuses(self, reservation: Entity) -> list[str]:
        return [get_status(self.database, flight)["status"] for flight in reservation["flights"]]

    def is_flown(self, reservation: Entity) -> bool:
        return not {"landed", "flying"}.isdisjoint(self.list_statuses(reservation))

    def name_reservation(self, reservation: Entity, *, by_id: bool) -> str | None:
        """A noun phrase for it; None if only its id would tell which is meant."""
        names = {"origin": get_city(reservation["origin"]), "destination": get_city(reservation["destination"])}
        if by_id:
            return self.rng.choice(BY_ID).format(id=reservation["reservation_id"])
        date = reservation["flights"][0]["date"]
        others = [other for other in self.reservations if other is not reservation]
        cities = {reservation["origin"], reservation["destination"]}
        same_route = [other for other in others if {other["origin"], other["destination"]} == cities]
        days = {flight["date"] for other in others for flight in other["flights"]}
        forms: list[tuple[str, ...]] = []
        if not same_route:
            forms += [BY_ROUTE, BY_ROUTE_AND_DATE]
        elif all(flight["date"] != date for other in same_route for flight in other["flights"]):
            forms += [BY_ROUTE_AND_DATE, BY_ROUTE_AND_DATE]
        if all(reservation["destination"] not in (other["origin"], other["destination"]) for other in others):
            forms.append(BY_DESTINATION)
        if date not in days:
            forms.append(BY_DATE)
        if not forms:
            return None
        return self.rng.choice(self.rng.choice(forms)).format(**names, date=self.say_date(date))

    def name_payment(self, payment_id: str) -> str | None:
        """A noun phrase for a payment method; None if none tells it from the others."""
        method = self.user["payment_methods"][payment_id]
        alike = [other for other in self.user["payment_methods"].values() if other["source"] == method["source"]]
        if method["source"] == "credit_card":
            brand = {"visa": "Visa", "mastercard": "Mastercard"}[method["brand"]]
            forms = [f"my {brand} ending in {method['last_four']}", f"the {brand} that ends in {method['last_four']}"]
            if len(alike) == 1:
                forms += ["my credit card", f"my {brand}", "the credit card in my profile"]
            return self.rng.choice(forms)
        noun = "gift card" if method["source"] == "gift_card" else "travel certificate"
        amount = int(method["amount"])
        if len(alike) == 1:
            return self.rng.choice([f"my {noun}", f"the {noun} in my profile", f"the only {noun} I have"])
        if sum(other["amount"] == method["amount"] for other in alike) == 1:
            return self.rng.choice([f"my {noun} with ${amount} on it", f"the {noun} that holds ${amount}"])
        return None

    def draw_payment(self, due: int) -> tuple[str, str] | None:
        """Id and name of a gift or credit card that can pay this; None if none can be named."""
        for key, method in self.shuffle(list(self.user["payment_methods"].items())):
            if (
                method["source"] != "certificate"
                and method.get("amount", due) >= due
                and (name := self.name_payment(key))
            ):
                return key, name
        return None

    def say_date(self, date: str) -> str:
        day = int(date[-2:])
        return self.rng.choice([f"May {day}", f"{day} May", f"May {_to_ordinal(day)}", f"the {_to_ordinal(day)}"])

    def say_birthday(self, dob: str) -> str:
        year, month, day = dob.split("-")
        name = MONTHS[int(month) - 1]
        return self.rng.choice([dob, f"{name} {int(day)}, {year}", f"{int(day)} {name} {year}"])


def get_city(airport: str) -> str:
    return CITY_NAMES[airport]


def say_person(person: Entity) -> str:
    return f"{person['first_name']} {person['last_name']}"


def say_count(count: int, noun: str) -> str:
    if count == 1:
        return f"one {noun}"
    return f"{NUMBER_WORDS[count]} {noun.replace('piece ', 'pieces ') if 'piece ' in noun else noun + 's'}"


def _to_ordinal(day: int) -> str:
    return f"{day}{'th' if day in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
