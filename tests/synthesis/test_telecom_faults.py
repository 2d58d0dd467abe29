"""Broken phones: τ²'s fault tables without their customer, compositions that no test task has, tasks that hold."""

import json
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import pytest
from support.telecom_calls import Calls
from tau2.data_model.tasks import EnvAssertion
from tau2.domains.telecom.environment import get_environment, get_tasks_split
from tau2.domains.telecom.tasks import mms_issues, mobile_data_issues, service_issues
from tau2.domains.telecom.tasks.utils import BaseTask

from tautraj.synthesis.telecom import fault_tables
from tautraj.synthesis.telecom.accounts import Account, list_accounts
from tautraj.synthesis.telecom.compositions import (
    INTENTS,
    Composition,
    find_near,
    list_test_compositions,
    may_be_used,
    propose_compositions,
)
from tautraj.synthesis.telecom.fault_tables import Fault, resolve
from tautraj.synthesis.telecom.faults import propose_fault_tasks
from tautraj.synthesis.telecom.proposals import Proposal
from tautraj.synthesis.telecom.world import make_database

TAU2_FAULTS = {
    fault.name: fault
    for module in (service_issues, mobile_data_issues, mms_issues)
    for fault in vars(module).values()
    if isinstance(fault, BaseTask)
}
OUR_FAULTS = {fault.name: fault for fault in vars(fault_tables).values() if isinstance(fault, Fault)}

OFFICIAL_NAMES = {
    "customer_id": "C1001",
    "line_id": "L1002",
    "bill_id": "B1234321",
    "used_gb": 15.1,
    "refuel_gb": 2.0,
}
"""What τ²'s tables name: a customer on a plan of 15 GB."""


class World(NamedTuple):
    database: dict[str, Any]
    user_database: dict[str, Any]
    accounts: dict[str, Account]


@pytest.fixture(scope="module")
def world() -> World:
    database, user_database = make_database(7)
    return World(
        database, user_database, {account.customer["customer_id"]: account for account in list_accounts(database)}
    )


@pytest.fixture(scope="module")
def proposals(world: World) -> list[Proposal]:
    return list(islice(propose_fault_tasks(world.database, 7), 40))


def test_three_faults_are_not_the_benchmarks_and_one_of_its_is_left_out() -> None:
    ours = {"lock_sim_card_puk", "only_third_generation", "data_usage_exceeded_not_bought"}
    assert OUR_FAULTS.keys() - TAU2_FAULTS.keys() == ours
    assert TAU2_FAULTS.keys() - OUR_FAULTS.keys() == {"data_usage_exceeded_no_refuel"}


@pytest.mark.parametrize("name", sorted(TAU2_FAULTS.keys() & OUR_FAULTS.keys()))
def test_a_fault_is_broken_and_mended_as_in_the_benchmarks_table(name: str) -> None:
    theirs, ours, environment = TAU2_FAULTS[name], OUR_FAULTS[name], get_environment()
    environment.user_tools.set_user_info("John Smith", "555-123-2002")
    breaks, mends, asserted = [], [], []
    for function in theirs.init_funcs:
        calls = function(environment)
        environment.run_env_function_calls(calls)
        breaks += [(c.env_type, c.func_name, c.arguments) for c in calls if not isinstance(c, EnvAssertion)]
    assert breaks == [resolve(call, OFFICIAL_NAMES) for call in ours.breaks]
    if None in theirs.fix_funcs:
        assert ours.mends is None
        return
    for function in theirs.fix_funcs:
        mends += [(call.requestor, call.name, call.arguments) for call in function(environment)]
    for function in theirs.extra_env_assertions:
        asserted += [(call.env_type, call.func_name, call.arguments) for call in function(environment)]
    assert mends == [resolve(call, OFFICIAL_NAMES) for call in ours.mends or ()]
    if name == "overdue_bill_suspension":  # τ² asserts it of every task without service
        asserted = [("assistant", "assert_no_overdue_bill", {"overdue_bill_id": "B1234321"})]
    assert asserted == [resolve(call, OFFICIAL_NAMES) for call in ours.asserted]


@pytest.mark.parametrize(
    "name, module",
    [("service_issue", service_issues), ("mobile_data_issue", mobile_data_issues), ("mms_issue", mms_issues)],
)
def test_an_intent_asserts_what_the_benchmark_does(name: str, module: Any) -> None:
    for solved, ours in ((True, INTENTS[name].solved), (False, INTENTS[name].unsolved)):
        theirs = [(a.env_type, a.func_name, a.arguments) for a in module.get_env_assertions(expected_success=solved)]
        assert [call for call in theirs if call[1] != "assert_no_overdue_bill"] == list(ours)


@pytest.mark.parametrize("intent", INTENTS)
def test_no_composition_is_a_test_tasks_and_the_next_to_one_says_so(intent: str) -> None:
    test = get_tasks_split()["test"]
    official = {frozenset(task_id.partition("]")[2].partition("[")[0].split("|")) for task_id in test}
    assert len(test) == 40 and set(list_test_compositions()) == official
    for composition in islice(propose_compositions(Random(3), intent), 300):
        assert composition.names not in official
        differences = [(len(composition.names - other), len(other - composition.names)) for other in official]
        assert (composition.near is not None) == any(pair in ((0, 1), (1, 0), (1, 1)) for pair in differences)


def test_the_benchmarks_compositions_are_refused() -> None:
    for names in list_test_compositions():
        for intent in INTENTS:
            assert not may_be_used(Composition(intent, tuple(OUR_FAULTS[name] for name in names), None))
        assert find_near(names | {"one fault more"}) is not None
    assert find_near(frozenset({"airplane_mode_on", "bad_wifi_calling", "two", "more"})) is None


def test_two_faults_that_one_action_mends_do_not_go_together() -> None:
    both = (fault_tables.APN_BROKEN, fault_tables.MMS_APN)
    assert not may_be_used(Composition("mms_issue", both, None))
    assert may_be_used(Composition("mms_issue", both[1:], None))


def test_the_same_seed_gives_the_same_tasks(world: World, proposals: list[Proposal]) -> None:
    again = list(islice(propose_fault_tasks(world.database, 7), 40))
    assert json.dumps([proposal._asdict() for proposal in again]) == json.dumps([p._asdict() for p in proposals])
    assert len({proposal.task["id"] for proposal in again}) == 40
    assert again != list(islice(propose_fault_tasks(world.database, 8), 40))


def test_gold_is_worth_one_and_nothing_done_is_worth_nothing(world: World, proposals: list[Proposal]) -> None:
    for proposal in proposals:
        calls = Calls(world.accounts[proposal.goal["caller"]["customer_id"]], world.user_database)
        gold = proposal.task["evaluation_criteria"]["actions"]
        assert calls.grade_gold(proposal.task) == 1.0, proposal.task["id"]
        assert calls.grade(proposal.task, []) == calls.grade(proposal.task, gold[:-1]) == 0.0, proposal.task["id"]


def test_every_fault_has_to_be_mended(world: World, proposals: list[Proposal]) -> None:
    """Without what mends one of them the task fails: no fault is there for show."""
    faults = [proposal for proposal in proposals if proposal.family == "fault"]
    for proposal in faults[:15]:
        calls = Calls(world.accounts[proposal.goal["caller"]["customer_id"]], world.user_database)
        gold = proposal.task["evaluation_criteria"]["actions"]
        for name in proposal.task["id"].partition("]")[2].partition("[")[0].split("|"):
            tools = [(seat, tool) for seat, tool, _ in OUR_FAULTS[name].mends or () if tool != "reboot_device"]
            rest = [action for action in gold if (action["requestor"], action["name"]) not in tools]
            assert calls.grade(proposal.task, rest) == 0.0, (proposal.task["id"], name)
    assert len(faults) > 25


def test_what_is_in_a_task_is_the_worlds(world: World, proposals: list[Proposal]) -> None:
    for proposal in proposals:
        account = world.accounts[proposal.goal["caller"]["customer_id"]]
        assert account.is_in_order
        text = json.dumps(proposal.task)
        assert "C1001" not in text and "L1002" not in text and "B1234321" not in text and "John Smith" not in text
        assert proposal.goal["caller"]["phone_number"] in text
        assert ("abroad" in proposal.goal["location"]) == ("set_user_location" in text)
