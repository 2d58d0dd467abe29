"""Requests after which nothing has been written: questions, and what the policy or the tools do not allow.

Not here: what is granted (`synthesis.telecom.operations`).
"""

from random import Random

from tautraj.synthesis.telecom.carrier.accounts import Account, Entity
from tautraj.synthesis.telecom.fault_tables import SEARCH, Call
from tautraj.synthesis.telecom.operations import Operation, name_line
from tautraj.synthesis.telecom.task_parts import TRANSFER

ONLY_OVERDUE = "Only overdue bills may be paid."


def ask_bill(rng: Random, account: Account) -> Operation | None:
    """The total of January's bill."""
    bill = next((bill for bill in account.list_bills("Paid") if bill["period_start"] == "2025-01-01"), None)
    lines = account.list_phone_lines("Active")
    if bill is None or not lines or not _is_distinctive(bill["total_due"]):
        return None
    lookup: Call = ("assistant", "get_bills_for_customer", {"customer_id": account.customer["customer_id"]})
    answers = (str(bill["total_due"]),)
    names = {"month": "January"}
    return Operation("ask_bill", lines[0], names, lookups=(lookup,), answers=answers, family="information")


def ask_data(rng: Random, account: Account) -> Operation | None:
    """The data that a line has left."""
    lines = [line for line in account.list_phone_lines("Active") if _is_distinctive(_compute_left(account, line))]
    if not lines:
        return None
    line = rng.choice(lines)
    lookup: Call = ("assistant", "get_data_usage", name_line(account, line))
    answers = (str(_compute_left(account, line)),)
    names = {"number": line["phone_number"]}
    return Operation("ask_data", line, names, lookups=(lookup,), answers=answers, family="information")


def pay_issued_bill(rng: Random, account: Account) -> Operation | None:
    """A bill that is not overdue may not be paid. Nothing tells a refusal from doing nothing, so never alone."""
    bills, lines = account.list_bills("Issued"), account.list_phone_lines("Active")
    if not account.is_in_order or not bills or not lines:
        return None
    return Operation("pay_early", lines[0], {"month": "February"}, family="refusal", rule=ONLY_OVERDUE)


def resume_after_contract(rng: Random, account: Account) -> Operation | None:
    """Have a line resumed whose contract has ended, which the policy forbids whatever is paid."""
    lines = [line for line in account.lines if line["status"] == "Suspended" and not account.is_contracted(line)]
    if not lines:
        return None
    return Operation("resume", lines[0], {}, (SEARCH,), (TRANSFER,), family="transfer")


def change_plan(rng: Random, account: Account) -> Operation | None:
    """The policy speaks of it and no tool does it, so the agent can only transfer."""
    lines = account.list_phone_lines("Active")
    if not account.is_in_order or not lines:
        return None
    line = lines[0]
    plan = rng.choice([plan for plan in account.plans if plan["plan_id"] != line["plan_id"]])
    names = {"number": line["phone_number"], "plan": plan["name"]}
    return Operation("change_plan", line, names, gold=(TRANSFER,), family="transfer")


def _compute_left(account: Account, line: Entity) -> float:
    limit: float = account.get_plan(line)["data_limit_gb"]
    used: float = line["data_used_gb"] - line["data_refueling_gb"]
    return round(limit - used, 2)


def _is_distinctive(amount: float) -> bool:
    """Whether an answer holds a number however it is written, and no id holds it: 12.4, but not 2.4 or 12.0."""
    return amount >= 10 and amount != int(amount)
