"""What customers ask of their accounts: granted where records, policy and tools allow it, and never for nothing."""

import json
from collections import Counter
from itertools import islice
from typing import Any

import pytest
from support.telecom_calls import Calls

from tautraj.synthesis.telecom.accounts import list_accounts
from tautraj.synthesis.telecom.proposals import Proposal
from tautraj.synthesis.telecom.requests import KINDS, propose_account_tasks
from tautraj.synthesis.telecom.world import make_database

TRANSFER = "transfer_to_human_agents"


@pytest.fixture(scope="module")
def world() -> tuple[dict[str, Any], dict[str, Any]]:
    return make_database(7)


@pytest.fixture(scope="module")
def proposals(world: tuple[dict[str, Any], dict[str, Any]]) -> list[Proposal]:
    return list(propose_account_tasks(world[0], 7))


def _sample(proposals: list[Proposal], count: int) -> list[Proposal]:
    """The first `count` of each kind."""
    seen: Counter[str] = Counter()
    kept = []
    for proposal in proposals:
        kind = f"{proposal.family} {[request['kind'] for request in proposal.goal['requests']]}"
        seen[kind] += 1
        kept += [proposal] if seen[kind] <= count else []
    return kept


def _get_criteria(proposal: Proposal) -> dict[str, Any]:
    criteria: dict[str, Any] = proposal.task["evaluation_criteria"]
    return criteria


def test_every_kind_occurs_and_no_task_twice(
    world: tuple[dict[str, Any], dict[str, Any]], proposals: list[Proposal]
) -> None:
    kinds = {tuple(request["kind"] for request in proposal.goal["requests"]) for proposal in proposals}
    assert len(proposals) > 1_000 and len({proposal.task["id"] for proposal in proposals}) == len(proposals)
    assert len(kinds) == len(KINDS) - 1  # a line is asked to be resumed whether its contract has ended or not
    assert {proposal.family for proposal in proposals} == {
        "direct",
        "conditional",
        "refusal",
        "information",
        "several",
        "transfer",
    }
    again = list(islice(propose_account_tasks(world[0], 7), 50))
    assert json.dumps([p._asdict() for p in again]) == json.dumps([p._asdict() for p in proposals[:50]])


def test_gold_is_worth_one_and_nothing_done_is_worth_nothing(
    world: tuple[dict[str, Any], dict[str, Any]], proposals: list[Proposal]
) -> None:
    accounts = {account.customer["customer_id"]: account for account in list_accounts(world[0])}
    for proposal in _sample(proposals, 2):
        calls = Calls(accounts[proposal.goal["caller"]["customer_id"]], world[1])
        criteria = _get_criteria(proposal)
        answers = " ".join(criteria["communicate_info"])
        assert calls.grade_gold(proposal.task) == 1.0, proposal.task["id"]
        assert calls.grade(proposal.task, []) == 0.0, proposal.task["id"]
        if "ACTION" in criteria["reward_basis"]:
            for action in criteria["actions"]:
                rest = [other for other in criteria["actions"] if other != action]
                assert calls.grade(proposal.task, rest, answers) == 0.0, (proposal.task["id"], action["name"])
        if answers:
            assert calls.grade(proposal.task, criteria["actions"]) == 0.0, proposal.task["id"]


def test_what_nobody_asked_for_is_worth_nothing(
    world: tuple[dict[str, Any], dict[str, Any]], proposals: list[Proposal]
) -> None:
    """A bill that is not yet due is paid, or another line is refueled, beside the gold actions."""
    accounts = {account.customer["customer_id"]: account for account in list_accounts(world[0])}
    spoilt: Counter[str] = Counter()
    for proposal in _sample(proposals, 2):
        account = accounts[proposal.goal["caller"]["customer_id"]]
        customer = {"customer_id": account.customer["customer_id"]}
        calls, gold = Calls(account, world[1]), _get_criteria(proposal)["actions"]
        extras = [
            ("pay", bill["bill_id"], "send_payment_request", "bill_id") for bill in account.list_bills("Issued")
        ]
        refueled = [action["arguments"].get("line_id") for action in gold if action["name"] == "refuel_data"]
        others = [line["line_id"] for line in account.lines if line["line_id"] not in refueled]
        extras += [("refuel", line_id, "refuel_data", "line_id") for line_id in others]
        for kind, entity_id, tool, key in extras:
            amount = {"gb_amount": 1.0} if kind == "refuel" else {}
            extra = [{"requestor": "assistant", "name": tool, "arguments": {**customer, key: entity_id, **amount}}]
            extra += [{"requestor": "user", "name": "make_payment", "arguments": {}}] if kind == "pay" else []
            answers = " ".join(_get_criteria(proposal)["communicate_info"])
            assert calls.grade(proposal.task, [*gold, *extra], answers) == 0.0, (proposal.task["id"], extra)
            spoilt[kind] += 1
    assert min(spoilt["pay"], spoilt["refuel"]) > 10


def test_the_policy_allows_what_is_gold(
    world: tuple[dict[str, Any], dict[str, Any]], proposals: list[Proposal]
) -> None:
    """On the records alone: only overdue bills are paid, a line is resumed when nothing is owed and its contract
    lasts, at most 2 GB are refueled, everything is the caller's."""
    accounts = {account.customer["customer_id"]: account for account in list_accounts(world[0])}
    for proposal in proposals:
        account = accounts[proposal.goal["caller"]["customer_id"]]
        overdue = {bill["bill_id"] for bill in account.list_bills("Overdue")}
        lines = {line["line_id"]: line for line in account.lines}
        paid: set[str] = set()
        for action in _get_criteria(proposal)["actions"]:
            name, arguments = action["name"], action["arguments"]
            assert arguments.get("customer_id", account.customer["customer_id"]) == account.customer["customer_id"]
            assert arguments.get("line_id") in {None, *lines}
            if name == "send_payment_request":
                paid.add(arguments["bill_id"])
            if name == "resume_line":
                line = lines[arguments["line_id"]]
                assert paid == overdue and line["status"] == "Suspended" and line["contract_end_date"] > "2025-02-25"
            if name == "refuel_data":
                assert 0 < arguments["gb_amount"] <= 2.0
        assert paid <= overdue


def test_few_pass_by_transferring_or_need_no_action(proposals: list[Proposal]) -> None:
    first = proposals[:400]
    transfers = [p for p in first if any(action["name"] == TRANSFER for action in _get_criteria(p)["actions"])]
    assert len(transfers) <= 0.1 * len(first)
    assert {proposal.family for proposal in transfers} == {"transfer"}
