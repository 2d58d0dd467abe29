"""A proposed task: τ²'s task as plain data, the goal that its text is made from, and what is known about it.

A proposal is not proved: see the checks that a task passes before it is written.
"""

from typing import Any, NamedTuple

from tautraj.synthesis.telecom.accounts import Account, Entity
from tautraj.synthesis.telecom.fault_tables import Call

PERSONAS = {
    "None": None,
    "Brisk": "You live by your phone and know its settings. You are quick, a bit impatient, and use few words.",
    "Careful": "Somebody else set the phone up for you. You take one step and say what you see before the next.",
    "Chatty": "You like to talk. You wander off the subject and come back to it when asked.",
    "Exact": "You answer precisely and want to know what a step is for before you take it.",
    "Worried": "You are afraid of breaking something or losing your photos, and are glad of a kind word.",
}
"""Name -> how a customer is; None: nobody in particular. They say nothing that the database could contradict."""

TRANSFER: Call = (
    "assistant",
    "transfer_to_human_agents",
    {"summary": "Neither the policy nor the tools allow what the customer needs."},
)


class Proposal(NamedTuple):
    task: dict[str, Any]
    """As in τ²'s tasks.json."""
    goal: dict[str, Any]
    """Who calls, for what, what is known, what is accepted, when the customer is content."""
    family: str
    """fault, direct, conditional, refusal, information, several or transfer."""
    parts: tuple[str, ...]
    """The faults in the order of the workflow, or what is asked for: their number is a measure of difficulty."""
    near: str | None
    """The official test task whose composition differs by one fault."""


def describe_caller(account: Account, line: Entity) -> dict[str, str]:
    """What a customer knows about itself, and the ids that only the carrier knows."""
    return {
        "name": account.customer["full_name"],
        "date_of_birth": account.customer["date_of_birth"],
        "phone_number": line["phone_number"],
        "customer_id": account.customer["customer_id"],
        "line_id": line["line_id"],
    }


def to_setup(call: Call) -> dict[str, Any]:
    """A call on the environment before the conversation, as τ² writes it."""
    seat, function, arguments = call
    return {"env_type": seat, "func_name": function, "arguments": arguments}


def to_assertion(call: Call, holds: bool = True) -> dict[str, Any]:
    """What τ²'s evaluator asks of the environment after the conversation."""
    return to_setup(call) | {"assert_value": holds}


def to_actions(calls: list[Call]) -> list[dict[str, Any]]:
    """Gold actions as τ² writes them. A transfer's summary is free."""
    return [
        {
            "action_id": f"{tool}_{index}",
            "requestor": seat,
            "name": tool,
            "arguments": arguments,
            "compare_args": [] if tool == TRANSFER[1] else None,
        }
        for index, (seat, tool, arguments) in enumerate(calls)
    ]


def to_initial_state(caller: dict[str, str], phone: dict[str, Any], calls: list[Call]) -> dict[str, Any]:
    """The customer's phone, who holds it, and what happened before the call."""
    user = ("user", "set_user_info", {"name": caller["name"], "phone_number": caller["phone_number"]})
    return {
        "initialization_data": {"user_data": {"device": phone}},
        "initialization_actions": [to_setup(call) for call in (user, *calls)],
    }
