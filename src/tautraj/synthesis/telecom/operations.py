"""What a customer asks to be done about an account: pay, resume a line, refuel, switch roaming.

These tasks are graded by assertions and by the gold writes that must be among the calls, not by comparing databases:
`sync_tools` carries a payment to the bill and a line's state to the phone, and τ²'s evaluator does not call it after
the gold actions, so that a right conversation would differ from them.

Not here: which customer asks for what (`synthesis.telecom.requests`), questions and what is refused
(`synthesis.telecom.enquiries`).
"""

from random import Random
from typing import Any, NamedTuple

from tautraj.benchmarks.goals import Family
from tautraj.synthesis.telecom.carrier.accounts import Account, Entity
from tautraj.synthesis.telecom.fault_tables import SEARCH, Call
from tautraj.synthesis.telecom.task_parts import to_assertion

MAX_REFUEL_GB = 2.0
"""The policy's."""


class Operation(NamedTuple):
    """One request. Its defaults are those of a request that is granted and leaves no question."""

    clause: str
    """How it is worded: a name in `clauses_accounts.CLAUSES`."""
    line: Entity
    """The one that the caller calls from."""
    names: dict[str, str]
    """Slots of the clause."""
    setup: tuple[Call, ...] = ()
    gold: tuple[Call, ...] = ()
    """Writes and transfers, of both seats."""
    assertions: tuple[dict[str, Any], ...] = ()
    lookups: tuple[Call, ...] = ()
    """Where the answer stands; other calls may find it too."""
    answers: tuple[str, ...] = ()
    """What has to be said to the customer."""
    family: Family = "direct"
    answers_data: float | None = None
    """Gigabytes that the customer takes if it cannot have as many as it asked for."""
    rule: str | None = None
    """The rule of the policy that forbids it."""


def pay_bill(rng: Random, account: Account) -> Operation | None:
    """Pay the overdue bills, no line being suspended."""
    bills, lines = account.list_bills("Overdue"), account.list_phone_lines("Active")
    if not bills or not lines or any(line["status"] == "Suspended" for line in account.lines):
        return None
    return Operation(
        "pay", lines[0], {}, (), _list_payments(account, bills), tuple(assert_paid(bill) for bill in bills)
    )


def resume_line(rng: Random, account: Account) -> Operation | None:
    """Pay everything that is overdue, so that the line is resumed."""
    bills, lines = account.list_bills("Overdue"), account.list_phone_lines("Suspended")
    if not bills or not lines:
        return None
    line = lines[0]
    gold = (*_list_payments(account, bills), _call("resume_line", account, line), ("user", "reboot_device", {}))
    assertions = (
        *(assert_paid(bill) for bill in bills),
        assert_status(account, line, "Active"),
        to_assertion(("user", "assert_service_status", {"expected_status": "connected"})),
    )
    return Operation("resume", line, {}, (SEARCH,), gold, assertions)


def wake_line(rng: Random, account: Account) -> Operation | None:
    """Resume a second line that its owner had suspended; nothing is owed."""
    sleeping = [line for line in account.lines if line["status"] == "Suspended" and account.is_contracted(line)]
    if not account.is_in_order or not sleeping:
        return None
    line, caller = rng.choice(sleeping), account.list_phone_lines("Active")[0]
    names, gold = {"number": line["phone_number"]}, (_call("resume_line", account, line),)
    return Operation("wake", caller, names, (), gold, (assert_status(account, line, "Active"),))


def refuel(rng: Random, account: Account) -> Operation | None:
    """Buy data after it ran out: an amount that is allowed, or one that is not and 2 GB instead."""
    lines = account.list_phone_lines("Active")
    if not account.is_in_order or not lines:
        return None
    line, excess = rng.choice(lines), rng.randrange(1, 4) / 10
    wanted = rng.choice((0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0))
    bought, too_much = min(wanted, MAX_REFUEL_GB), wanted > MAX_REFUEL_GB
    used = round(account.get_plan(line)["data_limit_gb"] + excess, 1)
    return Operation(
        "refuel",
        line,
        {"number": line["phone_number"], "gb": f"{wanted:g}"},
        (_call("set_data_usage", account, line, data_used_gb=used),),
        (_call("refuel_data", account, line, gb_amount=bought),),
        (assert_refueled(account, line, bought),),
        family="conditional" if too_much else "direct",
        answers_data=bought if too_much else None,
    )


def switch_roaming(rng: Random, account: Account) -> Operation | None:
    """Roaming on before a journey, or off after it."""
    lines = account.list_phone_lines("Active")
    if not lines:
        return None
    line = rng.choice(lines)
    is_on, names = line["roaming_enabled"], {"number": line["phone_number"]}
    tool = "disable_roaming" if is_on else "enable_roaming"
    return Operation("roaming off" if is_on else "roaming on", line, names, (), (_call(tool, account, line),))


def assert_untouched(account: Account, gold: list[Call]) -> list[dict[str, Any]]:
    """What no right conversation changes: other lines' status and data, bills that are not overdue.

    Roaming is not among it, for τ² has no assertion of it.
    """
    written = {(tool, arguments.get("line_id")) for _, tool, arguments in gold}
    lines = [line for line in account.lines if ("resume_line", line["line_id"]) not in written]
    refueled = [line for line in account.lines if ("refuel_data", line["line_id"]) not in written]
    return [
        *(assert_status(account, line, line["status"]) for line in lines),
        *(assert_refueled(account, line, line["data_refueling_gb"]) for line in refueled),
        *(assert_paid(bill, holds=False) for status in ("Issued", "Disputed") for bill in account.list_bills(status)),
    ]


def _list_payments(account: Account, bills: list[Entity]) -> tuple[Call, ...]:
    customer_id = account.customer["customer_id"]
    requests: list[Call] = [
        ("assistant", "send_payment_request", {"customer_id": customer_id, "bill_id": bill["bill_id"]})
        for bill in bills
    ]
    return tuple(call for request in requests for call in (request, ("user", "make_payment", {})))


def assert_paid(bill: Entity, holds: bool = True) -> dict[str, Any]:
    return to_assertion(("assistant", "assert_no_overdue_bill", {"overdue_bill_id": bill["bill_id"]}), holds)


def assert_status(account: Account, line: Entity, status: str) -> dict[str, Any]:
    return to_assertion(_call("assert_line_status", account, line, expected_status=status))


def assert_refueled(account: Account, line: Entity, amount_gb: float) -> dict[str, Any]:
    return to_assertion(_call("assert_data_refueling_amount", account, line, expected_amount=amount_gb))


def _call(tool: str, account: Account, line: Entity, **arguments: Any) -> Call:
    return "assistant", tool, name_line(account, line) | arguments


def name_line(account: Account, line: Entity) -> dict[str, str]:
    return {"customer_id": account.customer["customer_id"], "line_id": line["line_id"]}
