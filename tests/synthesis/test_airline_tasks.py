"""Tasks of a new airline: their words, their families, what each of them promises."""

import json
from collections import Counter
from random import Random
from typing import Any, get_args

import pytest
from support.airline_tasks import compose_drafts, make_few_customers

from tautraj.benchmarks.goals import Family, Goal, Request, Write
from tautraj.synthesis.airline import GENERATOR
from tautraj.synthesis.airline.clauses import CLAUSES
from tautraj.synthesis.composition import Draft
from tautraj.synthesis.diversity import measure_distinct
from tautraj.synthesis.text import write_text
from tautraj.synthesis.voices import VOICES


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    return compose_drafts(make_few_customers(7, 400), 300, "draft")


@pytest.fixture(scope="module")
def goals(drafts: list[Draft]) -> list[Goal]:
    return [draft.goal for draft in drafts]


@pytest.mark.parametrize("name", sorted(CLAUSES))
def test_every_voice_has_its_own_sentences(name: str) -> None:
    clause = CLAUSES[name]
    assert set(clause) == set(VOICES)
    assert min(len(sentences) for sentences in clause.values()) >= 3
    everything = [sentence for sentences in clause.values() for sentence in sentences]
    assert len(set(everything)) == len(everything) >= 12


def test_all_families_occur_and_at_most_three_in_ten_only_refuse(drafts: list[Draft]) -> None:
    families = Counter(draft.family for draft in drafts)
    assert set(families) == {*get_args(Family)} - {"fault"}
    assert families["refusal"] + families["pressure"] <= 90
    idle = [draft for draft in drafts if not draft.goal.writes and not draft.goal.tells]
    assert len(idle) <= 90


def test_the_text_is_as_varied_as_that_of_classic_tau_bench(goals: list[Goal]) -> None:
    assert measure_distinct([write_text(goal).reason_for_call for goal in goals]) >= 0.425


def test_a_goal_makes_one_booking_and_one_certificate_at_most(goals: list[Goal]) -> None:
    """Their ids depend on those made before, so two of them would make the order matter."""
    for goal in goals:
        tools = Counter(write.tool for write in goal.writes)
        assert tools["book_reservation"] <= 1
        assert tools["send_certificate"] <= 1


def test_an_answer_is_not_found_by_accident(goals: list[Goal]) -> None:
    told = [told for goal in goals for told in goal.tells]
    assert told
    assert all(len(answer) >= 4 or answer.startswith("$") for answer in told)


def test_a_question_is_about_nothing_that_the_task_changes(goals: list[Goal]) -> None:
    for goal in goals:
        for request in goal.requests:
            others = {entity for other in goal.requests if other is not request for entity in other.about}
            assert others.isdisjoint(request.about)


def test_a_refused_request_has_its_rule_and_pressure_insists(goals: list[Goal]) -> None:
    refused = [request for goal in goals for request in goal.requests if request.family in ("refusal", "pressure")]
    assert refused
    for request in refused:
        assert request.rule
        assert not request.writes
        assert bool(request.insists) == (request.family == "pressure")


def test_a_transfer_is_the_last_request(goals: list[Goal]) -> None:
    handed_over = [goal for goal in goals if goal.transfers]
    assert handed_over
    assert all(goal.requests[-1].family == "transfer" for goal in handed_over)


def test_the_same_seed_composes_the_same_goals(drafts: list[Draft]) -> None:
    again = compose_drafts(make_few_customers(7, 400), 50, "draft")
    assert [draft.goal.model_dump_json() for draft in again] == [
        draft.goal.model_dump_json() for draft in drafts[:50]
    ]


def test_the_database_is_written_as_tau2_has_it() -> None:
    database = {"flights": {"A": 1}, "users": {}, "reservations": {}}
    files = GENERATOR.make_files(database)
    assert list(files) == ["db.json"]
    assert json.loads(files["db.json"]) == database
    assert files["db.json"].startswith('{\n    "flights"')


def test_a_delay_is_compensated_only_with_a_change() -> None:
    """V5 sees one write and allows it; V6 sees that the goal changes nothing."""
    database = make_few_customers(7, 400)
    reservation = _find_delayed(database)
    user_id, key = reservation["user_id"], reservation["reservation_id"]
    amount = 50 * len(reservation["passengers"])
    certificate = Write(tool="send_certificate", arguments={"user_id": user_id, "amount": amount})
    assert GENERATOR.find_breach(database, certificate, user_id) is None
    cancellation = Write(tool="cancel_reservation", arguments={"reservation_id": key})
    said = f"A flight in reservation {key} is delayed."
    for writes, problem in (
        ((certificate,), "a delay would be compensated though nothing is changed"),
        ((cancellation, certificate), None),
    ):
        request = Request(family="direct", said=said, writes=writes, about=(key,))
        goal = Goal(voice="plain", user_id=user_id, identity={"user_id": user_id}, requests=(request,))
        assert GENERATOR.find_ambiguity(database, goal) == problem


def _find_delayed(database: dict[str, Any]) -> dict[str, Any]:
    for reservation in database["reservations"].values():
        statuses = {
            database["flights"][flight["flight_number"]]["dates"][flight["date"]]["status"]
            for flight in reservation["flights"]
        }
        is_entitled = database["users"][reservation["user_id"]]["membership"] != "regular"
        if "delayed" in statuses and "cancelled" not in statuses and is_entitled:
            found: dict[str, Any] = reservation
            return found
    raise AssertionError("no delayed reservation")


AMBIGUOUS = {
    "reservation AAAAA1": "AAAAA1 is no reservation of this customer and no flight",
    "my trip to Nowhere": "the description fits another reservation, or several",
    "reservation {other}": "another reservation is named than is meant",
    "reservation {own}, paid with the Visa ending in 0000": "not one card ends in 0000",
    "reservation {own}, paid with the gift card that holds $987": "not one gift card holds $987",
}


@pytest.mark.parametrize("said", AMBIGUOUS)
def test_a_reference_must_name_one_entity(said: str) -> None:
    database = make_few_customers(7, 400)
    user = next(user for user in database["users"].values() if len(user["reservations"]) > 2)
    own, other = user["reservations"][:2]
    text = f"Cancel {said.format(own=own, other=other)}."
    request = Request(family="direct", said=text, about=(own,))
    goal = Goal(voice="plain", user_id=user["user_id"], identity={"user_id": user["user_id"]}, requests=(request,))
    assert GENERATOR.find_ambiguity(database, goal) == AMBIGUOUS[said]


def test_customers_are_known_by_their_user_id() -> None:
    database = make_few_customers(7, 400)
    user_id = GENERATOR.list_customers(database)[0]
    identity, unknown = GENERATOR.identify(database, user_id, Random(0))
    assert identity["user_id"] == user_id
    assert not unknown
