"""What the policy says about the gold actions of a task, on the raw data of its initial world. No tool is called.

Not here: which tasks are made (`synthesis.telecom.faults`, `synthesis.telecom.requests`).
"""

import re
from collections.abc import Sequence
from typing import Any

from tautraj.benchmarks.goals import TRANSFER_TOOL, Goal
from tautraj.synthesis.telecom.carrier.world import TODAY
from tautraj.synthesis.telecom.operations import MAX_REFUEL_GB

State = dict[str, Any]
"""The carrier's collections as lists of entities, and the phone's `device`."""

PHONE_NUMBER = re.compile(r"\b\d{3}-\d{3}-\d{4}\b")

MONTHS = {"January": "2025-01", "February": "2025-02"}


def find_breach(state: State, goal: Goal, actions: Sequence[dict[str, Any]]) -> str | None:
    """Why the policy forbids one of the actions, taken one after another; None if it allows them all."""
    customer = _get(state, "customers", goal.user_id)
    overdue = {bill["bill_id"] for bill in _list_bills(state, customer) if bill["status"] == "Overdue"}
    paid: set[str] = set()
    for action in actions:
        tool, arguments = action["name"], action["arguments"]
        if arguments.get("customer_id", goal.user_id) != goal.user_id:
            return f"{tool}: the account is somebody else's"
        if arguments.get("line_id", customer["line_ids"][0]) not in customer["line_ids"]:
            return f"{tool}: the line is somebody else's"
        if tool == "send_payment_request":
            if arguments["bill_id"] not in overdue - paid:
                return f"{arguments['bill_id']} is not overdue"
            paid.add(arguments["bill_id"])
        elif tool == "resume_line":
            line = _get(state, "lines", arguments["line_id"])
            if line["status"] != "Suspended" or overdue - paid or _is_contract_over(line):
                return f"{line['line_id']} may not be resumed"
        elif tool == "refuel_data" and not 0 < arguments["gb_amount"] <= MAX_REFUEL_GB:
            return f"{arguments['gb_amount']} GB may not be refueled"
    transfers = any(action["name"] == TRANSFER_TOOL for action in actions)
    reason = _find_reason_to_transfer(state, goal)
    if transfers != (reason is not None):
        return f"a transfer, though nothing forbids to help: {reason}" if transfers else f"no transfer: {reason}"
    return None


def _find_reason_to_transfer(state: State, goal: Goal) -> str | None:
    """Why no action of the agent's can help."""
    if goal.requests[0].content_when is None:
        return _find_reason_in_requests(state, goal)
    device, line = state["device"], _get_called_line(state, goal)
    if device["sim_card_status"].startswith("locked"):
        return "the SIM card is locked"
    if line["status"] == "Suspended" and _is_contract_over(line):
        return "the contract of the suspended line has ended"
    plan = _get(state, "plans", line["plan_id"])
    is_used_up = line["data_used_gb"] >= plan["data_limit_gb"] + line["data_refueling_gb"]
    buys = re.search(r"\d GB", goal.requests[0].answers.get("data", ""))
    return "the data is used up and no more is bought" if is_used_up and not buys else None


def _find_reason_in_requests(state: State, goal: Goal) -> str | None:
    """A suspended line whose contract has ended, where it is what is asked for; a plan, which no tool changes."""
    line = _get_called_line(state, goal)
    request_text = " ".join(request.said for request in goal.requests if request.family == "transfer")
    if not request_text:
        return None
    if any(
        f"{plan['name']} plan" in request_text or f"plan {plan['name']}" in request_text for plan in state["plans"]
    ):
        return "no tool changes a plan"
    is_over = line["status"] == "Suspended" and _is_contract_over(line)
    return "the contract of the suspended line has ended" if is_over else None


def find_ambiguity(state: State, goal: Goal) -> str | None:
    """A number that is not a line of the customer's, or a month that has not one bill of its."""
    customer = _get(state, "customers", goal.user_id)
    own = [line["phone_number"] for line in state["lines"] if line["line_id"] in customer["line_ids"]]
    spoken = " ".join(request.said for request in goal.requests)
    for number in (goal.identity["phone"], *PHONE_NUMBER.findall(spoken)):
        if own.count(number) != 1:
            return f"{number} is {own.count(number)} lines of the customer"
    for name, month in MONTHS.items():
        bills = [bill for bill in _list_bills(state, customer) if bill["period_start"].startswith(month)]
        if name in spoken and len(bills) != 1:
            return f"{name} has {len(bills)} bills"
    names = [other["full_name"] for other in state["customers"]]
    return None if names.count(goal.identity["name"]) == 1 else "the name is another customer's too"


def _get_called_line(state: State, goal: Goal) -> dict[str, Any]:
    return next(line for line in state["lines"] if line["phone_number"] == goal.identity["phone"])


def _is_contract_over(line: dict[str, Any]) -> bool:
    return str(line["contract_end_date"]) < TODAY.isoformat()


def _list_bills(state: State, customer: dict[str, Any]) -> list[dict[str, Any]]:
    return [bill for bill in state["bills"] if bill["bill_id"] in customer["bill_ids"]]


def _get(state: State, collection: str, key: str) -> dict[str, Any]:
    entity: dict[str, Any] = next(
        entity for entity in state[collection] if entity[f"{collection.removesuffix('s')}_id"] == key
    )
    return entity
