"""`synthesis.airline.policy`: each rule of the policy, and the official gold writes."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest
from support.airline import Database, make_small_database, plant
from tau2.domains.airline.data_model import FlightDB
from tau2.domains.airline.tools import AirlineTools
from tau2.domains.airline.utils import AIRLINE_DB_PATH, AIRLINE_TASK_SET_PATH

from tautraj.synthesis.airline.policy import CHECKS, find_breach

ADA = "ada_obi_1234"
RES = "reservations.RES001"
CARDS = f"users.{ADA}.payment_methods"
OUTBOUND = {"flight_number": "ABC001", "date": "2024-05-20"}
RETURN = {"flight_number": "ABC002", "date": "2024-05-20"}
LATER_RETURN = {"flight_number": "ABC002", "date": "2024-05-21"}
VISA, GIFT_CARD, CERTIFICATE = "credit_card_0000001", "gift_card_0000003", "certificate_0000004"

Edits = dict[str, Any]


def _find(edits: Edits, tool: str, arguments: dict[str, Any], **options: Any) -> str | None:
    database = make_small_database()
    for path, value in edits.items():
        plant(database, path, value)
    return find_breach(database, tool, arguments, ADA, **options)


def _list_people(count: int) -> list[dict[str, str]]:
    return [{"first_name": name, "last_name": "Obi", "dob": "1980-01-01"} for name in "ABCDEF"[:count]]


@pytest.mark.parametrize("tool", sorted(CHECKS))
def test_a_write_is_for_the_owner(tool: str) -> None:
    arguments = {"user_id": ADA} if tool in ("book_reservation", "send_certificate") else {"reservation_id": "RES001"}
    database = make_small_database()
    assert find_breach(database, tool, arguments, "bo_obi_1234") == "the reservation or profile is another customer's"
    assert find_breach(database, tool, arguments, "cleo_obi_1234") == "the customer does not exist"


def test_a_write_is_to_a_living_reservation() -> None:
    assert _find({}, "cancel_reservation", {"reservation_id": "RES002"}) == "the reservation does not exist"
    arguments = {"reservation_id": "RES001"}
    assert _find({f"{RES}.status": "cancelled"}, "cancel_reservation", arguments) == "the reservation is cancelled"


def test_reading_breaks_nothing() -> None:
    assert find_breach(make_small_database(), "get_reservation_details", {"reservation_id": "RES001"}, "bo") is None


NO_GROUND = "no ground for a cancellation holds"
CANCELLED = {"status": "cancelled"}
CANCELLATIONS: list[tuple[str | None, Edits]] = [
    (NO_GROUND, {}),
    (None, {f"{RES}.cabin": "business"}),
    (None, {f"{RES}.created_at": "2024-05-14T15:00:00"}),
    (NO_GROUND, {f"{RES}.created_at": "2024-05-14T14:59:59"}),
    (None, {"flights.ABC002.dates.2024-05-20": CANCELLED}),
    (NO_GROUND, {f"users.{ADA}.membership": "gold"}),
    ("a flight has been flown", {f"{RES}.flights.0.date": "2024-05-14", f"{RES}.cabin": "business"}),
    ("a flight has been flown", {"flights.ABC001.dates.2024-05-20.status": "flying", f"{RES}.cabin": "business"}),
]


@pytest.mark.parametrize(("breach", "edits"), CANCELLATIONS)
def test_cancelling_without_insurance(breach: str | None, edits: Edits) -> None:
    edits = edits | {f"{RES}.insurance": "no"}
    assert _find(edits, "cancel_reservation", {"reservation_id": "RES001"}) == breach


def test_cancelling_with_insurance_takes_an_insured_reason() -> None:
    arguments = {"reservation_id": "RES001"}
    assert _find({}, "cancel_reservation", arguments) is None
    assert _find({}, "cancel_reservation", arguments, is_reason_insured=False) == NO_GROUND


FLIGHT_CHANGES: list[tuple[str | None, Edits, dict[str, Any]]] = [
    (None, {}, {}),
    ("flights in basic economy cannot be changed", {f"{RES}.cabin": "basic_economy"}, {"cabin": "basic_economy"}),
    ("flights in basic economy cannot be changed", {f"{RES}.cabin": "basic_economy"}, {"cabin": "economy"}),
    (None, {f"{RES}.cabin": "basic_economy"}, {"cabin": "business", "flights": [OUTBOUND, RETURN]}),
    (None, {}, {"cabin": "business"}),
    ("the cabin cannot be changed after a flight has been flown", {
        "flights.ABC001.dates.2024-05-20.status": "landed"}, {"cabin": "business"}),
    (None, {"flights.ABC001.dates.2024-05-20.status": "landed"}, {}),
    ("a flight that has been flown would be changed", {"flights.ABC002.dates.2024-05-20.status": "flying"}, {}),
    ("the flights do not make the trip", {}, {"flights": [OUTBOUND]}),
    ("the flights do not make the trip", {}, {"flights": [OUTBOUND, RETURN, OUTBOUND]}),
    ("the flights do not make the trip", {}, {"flights": [
        {"flight_number": "ABC003", "date": "2024-05-21"}, {"flight_number": "ABC004", "date": "2024-05-22"}]}),
    ("a flight leaves before the one before it lands", {}, {"flights": [
        OUTBOUND, {"flight_number": "ABC002", "date": "2024-05-19"}]}),
    ("a flight cannot be booked", {}, {"flights": [OUTBOUND, {"flight_number": "ABC009", "date": "2024-05-21"}]}),
    ("a flight cannot be booked", {"flights.ABC002.dates.2024-05-21": CANCELLED}, {}),
    ("a flight has too few seats", {"flights.ABC002.dates.2024-05-21.available_seats.economy": 1}, {}),
    ("a payment method is not in the profile", {}, {"payment_id": "credit_card_0000009"}),
    ("a certificate cannot pay for a change", {}, {"payment_id": CERTIFICATE}),
    # The flight costs 150 instead of 120, for two passengers.
    ("the gift card's balance is too small", {f"{CARDS}.{GIFT_CARD}.amount": 59.0}, {"payment_id": GIFT_CARD}),
    (None, {f"{CARDS}.{GIFT_CARD}.amount": 60.0}, {"payment_id": GIFT_CARD}),
]  # fmt: skip


@pytest.mark.parametrize(("breach", "edits", "changes"), FLIGHT_CHANGES)
def test_changing_flights_and_cabin(breach: str | None, edits: Edits, changes: dict[str, Any]) -> None:
    arguments = {
        "reservation_id": "RES001",
        "cabin": "economy",
        "flights": [OUTBOUND, LATER_RETURN],
        "payment_id": VISA,
    } | changes
    seats = {
        f"flights.ABC00{n}.dates.2024-05-{day}.available_seats.economy": 2 for n in "1234" for day in range(19, 23)
    }
    assert _find(seats | edits, "update_reservation_flights", arguments) == breach


BAGS: list[tuple[str | None, int, int, str]] = [
    (None, 5, 1, VISA),
    (None, 6, 2, VISA),
    ("checked bags cannot be removed", 4, 0, VISA),
    ("the paid bags are miscounted", 6, 1, VISA),
    ("the paid bags are miscounted", 6, 3, VISA),
    ("a certificate cannot pay for a change", 6, 2, CERTIFICATE),
    ("the gift card's balance is too small", 6, 2, GIFT_CARD),
    ("a payment method is not in the profile", 6, 2, "x"),
]


@pytest.mark.parametrize(("breach", "total", "paid", "payment_id"), BAGS)
def test_adding_bags(breach: str | None, total: int, paid: int, payment_id: str) -> None:
    arguments = {"total_baggages": total, "nonfree_baggages": paid, "payment_id": payment_id}
    assert _find({}, "update_reservation_baggages", {"reservation_id": "RES001"} | arguments) == breach


@pytest.mark.parametrize(
    ("membership", "cabin", "free"),
    [
        ("regular", "basic_economy", 0),
        ("regular", "economy", 1),
        ("regular", "business", 2),
        ("silver", "basic_economy", 1),
        ("silver", "economy", 2),
        ("silver", "business", 3),
        ("gold", "basic_economy", 2),
        ("gold", "economy", 3),
        ("gold", "business", 4),
    ],
)
def test_bags_are_free_by_membership_and_cabin(membership: str, cabin: str, free: int) -> None:
    edits = {f"users.{ADA}.membership": membership, f"{RES}.cabin": cabin}
    arguments = {"reservation_id": "RES001", "total_baggages": 10, "payment_id": VISA}
    for paid in range(11):
        breach = _find(edits, "update_reservation_baggages", arguments | {"nonfree_baggages": paid})
        assert breach == (None if paid == 10 - 2 * free else "the paid bags are miscounted")


def test_changing_passengers() -> None:
    def find(passengers: list[dict[str, str]]) -> str | None:
        arguments = {"reservation_id": "RES001", "passengers": passengers}
        return _find({}, "update_reservation_passengers", arguments)

    assert find(_list_people(2)) is None
    assert find(_list_people(1)) == find(_list_people(3)) == "the number of passengers cannot be changed"
    assert find([*_list_people(1), {"first_name": "B", "last_name": "Obi"}]) == (
        "a passenger's name or date of birth is missing"
    )


def _pay(**amounts: int) -> list[dict[str, Any]]:
    return [{"payment_id": payment_id, "amount": amount} for payment_id, amount in amounts.items()]


BOOKINGS: list[tuple[str | None, dict[str, Any]]] = [
    (None, {}),
    (None, {"payment_methods": _pay(certificate_0000004=250, gift_card_0000003=20, credit_card_0000001=730)}),
    ("too many payment methods of a kind, or one twice", {
        "payment_methods": _pay(credit_card_0000001=500, credit_card_0000002=500)}),
    ("too many payment methods of a kind, or one twice", {"payment_methods": _pay(**{VISA: 500}) * 2}),
    ("a payment method is not in the profile", {"payment_methods": _pay(credit_card_0000009=1000)}),
    ("a payment is nothing, or more than the balance", {
        "payment_methods": _pay(gift_card_0000003=21, credit_card_0000001=979)}),
    ("a payment is nothing, or more than the balance", {
        "payment_methods": _pay(certificate_0000004=251, credit_card_0000001=749)}),
    ("a payment is nothing, or more than the balance", {
        "payment_methods": _pay(gift_card_0000003=0, credit_card_0000001=1000)}),
    ("the payments do not add up to the price", {"payment_methods": _pay(credit_card_0000001=999)}),
    ("the payments do not add up to the price", {"insurance": "yes"}),
    (None, {"insurance": "yes", "payment_methods": _pay(credit_card_0000001=1030)}),
    (None, {"total_baggages": 5, "nonfree_baggages": 2, "payment_methods": _pay(credit_card_0000001=1100)}),
    ("the paid bags are miscounted", {"total_baggages": 4}),
    ("nobody or more than five would fly", {"passengers": []}),
    ("nobody or more than five would fly", {"passengers": _list_people(6)}),
    (None, {"passengers": _list_people(5), "payment_methods": _pay(credit_card_0000001=5000)}),
    ("a passenger's name or date of birth is missing", {"passengers": [{"first_name": "A", "last_name": "Obi"}]}),
    ("a flight has too few seats", {"cabin": "economy"}),
    ("a flight cannot be booked", {"flights": [{"flight_number": "ABC001", "date": "2024-05-15"}, RETURN]}),
    ("the flights do not make the trip", {"flight_type": "one_way"}),
    ("the flights do not make the trip", {"destination": "PHX"}),
    ("a flight leaves before the one before it lands", {
        "flights": [OUTBOUND, {"flight_number": "ABC002", "date": "2024-05-19"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("breach", "changes"), BOOKINGS)
def test_booking(breach: str | None, changes: dict[str, Any]) -> None:
    """Two business flights of 500 for one silver member, who has three free bags."""
    arguments = {
        "user_id": ADA,
        "origin": "SFO",
        "destination": "LAX",
        "flight_type": "round_trip",
        "cabin": "business",
        "flights": [OUTBOUND, RETURN],
        "passengers": _list_people(1),
        "payment_methods": _pay(credit_card_0000001=1000),
        "total_baggages": 3,
        "nonfree_baggages": 0,
        "insurance": "no",
    }
    assert _find({}, "book_reservation", arguments | changes) == breach


NOT_OWED = "no reservation is owed this compensation"
REGULAR = {f"users.{ADA}.membership": "regular", f"{RES}.insurance": "no"}
COMPENSATIONS: list[tuple[str | None, Edits, int]] = [
    (None, {}, 200),
    (NOT_OWED, {}, 100),
    (NOT_OWED, {}, 0),
    (NOT_OWED, {"flights.ABC001.dates.2024-05-20.status": "available"}, 200),
    (NOT_OWED, REGULAR, 200),
    (None, REGULAR | {f"{RES}.insurance": "yes"}, 200),
    (None, REGULAR | {f"{RES}.cabin": "business"}, 200),
    (NOT_OWED, REGULAR | {f"{RES}.cabin": "basic_economy"}, 200),
]


@pytest.mark.parametrize(("breach", "edits", "amount"), COMPENSATIONS)
def test_compensating_a_cancelled_flight(breach: str | None, edits: Edits, amount: int) -> None:
    edits = {"flights.ABC001.dates.2024-05-20.status": "cancelled"} | edits
    assert _find(edits, "send_certificate", {"user_id": ADA, "amount": amount}) == breach


def test_a_reservation_is_compensated_once() -> None:
    start = make_small_database()
    plant(start, "flights.ABC001.dates.2024-05-20.status", "cancelled")
    database = deepcopy(start)
    plant(database, f"{CARDS}.certificate_3221322", {"source": "certificate", "amount": 200.0})
    arguments = {"user_id": ADA, "amount": 200}
    assert find_breach(start, "send_certificate", arguments, ADA) is None
    assert find_breach(database, "send_certificate", arguments, ADA, start=start) == NOT_OWED


@pytest.mark.parametrize(
    ("breach", "path", "value"),
    [
        (NOT_OWED, f"{RES}.total_baggages", 6),
        (None, f"{RES}.flights.0", {"flight_number": "ABC001", "date": "2024-05-19", "price": 150}),
        (None, f"{RES}.cabin", "business"),
        (None, f"{RES}.status", "cancelled"),
    ],
)
def test_a_delay_is_compensated_after_a_change(breach: str | None, path: str, value: Any) -> None:
    start = make_small_database()
    plant(start, "flights.ABC001.dates.2024-05-20.status", "delayed")
    database = deepcopy(start)
    plant(database, path, value)
    assert find_breach(database, "send_certificate", {"user_id": ADA, "amount": 100}, ADA, start=start) == breach
    assert find_breach(database, "send_certificate", {"user_id": ADA, "amount": 200}, ADA, start=start) == NOT_OWED


OFFICIAL_BREACHES = {
    "2": NOT_OWED,  # delayed, but nothing is changed or cancelled
    "7": NO_GROUND,  # upgraded to economy, and cancelled without insurance after 14 days
    "9": "a flight has been flown",
    "27": NOT_OWED,  # as 2
    "29": "the flights do not make the trip",  # to JFK instead of LGA
    "33": "the paid bags are miscounted",  # a gold member's two bags are free
    "37": "a flight has been flown",
    "38": NOT_OWED,  # as 2
}
"""Task -> its first breach."""


def test_official_gold_writes_keep_the_policy_but_for_known_tasks() -> None:
    official = json.loads(AIRLINE_DB_PATH.read_text())
    breaches = {}
    for task in json.loads(AIRLINE_TASK_SET_PATH.read_text()):
        user_id = re.search(r"[a-z]+_[a-z]+_\d{4}", json.dumps(task["user_scenario"])).group()
        writes = [action for action in task["evaluation_criteria"]["actions"] if action["name"] in CHECKS]
        for breach in _list_breaches(_cut_out(official, user_id, writes), user_id, writes):
            breaches.setdefault(task["id"], breach)
    assert breaches == OFFICIAL_BREACHES


def _cut_out(official: Database, user_id: str, writes: list[dict[str, Any]]) -> Database:
    """What a customer's writes can touch."""
    user = official["users"][user_id]
    reservations = {key: official["reservations"][key] for key in user["reservations"]}
    segments = [segment for item in reservations.values() for segment in item["flights"]]
    segments += [segment for write in writes for segment in write["arguments"].get("flights", [])]
    flights = {segment["flight_number"]: official["flights"][segment["flight_number"]] for segment in segments}
    return {"flights": flights, "users": {user_id: user}, "reservations": reservations}


def _list_breaches(start: Database, user_id: str, writes: list[dict[str, Any]]) -> list[str]:
    """Of each write in order, each made after it was judged."""
    tools = AirlineTools(FlightDB.model_validate(start))
    breaches = []
    for write in writes:
        database = tools.db.model_dump(exclude_none=True)
        breaches.append(find_breach(database, write["name"], write["arguments"], user_id, start=start))
        getattr(tools, write["name"])(**write["arguments"])
    return [breach for breach in breaches if breach]
