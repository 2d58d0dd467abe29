"""V6: whether every reference in a goal names one entity, judged by its words and the raw data."""

import re
from collections.abc import Iterator
from typing import Any

from tautraj.benchmarks.goals import Goal, Request
from tautraj.synthesis.airline.offers import get_status
from tautraj.synthesis.airline.view import CITY_NAMES

Entity = dict[str, Any]

CODE = re.compile(r"(?<![\w-])(?=\w*\d|[A-Z]{6})[A-Z0-9]{6}(?![\w-])")
DAY = re.compile(r"\bMay (\d+)|\b(\d+) May\b|\bthe (\d+)(?:st|nd|rd|th)\b")
LAST_FOUR = re.compile(r"end(?:ing|s) in (\d{4})\b")
BALANCE = re.compile(r"(gift card|travel certificate) (?:with|that holds) \$(\d+)")
ONLY_ONE = re.compile(r"\b(?:my|only|the) (gift card|travel certificate|credit card)(?! (?:with|that)|s)")


def find_ambiguity(database: Entity, goal: Goal) -> str | None:
    """The first reference that names no entity, or more than one."""
    user = database["users"][goal.user_id]
    for request in goal.requests:
        text = " ".join((request.said, *request.answers.values(), request.correction or ""))
        if problem := next(_check(database, user, request, text), None):
            return problem
    return None


def _check(database: Entity, user: Entity, request: Request, text: str) -> Iterator[str]:
    for code in CODE.findall(text):
        if code not in user["reservations"] and code not in database["flights"]:
            yield f"{code} is no reservation of this customer and no flight"
    own = {key: database["reservations"][key] for key in user["reservations"]}
    meant = [key for key in request.about if key in own]
    named = [code for code in CODE.findall(request.said) if code in own]
    if named and set(named) != set(meant):
        yield "another reservation is named than is meant"
    if meant and not named and _find_described(own, request.said) != meant:
        yield "the description fits another reservation, or several"
    yield from _check_payments(user, text)
    yield from _check_delay(database, request)
    yield from _check_replaced(database, request, text)


def _find_described(own: dict[str, Entity], text: str) -> list[str]:
    """Ids of the reservations that fit the cities and the days named."""
    cities = _list_cities(text)
    days = {int(day) for match in DAY.findall(text) for day in match if day}
    whole = [key for key, trip in own.items() if {trip["origin"], trip["destination"]} <= cities]
    fitting = whole or [key for key, trip in own.items() if trip["destination"] in cities] or list(own)
    if len(fitting) > 1:
        fitting = [key for key in fitting if int(own[key]["flights"][0]["date"][-2:]) in days]
    return fitting


def _list_cities(text: str) -> set[str]:
    return {code for code, name in CITY_NAMES.items() if name in text}


def _check_payments(user: Entity, text: str) -> Iterator[str]:
    methods = list(user["payment_methods"].values())
    for digits in LAST_FOUR.findall(text):
        if sum(method.get("last_four") == digits for method in methods) != 1:
            yield f"not one card ends in {digits}"
    for noun, amount in BALANCE.findall(text):
        alike = [method for method in methods if method["source"] == noun.replace("travel ", "").replace(" ", "_")]
        if sum(method["amount"] == int(amount) for method in alike) != 1:
            yield f"not one {noun} holds ${amount}"
    for noun in ONLY_ONE.findall(text):
        source = noun.replace("travel ", "").replace(" ", "_")
        if sum(method["source"] == source for method in methods) != 1:
            yield f"the {noun} is not the only one"


def _check_delay(database: Entity, request: Request) -> Iterator[str]:
    """A certificate for a delay is only due with a change, which V5 cannot see from one write."""
    tools = [write.tool for write in request.writes]
    if tools == ["send_certificate"]:
        trips = [database["reservations"][key] for key in request.about if key in database["reservations"]]
        statuses = {get_status(database, flight)["status"] for trip in trips for flight in trip["flights"]}
        if "cancelled" not in statuses:
            yield "a delay would be compensated though nothing is changed"


def _check_replaced(database: Entity, request: Request, text: str) -> Iterator[str]:
    for write in request.writes:
        if write.tool == "update_reservation_passengers":
            old = database["reservations"][write.arguments["reservation_id"]]["passengers"]
            changed = [
                before for before, after in zip(old, write.arguments["passengers"], strict=False) if before != after
            ]
            names = [f"{person['first_name']} {person['last_name']}" for person in changed]
            if len(names) != 1 or names[0] not in text:
                yield "it is not said who is replaced"
