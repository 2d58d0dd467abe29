"""Broken phones: τ²'s fault tables without their customer, compositions that no test task has, tasks that hold."""

import json
import re
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import pytest
from support.telecom_calls import Calls
from tau2.data_model.tasks import EnvAssertion
from tau2.domains.telecom.environment import get_environment, get_tasks_split
from tau2.domains.telecom.tasks import mms_issues, mobile_data_issues, service_issues
from tau2.domains.telecom.tasks.utils import BaseTask

from tautraj.synthesis.diversity import drop_near_duplicates
from tautraj.synthesis.generator import Case, Draft
from tautraj.synthesis.telecom import fault_tables
from tautraj.synthesis.telecom.carrier.accounts import Account, list_accounts
from tautraj.synthesis.telecom.carrier.world import make_database
from tautraj.synthesis.telecom.clauses_accounts import CLAUSES as ACCOUNT_CLAUSES
from tautraj.synthesis.telecom.clauses_faults import CLAUSES as FAULT_CLAUSES
from tautraj.synthesis.telecom.compositions import (
    INTENTS,
    Composition,
    find_near,
    list_test_compositions,
    may_be_used,
    propose_compositions,
)
from tautraj.synthesis.telecom.fault_tables import Fault, resolve
from tautraj.synthesis.telecom.faults import PLACES, draft_fault_task
from tautraj.synthesis.text import write_text
from tautraj.synthesis.voices import VOICES
from tautraj.synthesis.world_folder import to_task

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
def drafts(world: World) -> list[Draft]:
    return _draw(world, 40)


def _draw(world: World, count: int) -> list[Draft]:
    rng = Random("test")
    return [draft_fault_task(rng, world.database) for _ in range(count)]


def _get_case(draft: Draft) -> Case:
    assert draft.case is not None
    return draft.case


def _to_task(draft: Draft) -> dict[str, Any]:
    return to_task("a task", draft.goal, "telecom", draft.case)


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


def test_the_same_seed_gives_the_same_tasks(world: World, drafts: list[Draft]) -> None:
    assert _draw(world, 40) == drafts
    assert len({_get_case(draft).name for draft in drafts}) == 40


def test_gold_is_worth_one_and_nothing_done_is_worth_nothing(world: World, drafts: list[Draft]) -> None:
    for draft in drafts:
        calls, task = Calls(world.accounts[draft.goal.user_id], world.user_database), _to_task(draft)
        gold, name = task["evaluation_criteria"]["actions"], _get_case(draft).name
        assert calls.grade_gold(task) == 1.0, name
        assert calls.grade(task, []) == calls.grade(task, gold[:-1]) == 0.0, name


def test_every_fault_has_to_be_mended(world: World, drafts: list[Draft]) -> None:
    """Without what mends one of them the task fails: no fault is there for show."""
    faults = [draft for draft in drafts if draft.family == "fault"]
    for draft in faults[:15]:
        calls, task = Calls(world.accounts[draft.goal.user_id], world.user_database), _to_task(draft)
        gold = task["evaluation_criteria"]["actions"]
        for name in _get_case(draft).parts:
            tools = [(seat, tool) for seat, tool, _ in OUR_FAULTS[name].mends or () if tool != "reboot_device"]
            rest = [action for action in gold if (action["requestor"], action["name"]) not in tools]
            assert calls.grade(task, rest) == 0.0, (_get_case(draft).name, name)
    assert len(faults) > 25


def test_what_is_in_a_task_is_the_worlds(world: World, drafts: list[Draft]) -> None:
    for draft in drafts:
        assert world.accounts[draft.goal.user_id].is_in_order
        text, place = json.dumps(_to_task(draft)), draft.goal.requests[0].answers["place"]
        assert "C1001" not in text and "L1002" not in text and "B1234321" not in text and "John Smith" not in text
        assert draft.goal.identity["phone"] in text
        assert ("set_user_location" in text) == any(country in place for country in PLACES)


def test_the_text_does_not_tell_what_is_wrong(drafts: list[Draft]) -> None:
    """Two tasks with different faults and the same complaint differ in nothing that the agent can read beforehand."""
    faults = r"airplane|sim\b|apn|data saver|vpn|wi-?fi calling|permission|overdue|suspend|roaming|2g"
    for draft in drafts:
        assert not re.search(faults, draft.goal.requests[0].said.lower())


def test_the_text_holds_all_that_the_customer_says(drafts: list[Draft]) -> None:
    """Complaints alone are few: the texts would be near-duplicates of each other."""
    texts = [write_text(draft.goal).reason_for_call for draft in drafts]
    for draft, text in zip(drafts, texts, strict=True):
        assert draft.goal.requests[0].said.replace('"', "'") in text
    assert len(drop_near_duplicates(texts)) >= 38


def test_a_solvable_task_says_what_is_agreed_to(drafts: list[Draft]) -> None:
    for draft in drafts:
        gold = _get_case(draft).evaluation_criteria["actions"]
        agent = [action["name"] for action in gold if action["requestor"] == "assistant"]
        transfers = agent == ["transfer_to_human_agents"]
        assert draft.goal.transfers == transfers == (draft.family == "transfer")
        assert transfers or [write.tool for write in draft.goal.writes] == agent


def test_every_clause_is_worded_in_every_voice() -> None:
    """A dozen wordings or more for each, brackets apart."""
    for name, clause in {**FAULT_CLAUSES, **ACCOUNT_CLAUSES}.items():
        assert list(clause) == list(VOICES), name
        assert sum(map(len, clause.values())) >= 12, name
