"""Telecom's lists, shared and looked up by key: the stock world's answers and hashes, and they stay as they were."""

import functools
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from tau2.data_model import message as m
from tau2.registry import registry
from tau2.utils import get_dict_hash

from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain, WorldKind

KINDS: tuple[WorldKind, WorldKind] = ("overlay", "stock")

WITH_DRAFT = "C1001"
"""Who has a draft bill: refueling for others makes one, with a random id."""


@functools.cache
def _open(kind: WorldKind) -> Any:
    return open_benchmark(BenchmarkConfig(name="tau2", world=kind), Domain(name="telecom", data_dir=None))


def _build_both() -> list[Any]:
    """Environments without a task, shared and stock."""
    return [registry.get_env_constructor(_open(kind)._registry_name)() for kind in KINDS]


def _draw_call(rng: Random, database: Any) -> tuple[str, dict[str, Any]]:
    """A tool of the agent's with ids of one customer, now and then of another, or with none that exists."""
    customer, other = rng.sample(database.customers, 2)
    stranger = other if rng.random() < 0.2 else customer
    own = {"customer_id": stranger.customer_id, "line_id": rng.choice([*customer.line_ids, "L0"])}
    bill = {"customer_id": stranger.customer_id, "bill_id": rng.choice([*customer.bill_ids, "B0"])}
    ids = [*customer.line_ids, *customer.bill_ids, customer.customer_id, "C0", "X1"]
    ids += [rng.choice(database.plans).plan_id, rng.choice(database.devices).device_id]
    numbers = [customer.phone_number, "0", *(line.phone_number for line in database.lines)]
    amount = rng.choice((0, 1.5)) if stranger.customer_id == WITH_DRAFT else 0
    calls: list[tuple[str, dict[str, Any]]] = [
        ("get_customer_by_phone", {"phone_number": rng.choice(numbers)}),
        ("get_customer_by_id", {"customer_id": customer.customer_id}),
        ("get_customer_by_id", {"id": customer.customer_id}),
        ("get_customer_by_name", {"full_name": customer.full_name.upper(), "dob": customer.date_of_birth}),
        ("get_details_by_id", {"id": rng.choice(ids)}),
        ("get_bills_for_customer", {"customer_id": customer.customer_id}),
        ("get_data_usage", own),
        ("suspend_line", own | {"reason": "a wish"}),
        ("resume_line", own),
        ("enable_roaming", own),
        ("disable_roaming", own),
        ("refuel_data", own | {"gb_amount": amount}),
        ("send_payment_request", bill),
    ]
    return rng.choice(calls)


@pytest.mark.parametrize("sequences", [8, pytest.param(100, marks=pytest.mark.slow)])
def test_any_sequence_of_calls_goes_the_same_way(sequences: int) -> None:
    rng, used = Random("lists"), set()
    for _ in range(sequences):
        both = _build_both()
        database = both[1].tools.db
        number = rng.choice(database.lines).phone_number
        for environment in both:
            environment.user_tools.set_user_info(name="x", phone_number=number)
        for index in range(40):
            tool, arguments = _draw_call(rng, database)
            call = m.ToolCall(id=str(index), name=tool, arguments=arguments)
            ours, theirs = (environment.get_response(call) for environment in both)
            assert (ours.content, ours.error) == (theirs.content, theirs.error), call
            used |= set() if theirs.error else {tool}
        assert both[0].get_db_hash() == both[1].get_db_hash()
    assert len(used) == 12
    whole = [get_dict_hash(environment.tools.db.model_dump()) for environment in _build_both()]
    assert whole[0] == whole[1], "the shared lists were changed"


CHANGES: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda tools: None,
    "a bill more": lambda tools: tools.db.bills.append(tools.db.bills[0].model_copy(update={"bill_id": "B7"})),
    "a bill less": lambda tools: tools.db.bills.pop(),
    "the first bill less": lambda tools: tools.db.bills.pop(0),
    "another database": lambda tools: tools.update_db({"bills": []}),
    "a write that was taken back": lambda tools: (
        [tools.resume_line("C1001", "L1001")] if tools.suspend_line("C1001", "L1001", "x") else None
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_list_is_hashed_as_tau2_does(change: Callable[[Any], Any]) -> None:
    both = _build_both()
    for environment in both:
        change(environment.tools)
    ours, theirs = both
    assert ours.get_db_hash() == theirs.get_db_hash() == get_dict_hash(ours.tools.db.model_dump())


def test_tools_are_described_as_tau2_does() -> None:
    assert _open("overlay").tools == _open("stock").tools
    assert _open("overlay").writing_tools == _open("stock").writing_tools
