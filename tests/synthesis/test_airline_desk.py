"""The desk of the airline: which wishes it reads in plain English, and what it makes of them by the policy."""

import json
from typing import Any

import pytest
from support.airline import Database, make_small_database, plant
from tau2.domains.airline.data_model import FlightDB
from tau2.domains.airline.tools import AirlineTools

from tautraj.agents.rules.airline import AIRLINE_DESK as DESK
from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.offers import find_hours
from tautraj.agents.rules.airline.payment_words import list_payments
from tautraj.agents.rules.airline.slots import list_cabins, list_dates, list_people, list_places
from tautraj.agents.rules.desk import Call, Resolution

ADA = "ada_obi_1234"
RES = "reservations.RES001"


def _make_call(database: Database) -> Call:
    tools = AirlineTools(FlightDB.model_validate(database))

    def call(name: str, arguments: dict[str, Any]) -> Any:
        try:
            answer = getattr(tools, name)(**arguments)
        except ValueError:
            return None
        return json.loads(json.dumps(answer, default=lambda model: model.model_dump()))

    return call


def _resolve(said: str, edits: dict[str, Any] | None = None) -> Resolution:
    """The resolution of the one wish in these words."""
    database = make_small_database()
    for path, value in (edits or {}).items():
        plant(database, path, value)
    (wish,) = DESK.read(said)
    return DESK.resolve(wish, ADA, _make_call(database))


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("I want to cancel ABC12X.", ["cancel"]),
        ("Get rid of the trip to Boston, we are not going. Also add two bags to XYZ98Q.", ["cancel", "bags"]),
        ("You want to cancel your upcoming flights within reservation IDs XEHM4B and 59XX6W.", ["cancel", "cancel"]),
        ("Cancel IFOYYZ and upgrade M20IZO to business class.", ["cancel", "cabin"]),
        ("Please move my return flight to May 22, the cheapest one.", ["flights"]),
        ("I'd like to push back my flight from IAH to SEA on May 23 to May 24.", ["flights"]),
        ("How much is left on my gift cards?", ["question"]),
        ("You want to book a one-way flight from ORD to PHL on May 26.", ["book"]),
        ("I need a ticket from Boston to Miami on the 20th. No bags, no insurance. Economy is fine.", ["book"]),
        ("You want to remove passenger Sophia from your upcoming round trip from LAS to DEN.", ["passengers"]),
        ("My flight was delayed and I want some compensation.", ["compensation"]),
        ("I do not want to cancel, I want to change the date of my flight.", ["flights"]),
        ("Please add insurance to my booking.", ["insurance"]),
        ("I was informed that ABC12X was cancelled by the airline. Please cancel ABC12X.", ["cancel"]),
        ("Good morning, I hope you are well.", []),
    ],
)
def test_wishes_are_read_by_the_words_that_ask_for_something(said: str, kinds: list[str]) -> None:
    assert [wish.kind for wish in DESK.read(said)] == kinds


def test_a_reason_belongs_to_the_wish_that_follows_it() -> None:
    bags, cancellation = DESK.read("Add a bag to ABC12X. I have to go into hospital. Please cancel XYZ98Q.")
    assert "hospital" not in bags.said
    assert "hospital" in cancellation.said


def test_places_dates_cabins_people_and_payments() -> None:
    text = "From New York JFK to Vegas on the 20th, or May 22nd, in business, not economy"
    assert list_places(text) == ["JFK", "LAS"]
    assert list_dates(text) == ["2024-05-20", "2024-05-22"]
    assert list_cabins(text) == ["business"]
    assert list_dates("Kevin Smith, born May 12, 2001") == []
    assert [
        tuple(person) for person in list_people("Kevin Smith, born 12 April 2001, and Al Po (DOB 1990-01-02)")
    ] == [
        ("Kevin", "Smith", "2001-04-12"),
        ("Al", "Po", "1990-01-02"),
    ]
    words = list_payments("the certificate first, then my Visa ending in 7447 and the gift card with $120 on it")
    assert [(word.source, word.last_four, word.amount) for word in words] == [
        ("certificate", "", None),
        ("credit_card", "7447", None),
        ("gift_card", "", 120),
    ]


CANCEL = "Please cancel RES001. "
UNINSURED = rules.NO_GROUND.format(key="RES001", insurance=rules.UNINSURED)
NOT_INSURED_REASON = rules.NO_GROUND.format(key="RES001", insurance=rules.NOT_INSURED_REASON)
CANCELLATIONS: list[tuple[str, dict[str, Any], str | None]] = [
    ("My plans have changed.", {}, UNINSURED),
    ("My plans have changed.", {f"{RES}.cabin": "business"}, None),
    ("My plans have changed.", {f"{RES}.created_at": "2024-05-15T09:00:00"}, None),
    ("My plans have changed.", {f"{RES}.insurance": "yes"}, NOT_INSURED_REASON),
    ("I am ill.", {f"{RES}.insurance": "yes"}, None),
    ("I am ill.", {f"{RES}.insurance": "no"}, UNINSURED),
    ("There is a storm.", {f"{RES}.insurance": "yes"}, None),
    ("My flight was cancelled.", {"flights.ABC001.dates.2024-05-20": {"status": "cancelled"}}, None),
    ("I am ill.", {f"{RES}.status": "cancelled"}, rules.IS_CANCELLED),
]


@pytest.mark.parametrize(("reason", "edits", "refusal"), CANCELLATIONS)
def test_a_cancellation_needs_a_ground(reason: str, edits: dict[str, Any], refusal: str | None) -> None:
    resolution = _resolve(CANCEL + reason, {f"{RES}.insurance": "no"} | edits)
    assert resolution.refusal == refusal
    assert resolution.thought
    if refusal is None:
        assert resolution.writes == (("cancel_reservation", {"reservation_id": "RES001"}),)


@pytest.mark.parametrize("chat", ["", " I was looking forward to it. Such is life. What a pity."])
def test_a_reason_is_asked_for(chat: str) -> None:
    assert _resolve(f"Please cancel RES001.{chat}").question == "Why would you like to cancel RES001?"


def test_a_trip_that_has_begun_is_for_a_human() -> None:
    flown = {f"{RES}.flights.0.date": "2024-05-10"}
    assert _resolve(f"{CANCEL} I am ill.", flown).is_transfer


def test_bags_that_are_not_free_are_counted_and_paid() -> None:
    """Five bags stand on it; two silver members in economy have four free."""
    resolution = _resolve("Add two bags to RES001, on my Visa ending in 1234.")
    arguments = {
        "reservation_id": "RES001",
        "total_baggages": 7,
        "nonfree_baggages": 3,
        "payment_id": "credit_card_0000001",
    }
    assert resolution.writes == (("update_reservation_baggages", arguments),)
    assert _resolve("Add two bags to RES001.").question
    assert _resolve("Remove a bag from RES001.").refusal == rules.FEWER_BAGS


REFUSED = {
    "Add the passenger Ann Obi, born 1990-01-01, to RES001.": rules.PASSENGER_COUNT,
    "Remove the passenger Bo Obi from RES001.": rules.PASSENGER_COUNT,
    "Add travel insurance to RES001.": rules.LATE_INSURANCE,
    "Change the destination of RES001 to Boston.": rules.OTHER_ROUTE,
    "Upgrade only the return flight of RES001 to business class.": rules.ONE_CABIN,
    "My flight in RES001 is delayed and I want compensation.": rules.UNCONFIRMED.format(
        key="RES001", statuses="available"
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_the_policy_forbids_is_refused(said: str) -> None:
    assert _resolve(said, {f"users.{ADA}.membership": "gold"}).refusal == REFUSED[said]


def test_flights_in_basic_economy_stay() -> None:
    said = "Move the return flight of RES001 to May 25, the same flight number, on my Visa ending in 1234."
    assert _resolve(said, {f"{RES}.cabin": "basic_economy"}).refusal == rules.BASIC_ECONOMY
    ((_, arguments),) = _resolve(said, {f"{RES}.cabin": "business"}).writes
    assert [flight["date"] for flight in arguments["flights"]] == ["2024-05-20", "2024-05-25"]


def test_a_cancelled_flight_is_compensated_by_passenger() -> None:
    cancelled = {"flights.ABC001.dates.2024-05-20": {"status": "cancelled"}}
    said = "A flight in RES001 was cancelled. I would like compensation."
    entitled, regular = {f"users.{ADA}.membership": "silver"}, {f"users.{ADA}.membership": "regular"}
    certificate = ("send_certificate", {"user_id": ADA, "amount": 200})
    assert _resolve(said, cancelled | entitled).writes == (certificate,)
    without_right = cancelled | regular | {f"{RES}.insurance": "no", f"{RES}.cabin": "economy"}
    assert _resolve(said, without_right).refusal == rules.NO_RIGHT


def test_a_correction_wins_and_one_about_another_reservation_does_not() -> None:
    (wish,) = DESK.read("Upgrade ABC12X to business class.")
    assert list_cabins(DESK.amend(wish, "Actually, economy for ABC12X.").amendments[-1]) == ["economy"]
    assert DESK.amend(wish, "For XYZ98Q, please use my Visa.") == wish


def test_a_customer_is_known_by_its_user_id() -> None:
    call = _make_call(make_small_database())
    lookup = DESK.identify("Your name is Ada Obi, your user id is ada_obi_1234.")
    assert lookup == ("get_user_details", {"user_id": ADA})
    assert DESK.get_user_id(lookup, call(*lookup)) == ADA
    assert DESK.identify("I am Ada Obi.") is None
    unknown = ("get_user_details", {"user_id": "nobody_here_1234"})
    assert DESK.get_user_id(unknown, call(*unknown)) is None


OTHER = {
    "reservation_id": "RES002",
    "origin": "PHX",
    "destination": "LAS",
    "flight_type": "one_way",
    "cabin": "business",
    "flights": [
        {"origin": "PHX", "destination": "LAS", "flight_number": "ABC003", "date": "2024-05-22", "price": 500}
    ],
}


def _resolve_with_another(said: str) -> Resolution:
    """With a second reservation, of business class; the first is uninsured."""
    database = make_small_database()
    first = database["reservations"]["RES001"] | {"insurance": "no"}
    plant(database, RES, first)
    plant(database, "reservations.RES002", first | OTHER)
    plant(database, f"users.{ADA}.reservations", ["RES001", "RES002"])
    (wish,) = DESK.read(said)
    return DESK.resolve(wish, ADA, _make_call(database))


def test_all_reservations_are_dealt_with_one_by_one() -> None:
    resolution = _resolve_with_another("Please cancel all my upcoming flights. My plans have changed.")
    assert resolution.writes == (("cancel_reservation", {"reservation_id": "RES002"}),)
    assert resolution.refusal == UNINSURED
    ((_, arguments),) = _resolve_with_another(
        "Downgrade all my business flights to basic economy, the money goes to my Visa ending in 1234."
    ).writes
    assert (arguments["reservation_id"], arguments["cabin"]) == ("RES002", "basic_economy")
    assert _resolve_with_another("Cancel all reservations that are longer than 4 hours, I am ill.").question


def test_the_price_of_a_change_is_said_with_it() -> None:
    """Two passengers, from 150 + 120 to twice 500."""
    resolution = _resolve("Upgrade RES001 to business class, on my Visa ending in 1234.")
    assert resolution.terms == ("The difference is $1,460 to pay.",)


def test_a_passenger_is_replaced_by_the_customer() -> None:
    single = [{"first_name": "Bo", "last_name": "Obi", "dob": "1980-01-01"}]
    resolution = _resolve("Change the passenger of RES001 to myself.", {f"{RES}.passengers": single})
    ((_, arguments),) = resolution.writes
    assert arguments["passengers"] == [{"first_name": "Ada", "last_name": "Obi", "dob": "1980-01-01"}]
    chat = "I have been meaning to write to you. Please remove Bo Obi as a passenger from RES001."
    assert _resolve(chat).refusal == rules.PASSENGER_COUNT


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("How many suitcases are allowed on RES001?", "4 free checked bags (2 passengers in economy, silver member)"),
        ("How much did I pay for RES001?", "$650 in total"),
        ("What is my gift card balance?", "your gift cards hold $20"),
    ],
)
def test_a_question_is_answered_in_a_sentence(asked: str, answer: str) -> None:
    assert answer in (_resolve(asked).answer or "")


def test_what_is_not_understood_is_asked_and_not_guessed() -> None:
    assert _resolve("I would like to know something about RES001.").question == "What exactly would you like to know?"
    assert DESK.read("Oh wonderful, thanks.") == []


def test_a_complaint_waits_for_a_wish() -> None:
    (complaint,) = DESK.read("I am frustrated with the delayed flight in RES001.")
    assert DESK.resolve(complaint, ADA, _make_call(make_small_database())).question
    assert DESK.amend(complaint, "I want compensation.").kind == "compensation"


def test_an_answer_may_name_the_route_of_a_booking() -> None:
    (wish,) = DESK.read("I would like to book a flight.")
    assert DESK.amend(wish, "From Boston to Miami on May 20.").amendments
    assert DESK.amend(wish, "It is about my trip to Miami on May 20.") == wish


def test_hours_ranks_and_cards() -> None:
    assert find_hours("I do not want to fly before 11am.") == (11 * 60, 24 * 60)
    assert find_hours("after 8am and before 9pm") == (8 * 60, 21 * 60)
    assert find_hours("any time") is None
    assert [words.last_four for words in list_payments("on my credit card ending in 7334, or my 7447 card")] == [
        "7334",
        "7447",
    ]
    assert [words.is_largest for words in list_payments("two certificates, the larger one first")] == [None, True]
