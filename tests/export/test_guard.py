"""What may not be trained on, over the official splits: it finds what is known to be shared; the index is true."""

from typing import Any

import pytest
from support import records
from support.conversations import opened

from tautraj.export.contamination.fingerprints import TaskFingerprint, compute_fingerprint
from tautraj.export.contamination.guard import Guard, ReferenceIndex, load_guard, load_reference
from tautraj.export.contamination.reference_index import fingerprint_tasks

SHARED = {"retail": (40, 30), "airline": (20, 8)}
"""Test tasks, and those of them that share a customer with a train task (FACTS)."""


@pytest.fixture(scope="module", params=["retail", "airline"])
def splits(request: pytest.FixtureRequest) -> tuple[str, list[TaskFingerprint], list[TaskFingerprint]]:
    return request.param, *(list(fingerprint_tasks("tau2", request.param, [split])) for split in ("train", "test"))


def test_it_finds_who_is_known_to_be_shared(splits: tuple[str, list[TaskFingerprint], list[TaskFingerprint]]) -> None:
    domain, train, test = splits
    customers = {customer for one in train for customer in one.customers}
    assert all(one.customers for one in (*train, *test))
    assert (len(test), sum(bool(customers & set(one.customers)) for one in test)) == SHARED[domain]


def test_the_shipped_index_is_what_the_data_says(
    splits: tuple[str, list[TaskFingerprint], list[TaskFingerprint]],
) -> None:
    domain, train, test = splits
    index = load_reference()[domain]
    assert all(one in index.test for one in test)
    assert all(one.model_copy(update={"scenario": ()}) in index.others for one in train)


def test_every_test_task_is_refused_and_some_train_tasks_are_not(
    splits: tuple[str, list[TaskFingerprint], list[TaskFingerprint]],
) -> None:
    domain, train, test = splits
    guard = load_guard(domain, "tau2")
    assert {guard.find_refusal("base", one) for one in test} == {"a test task"}
    left = [one for one in train if guard.find_refusal("train", one) is None]
    assert 0 < len(left) < len(train)
    customers = {customer for one in test for customer in one.customers}
    assert not customers & {customer for one in left for customer in one.customers}
    both = [one for one in train if load_guard(domain).find_refusal("train", one) is None]
    assert len(both) < len(left), "classic τ-bench tests with tasks that τ² trains on"


def test_the_index_knows_both_benchmarks() -> None:
    assert {domain: (len(index.test), len(index.others)) for domain, index in load_reference().items()} == {
        "retail": (40 + 115, 74 + 500 + 20),
        "airline": (20 + 50, 30),
        "telecom": (40, 74),
    }


def told(scenario: str, **fields: Any) -> TaskFingerprint:
    gold = {"gold_actions": fields.pop("gold", []), "communicate": []}
    return compute_fingerprint(records.trajectory(scenario=scenario, privileged=gold, **fields), opened("retail"))


TEST = told(
    "You are ada_byron_1234 and want to cancel the order #W1111111 because you do not need the lamp any more.",
    task_id="900",
    gold=[{"name": "cancel_pending_order", "arguments": {"order_id": "#W1111111", "reason": "no longer needed"}}],
)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (told("", task_id="900"), "a test task"),
        (told("You are ada_byron_1234.", task_id="1"), "shares a customer with a test task"),
        (told("Where is W1111111?", task_id="1"), "shares an order or reservation with a test task"),
        (
            TEST.model_copy(update={"task": "another", "customers": (), "entities": (), "writes": ()}),
            "tells nearly the story of a test task",
        ),
        (told("You are grace_hopper_4321 and want to return two chairs.", task_id="1"), None),
    ],
    ids=["task", "customer", "order", "story", "nothing"],
)
def test_a_reason(found: TaskFingerprint, reason: str | None) -> None:
    assert Guard("retail", ReferenceIndex(test=(TEST,))).find_refusal("train", found) == reason


def test_the_same_gold_write_under_another_customer() -> None:
    same = TEST.model_copy(update={"task": "x", "customers": (), "entities": (), "scenario": ()})
    assert (
        Guard("retail", ReferenceIndex(test=(TEST,))).find_refusal("train", same)
        == "shares a gold write with a test task"
    )


def test_a_task_is_known_even_by_an_agent_that_never_asked_who_it_serves() -> None:
    shared = TEST.model_copy(update={"task": told("", task_id="7").task, "writes": ()})
    guard = Guard("retail", ReferenceIndex(test=(TEST,), others=(shared,)))
    assert guard.find_refusal("train", told("You want a lamp.", task_id="7")) == "shares a customer with a test task"
    assert guard.find_refusal("train", told("You want a lamp.", task_id="8")) is None


def test_examples_in_a_system_prompt_are_conversations_too() -> None:
    found = told("You want a lamp.", task_id="1", system_prompt="Example: I am ada_byron_1234.")
    guard = Guard("retail", ReferenceIndex(test=(TEST,)))
    assert guard.find_refusal("train", found) == "shares a customer with a test task"
    policy = told("You want a lamp.", task_id="1", system_prompt=opened("retail").agent_prompt)
    assert guard.find_refusal("train", policy) is None


def test_a_split_called_test_is_refused_whatever_it_holds() -> None:
    assert Guard("retail", ReferenceIndex()).find_refusal("test", TEST) == "a test task"


def test_the_index_tells_nothing_of_what_is_in_a_task() -> None:
    assert "ada" not in TEST.model_dump_json()
    assert "1111111" not in TEST.model_dump_json()
