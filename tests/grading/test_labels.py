"""Every label, true and false, on conversations made by hand; over the official tasks, what FACTS say of them."""

from collections.abc import Callable
from typing import Any

import pytest
from support.cli import REPO
from support.conversations import Step, agent, call, gold, graded, opened, user

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.grading.affirmative import is_affirmative
from tautraj.grading.explanation import explain, format_explanation
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode as graded_run
from tautraj.trajectory import Labels, ToolCall, Trajectory

GREETING = agent("Hi! How can I help you today?")
LOOKED_UP = call("find_user_id_by_name_zip", first_name="Yusuf", last_name="Rossi", zip="19122")
ORDER = call("get_order_details", order_id="#W2378156")
ASKED = agent("I exchange the keyboard and the thermostat of #W2378156 and charge credit_card_9513926. Shall I?")
YES = user("Yes, please go ahead.")
EXCHANGE = {"order_id": "#W2378156", "payment_method_id": "credit_card_9513926"}
EXCHANGE |= {"item_ids": ["1151293680", "4983901480"], "new_item_ids": ["7706410293", "7747408585"]}  # type: ignore[dict-item]
EXCHANGED = call("exchange_delivered_order_items", **EXCHANGE)
WRONG = call("exchange_delivered_order_items", **EXCHANGE | {"new_item_ids": ["7706410293", "4953074738"]})  # type: ignore[dict-item]
UNKNOWN = call("exchange_delivered_order_items", **EXCHANGE | {"order_id": "#W0000000"})
TRANSFERRED = call("transfer_to_human_agents", summary="It is too difficult.")
BYE = user("Thank you. ###STOP###")
OPENED = user("I am Yusuf Rossi, 19122, and want to exchange two items of #W2378156.")
WELL = [GREETING, OPENED, LOOKED_UP, ORDER, ASKED, YES, EXCHANGED, agent("It is done."), BYE]
"""Retail 0, as it should go."""

SOPHIA = user("I am Sophia Silva, sophia_silva_7557. Book me ORD to PHL on May 26.")
BOOKING: dict[str, Any] = {
    "user_id": "sophia_silva_7557",
    "origin": "ORD",
    "destination": "PHL",
    "flight_type": "one_way",
    "cabin": "economy",
    "flights": [{"flight_number": "HAT271", "date": "2024-05-26"}],
    "passengers": [
        {"first_name": "Sophia", "last_name": "Silva", "dob": "1957-10-05"},
        {"first_name": "Kevin", "last_name": "Smith", "dob": "2001-04-12"},
    ],
    "payment_methods": [{"payment_id": "certificate_8045380", "amount": 348}],
    "total_baggages": 0,
    "nonfree_baggages": 0,
    "insurance": "no",
}
TURNED = {**BOOKING, "passengers": BOOKING["passengers"][::-1]}
REROUTED = "update_reservation_flights"
CONFIRMED = [agent("Shall I book it?"), YES]


def booked(**changed: Any) -> list[Step]:
    return [GREETING, SOPHIA, *CONFIRMED, call("book_reservation", **BOOKING | changed), BYE]


def cancelled(reservation: str) -> list[Step]:
    return [GREETING, user("Cancel it."), *CONFIRMED, call("cancel_reservation", reservation_id=reservation), BYE]


def as_gold(task: str, name: str) -> list[Step]:
    return [GREETING, user("Change it."), *CONFIRMED, gold("airline", task, name), BYE]


def without(steps: list[Step], *left_out: Step) -> list[Step]:
    return [step for step in steps if step not in left_out]


def swapped(steps: list[Step], old: Step, *new: Step) -> list[Step]:
    at = steps.index(old)
    return [*steps[:at], *new, *steps[at + 1 :]]


CASES: list[tuple[str, Any, str, str, list[Step]]] = [
    ("inaction_passes", True, "retail", "10", [GREETING, BYE]),
    ("inaction_passes", False, "retail", "0", [GREETING, BYE]),
    ("gold_known_bad", True, "retail", "12", [GREETING, BYE]),
    ("gold_known_bad", False, "retail", "0", WELL),
    ("wrote_nothing", True, "retail", "0", without(WELL, EXCHANGED)),
    ("wrote_nothing", True, "retail", "0", swapped(WELL, EXCHANGED, UNKNOWN)),
    ("wrote_nothing", False, "retail", "0", WELL),
    ("acted_after_stop", True, "retail", "0", [GREETING, BYE, agent("Wait!")]),
    ("acted_after_stop", True, "retail", "0", [*WELL[:4], TRANSFERRED, user("Wait, my order!"), EXCHANGED, BYE]),
    ("acted_after_stop", False, "retail", "0", WELL),
    ("acted_after_stop", False, "retail", "0", [*WELL[:4], TRANSFERRED, agent("PLEASE HOLD ON."), BYE]),
    ("unconfirmed_write", True, "retail", "0", without(WELL, YES)),
    ("unconfirmed_write", True, "retail", "0", swapped(WELL, YES, user("No, wait. Is it correct?"))),
    ("unconfirmed_write", False, "retail", "0", WELL),
    ("unconfirmed_write", None, "mock", "create_task_1", [GREETING, BYE]),
    ("unauthenticated_write", True, "retail", "0", without(WELL, LOOKED_UP)),
    ("unauthenticated_write", False, "retail", "0", WELL),
    ("unauthenticated_write", True, "airline", "8", without(booked(), SOPHIA)),
    ("unauthenticated_write", False, "airline", "8", booked()),
    ("unauthenticated_write", None, "mock", "create_task_1", [GREETING, BYE]),
    ("repeated_call", True, "retail", "0", swapped(WELL, ORDER, ORDER, ORDER)),
    ("repeated_call", False, "retail", "0", swapped(WELL, EXCHANGED, EXCHANGED, ORDER)),
    ("recovered", True, "retail", "0", swapped(WELL, EXCHANGED, UNKNOWN, EXCHANGED)),
    ("recovered", False, "retail", "0", swapped(WELL, EXCHANGED, EXCHANGED, UNKNOWN)),
    ("customer_contradicted", True, "retail", "0", swapped(WELL, OPENED, user("I am Yusuf Rossi, 19133."))),
    ("customer_contradicted", False, "retail", "0", WELL),
    ("customer_invented", True, "retail", "0", swapped(WELL, OPENED, user("I am yusuf@example.com."))),
    ("customer_invented", False, "retail", "0", swapped(WELL, YES, user("Yes, credit_card_9513926 is correct."))),
    ("customer_stopped_early", True, "retail", "0", [*WELL[:5], user("Yes, thank you. ###STOP###")]),
    ("customer_stopped_early", False, "retail", "0", WELL),
    ("violations", (), "retail", "0", WELL),
    ("violations", None, "mock", "create_task_1", [GREETING, BYE]),
    (
        "violations",
        ("several calls at once",),
        "retail",
        "0",
        [GREETING, call("list_all_product_types", dropped=[ToolCall(id="x", name="y", arguments={})]), BYE],
    ),
    (
        "violations",
        ("two customers in one conversation",),
        "retail",
        "0",
        [*WELL[:4], call("find_user_id_by_name_zip", first_name="Mei", last_name="Kovacs", zip="28236"), BYE],
    ),
    (
        "violations",
        ("another customer's order was changed",),
        "retail",
        "0",
        swapped(
            WELL,
            EXCHANGED,
            call(
                "return_delivered_order_items",
                order_id="#W6390527",
                item_ids=["8538875209"],
                payment_method_id="paypal_7644869",
            ),
        ),
    ),
    ("violations", (), "airline", "8", booked()),
    ("violations", ("free bags were miscounted",), "airline", "33", as_gold("33", "update_reservation_baggages")),
    ("violations", ("a reservation was cancelled that may not be",), "airline", "7", cancelled("XEHM4B")),
    ("violations", ("a reservation was changed whose flights have begun",), "airline", "9", cancelled("NQNU5R")),
    (
        "violations",
        ("origin or destination was changed",),
        "airline",
        "29",
        as_gold("29", "update_reservation_flights"),
    ),
    ("canonical_reward", 1.0, "airline", "8", booked(passengers=TURNED["passengers"])),
    ("canonical_reward", 0.0, "airline", "8", booked(passengers=BOOKING["passengers"][:1] * 2)),
    ("canonical_reward", 1.0, "retail", "0", WELL),
    ("passed_by_default", ("communicate",), "retail", "0", WELL),
    ("passed_by_default", ("db", "communicate"), "airline", "0", [GREETING, BYE]),
    ("passed_by_default", (), "retail", "2", [GREETING, BYE]),
    ("answer_cut_off", False, "retail", "0", WELL),
    ("answer_cut_off", True, "retail", "0", [GREETING, OPENED, agent("Let me look up your", finish="length"), BYE]),
    ("customer_at_fault", True, "retail", "0", swapped(WELL, OPENED, user("I am Yusuf Rossi, 19133."))),
    ("customer_at_fault", False, "retail", "0", WELL),
    ("customer_at_fault", False, "retail", "0", swapped(WELL, EXCHANGED, WRONG, user("My zip is 19133."))),
    ("customer_at_fault", False, "retail", "0", swapped(WELL, OPENED, user("Hi!"), user("<tool_call>"))),
]


@pytest.mark.parametrize(
    ("label", "expected", "domain", "task", "steps"),
    CASES,
    ids=[f"{label}={expected}" for label, expected, *_ in CASES],
)
def test_a_label(label: str, expected: Any, domain: str, task: str, steps: list[Step]) -> None:
    played = graded(domain, task, *steps)
    assert played.labels is not None
    assert getattr(played.labels, label) == expected


def test_every_label_is_seen_both_ways() -> None:
    seen: dict[str, set[str]] = {}
    for label, expected, *_ in CASES:
        seen.setdefault(label, set()).add(str(bool(expected)))
    assert seen == {label: {"True", "False"} for label in Labels.model_fields}


def test_order_counts_for_the_strict_reward_alone() -> None:
    played = graded("airline", "8", *booked(passengers=TURNED["passengers"]))
    assert (played.reward, played.labels and played.labels.canonical_reward) == (0.0, 1.0)


def test_each_is_documented() -> None:
    text = (REPO / "docs" / "labels.md").read_text()
    assert [label for label in Labels.model_fields if f"\n| `{label}` | " not in text] == []
    sentences = {sentence for _, found, *_ in CASES if isinstance(found, tuple) for sentence in found}
    rules = sentences - {"db", "communicate"}
    assert [rule for rule in rules if f" | {rule}" not in text] == []


@pytest.mark.parametrize(
    "text", ["Yes.", "yes, please", "That's right, go ahead", "OK", "Please proceed!", "Yes, I don't mind. Soon?"]
)
def test_a_yes(text: str) -> None:
    assert is_affirmative(text)


@pytest.mark.parametrize(
    "text",
    [
        "No.",
        "",
        "What is the price?",
        "no, that is not correct",
        "Please don't proceed yet",
        "I'm not sure.",
        "Is that okay?",
    ],
)
def test_no_yes(text: str) -> None:
    assert not is_affirmative(text)


BROKEN_BY_GOLD = {"airline": {"7", "9", "29", "33", "37"}, "retail": set()}


@pytest.mark.parametrize("domain", ["airline", "retail"])
def test_the_rules_find_fault_with_known_bad_golds_alone(domain: str, run_of: Callable[..., Run]) -> None:
    run = run_of(f"domain={domain}", "split=base")
    benchmark = open_benchmark(run.benchmark, run.domain)
    played = [
        graded_run(run_episode(run, spec, Recorder()), run)
        for spec in plan_episodes(run, benchmark.list_task_ids("base"))
    ]
    labels = {one.task_id: one.labels for one in played if one.labels}
    assert len(labels) == len(played) == {"airline": 50, "retail": 114}[domain]
    broken = {task for task, found in labels.items() if found.violations}
    assert broken == BROKEN_BY_GOLD[domain]
    assert broken <= set(benchmark.quarantine)
    assert {found.acted_after_stop for found in labels.values()} == {False}
    assert sum(found.inaction_passes for found in labels.values()) == {"airline": 19, "retail": 7}[domain]
    assert not any(found.unconfirmed_write or found.unauthenticated_write for found in labels.values())
    faults = {task for task, found in labels.items() if found.customer_contradicted or found.customer_invented}
    assert faults == set()
    assert not any(found.customer_stopped_early for found in labels.values())


def told(played: Trajectory) -> list[str]:
    return list(format_explanation(explain(played, opened(played.domain))))


def test_a_success_needs_no_explanation() -> None:
    assert told(graded("retail", "0", *WELL)) == []


def test_a_wrong_write_is_named_with_the_fields_that_differ() -> None:
    said = told(graded("retail", "0", *swapped(WELL, EXCHANGED, WRONG)))
    assert said[0].startswith("turn 6: exchange_delivered_order_items(")
    assert said[0].endswith("is not a gold write")
    assert any(line.startswith("orders.#W2378156.exchange_new_items.") for line in said)


def test_a_write_that_was_not_made_is_named() -> None:
    said = told(graded("retail", "0", *without(WELL, EXCHANGED)))
    assert said[0].startswith("never written: exchange_delivered_order_items(order_id='#W2378156'")
    assert "orders.#W2378156.status: gold 'exchange requested', actual 'delivered'" in said


def test_what_the_customer_was_not_told() -> None:
    assert any(line.startswith("the customer was not told '") for line in told(graded("retail", "2", GREETING, BYE)))


def test_an_entity_that_should_not_be_there() -> None:
    said = told(graded("airline", "0", *booked()))
    assert any(line.startswith("reservations.") and "gold '(nothing)'" in line for line in said)
