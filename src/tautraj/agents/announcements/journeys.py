"""How an announcement names the parts of a reservation of flights: flights, passengers, bags, what is changed.

Not here: the sentences (`agents.announcements.sentences`).
"""

from calendar import month_name
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

BAG_PRICE = "$50"


def join(parts: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def name_journey(arguments: Mapping[str, Any], reservation: Mapping[str, Any] | None) -> dict[str, str]:
    """The arguments of a write of the airline as text. `reservation`: what it changes; None if nothing."""
    people, flights = arguments.get("passengers", ()), arguments.get("flights", ())
    return {
        "trip": "round trip" if arguments.get("flight_type") == "round_trip" else "one-way trip",
        "cabin": _name_cabin(arguments),
        "flights": f"{'flight' if len(flights) == 1 else 'flights'} {_name_flights(flights)}",
        "change": _name_change(arguments, reservation),
        "passengers": join([f"{person['first_name']} {person['last_name']}" for person in people]),
        "births": "; ".join(name_day(person["dob"], has_year=True) for person in people),
        "route": f", from {reservation['origin']} to {reservation['destination']}" if reservation else "",
        "bags": _name_bags(arguments.get("total_baggages", 0), arguments.get("nonfree_baggages", 0)),
        "insurance": "travel insurance" if arguments.get("insurance") == "yes" else "no travel insurance",
    }


def name_day(iso: str, *, has_year: bool = False) -> str:
    """`2024-05-20` as `May 20`."""
    year, month, day = iso.split("-")
    return f"{month_name[int(month)]} {int(day)}{f', {year}' if has_year else ''}"


def _name_cabin(arguments: Mapping[str, Any]) -> str:
    cabin = str(arguments.get("cabin", ""))
    return "business class" if cabin == "business" else cabin.replace("_", " ")


def _name_flights(flights: Sequence[Mapping[str, Any]]) -> str:
    """By day: `HAT001 and HAT002 on May 20, then HAT003 on May 22`."""
    days = [
        f"{join([flight['flight_number'] for flight in group])} on {name_day(date)}"
        for date, group in groupby(flights, key=lambda flight: str(flight["date"]))
    ]
    return ", then ".join(days)


def _name_change(arguments: Mapping[str, Any], reservation: Mapping[str, Any] | None) -> str:
    """What another cabin, other flights, or both make of a reservation."""
    key, cabin, flights = arguments.get("reservation_id"), _name_cabin(arguments), arguments.get("flights", ())
    old = [(flight["flight_number"], flight["date"]) for flight in reservation["flights"]] if reservation else []
    if old == [(flight["flight_number"], flight["date"]) for flight in flights]:
        return f"the cabin of reservation {key} to {cabin}, for {_name_flights(flights)}"
    if reservation and reservation["cabin"] == arguments.get("cabin"):
        return f"the flights of reservation {key} to {_name_flights(flights)}, in {cabin}"
    return f"reservation {key} to {_name_flights(flights)}, in {cabin}"


def _name_bags(total: int, paid: int) -> str:
    bags = "1 checked bag" if total == 1 else f"{total or 'no'} checked bags"
    price = f"{paid} of them at {BAG_PRICE}{' each' if paid > 1 else ''}" if paid < total else f"at {BAG_PRICE} each"
    return f"{bags} ({price if paid else 'free of charge'})" if total else bags
