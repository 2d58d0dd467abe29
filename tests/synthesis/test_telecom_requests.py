"""What customers ask of their accounts: granted where records, policy and tools allow it, and never for nothing."""

from collections import Counter
from random import Random
from typing import Any

import pytest
from support.telecom_calls import Calls

from tautraj.synthesis.generator import Case, Draft
from tautraj.synthesis.telecom.carrier.accounts import list_accounts
from tautraj.synthesis.telecom.carrier.world import make_database
from tautraj.synthesis.telecom.requests import KINDS, draft_account_task
from tautraj.synthesis.world_folder import to_task

TRANSFER = "transfer_to_human_agents"


@pytest.fixture(scope="module")
def world() -> tuple[dict[str, Any], dict[str, Any]]:
    return make_database(7)


@pytest.fixture(scope="module")
def drafts(world: tuple[dict[str, Any], dict[str, Any]]) -> list[Draft]:
    return _draw(world[0], 250)


def _draw(database: dict[str, Any], count: int) -> list[Draft]:
    rng = Random("test")
    drawn = [draft_account_task(rng, database) for _ in range(count)]
    return [draft for draft in drawn if draft is not None]


def _sample(drafts: list[Draft], count: int) -> list[Draft]:
    """The first `count` of each kind."""
    seen: Counter[str] = Counter()
    kept = []
    for draft in drafts:
        kind = f"{draft.family} {_get_case(draft).parts}"
        seen[kind] += 1
        kept += [draft] if seen[kind] <= count else []
    return kept


def _get_case(draft: Draft) -> Case:
    assert draft.case is not None
    return draft.case


def _get_criteria(draft: Draft) -> dict[str, Any]:
    return _get_case(draft).evaluation_criteria


def _to_task(draft: Draft) -> dict[str, Any]:
    return to_task("a task", draft.goal, "telecom", draft.case)


def test_every_kind_occurs(drafts: list[Draft], world: tuple[dict[str, Any], dict[str, Any]]) -> None:
    parts = {tuple(part.partition(" ")[0] for part in _get_case(draft).parts) for draft in drafts}
    assert len(drafts) > 240
    assert len(parts) == len(KINDS) - 1  # a line is asked to be resumed whether its contract has ended or not
    assert {draft.family for draft in drafts} == {
        "direct",
        "conditional",
        "refusal",
        "information",
        "combined",
        "transfer",
    }
    again = _draw(world[0], 50)
    assert again == drafts[: len(again)]


def test_gold_is_worth_one_and_nothing_done_is_worth_nothing(
    world: tuple[dict[str, Any], dict[str, Any]], drafts: list[Draft]
) -> None:
    accounts = {account.customer["customer_id"]: account for account in list_accounts(world[0])}
    for draft in _sample(drafts, 2):
        calls = Calls(accounts[draft.goal.user_id], world[1])
        criteria = _get_criteria(draft)
        answers = " ".join(criteria["communicate_info"])
        assert calls.grade_gold(_to_task(draft)) == 1.0, _get_case(draft).name
        assert calls.grade(_to_task(draft), []) == 0.0, _get_case(draft).name
        if "ACTION" in criteria["reward_basis"]:
            for action in criteria["actions"]:
                rest = [other for other in criteria["actions"] if other != action]
                assert calls.grade(_to_task(draft), rest, answers) == 0.0, (_get_case(draft).name, action["name"])
        if answers:
            assert calls.grade(_to_task(draft), criteria["actions"]) == 0.0, _get_case(draft).name


def test_what_nobody_asked_for_is_worth_nothing(
    world: tuple[dict[str, Any], dict[str, Any]], drafts: list[Draft]
) -> None:
    """A bill that is not yet due is paid, or another line is refueled, beside the gold actions."""
    accounts = {account.customer["customer_id"]: account for account in list_accounts(world[0])}
    spoilt: Counter[str] = Counter()
    for draft in _sample(drafts, 2):
        account = accounts[draft.goal.user_id]
        customer = {"customer_id": account.customer["customer_id"]}
        calls, gold = Calls(account, world[1]), _get_criteria(draft)["actions"]
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
            answers = " ".join(_get_criteria(draft)["communicate_info"])
            assert calls.grade(_to_task(draft), [*gold, *extra], answers) == 0.0, (_get_case(draft).name, extra)
            spoilt[kind] += 1
    assert min(spoilt["pay"], spoilt["refuel"]) > 10


def test_the_policy_allows_what_is_gold(world: tuple[dict[str, Any], dict[str, Any]], drafts: list[Draft]) -> None:
    """On the records alone: only overdue bills are paid, a line is resumed when nothing is owed and its contract
    lasts, at most 2 GB are refueled, everything is the caller's."""
    accounts = {account.customer["customer_id"]: account for account in list_accounts(world[0])}
    for draft in drafts:
        account = accounts[draft.goal.user_id]
        overdue = {bill["bill_id"] for bill in account.list_bills("Overdue")}
        lines = {line["line_id"]: line for line in account.lines}
        paid: set[str] = set()
        for action in _get_criteria(draft)["actions"]:
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


def test_few_pass_by_transferring_or_need_no_action(drafts: list[Draft]) -> None:
    transfers = [d for d in drafts if any(action["name"] == TRANSFER for action in _get_criteria(d)["actions"])]
    assert len(transfers) <= 0.1 * len(drafts)
    assert {draft.family for draft in transfers} == {"transfer"}
