"""The shape of an airline's database: the fields of every entity, formats of ids, values out of short lists.

τ²'s own models check types but let fields be added. Not here: what holds between values
(`synthesis.airline.invariants`).
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from tautraj.grading.policy_rules import FREE_BAGS
from tautraj.synthesis.airline.network import FARES

ID_FIELDS = {"flights": "flight_number", "users": "user_id", "reservations": "reservation_id"}
ID_FORMATS = {"flights": r"[A-Z]{3}\d{3}", "users": r"[a-z]+_[a-z]+_\d{4}", "reservations": r"[A-Z0-9]{6}"}

FIELDS = {
    "flights": "flight_number origin destination scheduled_departure_time_est scheduled_arrival_time_est dates",
    "users": "user_id name address email dob payment_methods saved_passengers membership reservations",
    "reservations": "reservation_id user_id origin destination flight_type cabin flights passengers payment_history "
    "created_at total_baggages nonfree_baggages insurance",
}
NAME = "first_name last_name"
ADDRESS = "address1 address2 city country state zip"
PASSENGER = "first_name last_name dob"
SEGMENT = "origin destination flight_number date price"
PAYMENT = "payment_id amount"
METHODS = {
    "credit_card": "source id brand last_four",
    "gift_card": "source id amount",
    "certificate": "source id amount",
}
VALUES: dict[str, dict[str, Collection[str]]] = {
    "flights": {},
    "users": {"membership": FREE_BAGS},
    "reservations": {"cabin": FARES, "flight_type": ("one_way", "round_trip"), "insurance": ("yes", "no")},
}
STATUSES = {
    "available": "status available_seats prices",
    "cancelled": "status",
    "on time": "status estimated_departure_time_est estimated_arrival_time_est",
    "delayed": "status estimated_departure_time_est estimated_arrival_time_est",
    "flying": "status actual_departure_time_est estimated_arrival_time_est",
    "landed": "status actual_departure_time_est actual_arrival_time_est",
}
"""Status of a flight on a day -> its fields. The times are departure and arrival, in this order."""


def list_shape_violations(database: dict[str, Any]) -> list[str]:
    """One line per entity with a wrong shape."""
    if database.keys() != FIELDS.keys():
        return [f"database: its collections are {sorted(database)}"]
    return [
        f"{collection[:-1]} {key}: {problem}"
        for collection, entities in database.items()
        for key, entity in entities.items()
        for problem in _check_entity(collection, key, entity)
    ]


def _check_entity(collection: str, key: str, entity: dict[str, Any]) -> Iterator[str]:
    if not _has_fields(entity, FIELDS[collection]):
        yield f"its fields are {sorted(entity)}"
    elif not all(_has_fields(part, fields) for part, fields in _list_parts(collection, entity)):
        yield "a part of it has the wrong fields"
    elif key != entity[ID_FIELDS[collection]]:
        yield "it stands under another id"
    elif not re.fullmatch(ID_FORMATS[collection], key):
        yield "its id has the wrong format"
    elif not all(entity[field] in values for field, values in VALUES[collection].items()):
        yield "a value is unknown"


def _list_parts(collection: str, entity: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The entity's parts, each with the fields that it should have."""
    if collection == "flights":
        for status in entity["dates"].values():
            yield status, STATUSES.get(status.get("status"), "")
            if status.get("status") == "available":
                yield status.get("available_seats", {}), " ".join(FARES)
                yield status.get("prices", {}), " ".join(FARES)
    elif collection == "users":
        yield entity["name"], NAME
        yield entity["address"], ADDRESS
        yield from ((method, METHODS.get(method.get("source"), "")) for method in entity["payment_methods"].values())
        yield from ((passenger, PASSENGER) for passenger in entity["saved_passengers"])
    else:
        yield from ((segment, SEGMENT) for segment in entity["flights"])
        yield from ((passenger, PASSENGER) for passenger in entity["passengers"])
        yield from ((payment, PAYMENT) for payment in entity["payment_history"])


def _has_fields(part: dict[str, Any], fields: str) -> bool:
    return part.keys() == set(fields.split())
