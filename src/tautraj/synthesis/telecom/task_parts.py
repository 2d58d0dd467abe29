"""The parts of a telecom task as τ² writes them: initial state, gold actions, assertions."""

from typing import Any, NamedTuple

from tautraj.benchmarks.goals import TRANSFER_SUMMARY, TRANSFER_TOOL, Write
from tautraj.synthesis.telecom.carrier.accounts import Account, Entity
from tautraj.synthesis.telecom.fault_tables import Call

TRANSFER: Call = ("assistant", TRANSFER_TOOL, {"summary": TRANSFER_SUMMARY})


class Caller(NamedTuple):
    """A customer with the line that it calls about, and the ids that only the carrier knows."""

    name: str
    date_of_birth: str
    phone_number: str
    customer_id: str
    line_id: str

    @property
    def identity(self) -> dict[str, str]:
        """What it knows of itself, as `Goal.identity`."""
        return {"name": self.name, "phone": self.phone_number, "date_of_birth": self.date_of_birth}


def describe_caller(account: Account, line: Entity) -> Caller:
    customer = account.customer
    return Caller(
        customer["full_name"],
        customer["date_of_birth"],
        line["phone_number"],
        customer["customer_id"],
        line["line_id"],
    )


def list_agent_writes(calls: list[Call]) -> tuple[Write, ...]:
    """What the agent writes, transfers aside: what the customer is asked to agree to."""
    return tuple(
        Write(tool=tool, arguments=arguments)
        for seat, tool, arguments in calls
        if seat == "assistant" and tool != TRANSFER_TOOL
    )


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
            "compare_args": [] if tool == TRANSFER_TOOL else None,
        }
        for index, (seat, tool, arguments) in enumerate(calls)
    ]


def to_initial_state(caller: Caller, phone: dict[str, Any], calls: list[Call]) -> dict[str, Any]:
    """The customer's phone, who holds it, and what happened before the call."""
    user = ("user", "set_user_info", {"name": caller.name, "phone_number": caller.phone_number})
    return {
        "initialization_data": {"user_data": {"device": phone}},
        "initialization_actions": [to_setup(call) for call in (user, *calls)],
    }
