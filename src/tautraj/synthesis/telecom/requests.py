"""Tasks about an account: a customer whose records allow an operation, or two operations in one call.

Not here: what an operation does (`synthesis.telecom.operations`).
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tautraj.synthesis.telecom import enquiries, operations
from tautraj.synthesis.telecom.accounts import Account, list_accounts
from tautraj.synthesis.telecom.operations import Operation, assert_untouched
from tautraj.synthesis.telecom.phones import make_phone
from tautraj.synthesis.telecom.proposals import PERSONAS, Proposal, describe_caller, to_actions, to_initial_state

Maker = Callable[[Random, Account], Operation | None]

KINDS: dict[tuple[Maker, ...], int] = {
    (operations.pay_bill,): 14,
    (operations.resume_line,): 16,
    (enquiries.resume_after_contract,): 4,
    (operations.wake_line,): 10,
    (operations.refuel,): 22,
    (operations.switch_roaming,): 18,
    (enquiries.change_plan,): 4,
    (enquiries.ask_bill,): 6,
    (enquiries.ask_data,): 6,
    (operations.resume_line, operations.switch_roaming): 6,
    (operations.resume_line, enquiries.ask_data): 4,
    (operations.pay_bill, operations.switch_roaming): 6,
    (operations.pay_bill, enquiries.ask_bill): 5,
    (operations.pay_bill, enquiries.ask_data): 5,
    (operations.wake_line, operations.refuel): 6,
    (operations.wake_line, operations.switch_roaming): 6,
    (operations.wake_line, enquiries.ask_bill): 5,
    (operations.refuel, operations.switch_roaming): 8,
    (operations.refuel, enquiries.ask_bill): 5,
    (operations.switch_roaming, enquiries.ask_data): 5,
    (enquiries.pay_issued_bill, enquiries.ask_bill): 3,
    (enquiries.pay_issued_bill, operations.switch_roaming): 3,
}
"""What is asked for in one call -> weight. The two kinds that end with a transfer pass by transferring at once, so
they are few. In a pair, no question is about what the other operation changes, so the order does not matter."""


def propose_account_tasks(database: dict[str, Any], seed: int) -> Iterator[Proposal]:
    """Account tasks until every customer has called once for each kind that its records allow."""
    rng, accounts = Random(f"telecom-requests-{seed}"), list(list_accounts(database))
    streams = {kind: _propose_kind(rng, accounts, kind) for kind in KINDS}
    while streams:
        kind = rng.choices(list(streams), [KINDS[kind] for kind in streams])[0]
        proposal = next(streams[kind], None)
        if proposal is None:
            del streams[kind]
        else:
            yield proposal


def _propose_kind(rng: Random, accounts: list[Account], kind: tuple[Maker, ...]) -> Iterator[Proposal]:
    for account in rng.sample(accounts, len(accounts)):
        asked = [operation for maker in kind if (operation := maker(rng, account)) is not None]
        if len(asked) == len(kind):
            yield _propose(rng, account, asked)


def _propose(rng: Random, account: Account, asked: list[Operation]) -> Proposal:
    line, persona, phone = asked[0].line, rng.choice(list(PERSONAS)), make_phone(rng, wifi=rng.random() < 0.4)
    caller = describe_caller(account, line)
    goal = {"kind": "ask", "caller": caller, "requests": [operation.request for operation in asked]}
    kinds = tuple(operation.request["kind"] for operation in asked)
    task = {
        "id": f"[account]{'|'.join(kinds)}[LINE:{line['line_id']}][PERSONA:{persona}]",
        "description": {"purpose": f"Account: {', '.join(kinds).replace('_', ' ')}."},
        "user_scenario": {"persona": PERSONAS[persona], "instructions": _describe(caller, asked)},
        "initial_state": to_initial_state(caller, phone, [call for operation in asked for call in operation.setup]),
        "evaluation_criteria": _list_criteria(account, asked),
    }
    return Proposal(task, goal, _name_family(asked), kinds, None)


def _name_family(asked: list[Operation]) -> str:
    families = {operation.family for operation in asked}
    return "refusal" if "refusal" in families else "several" if len(asked) > 1 else families.pop()


def _describe(caller: dict[str, str], asked: list[Operation]) -> dict[str, str]:
    return {
        "domain": "telecom",
        "reason_for_call": " Then: ".join(operation.text for operation in asked),
        "known_info": f"Your name is {caller['name']}, your number {caller['phone_number']}, your date of birth "
        f"{caller['date_of_birth']}.",
        "task_instructions": "Answer what you are asked. Say yes when the agent repeats what you want, else correct "
        "it. Pay when you are sent a payment request. Restart the phone if the agent asks you to.",
    }


def _list_criteria(account: Account, asked: list[Operation]) -> dict[str, Any]:
    """What is graded: the writes, what they bring about, what stays as it is, and what is said."""
    gold = [call for operation in asked for call in operation.gold]
    calls = gold or [call for operation in asked for call in operation.lookups]
    graded = {
        "ENV_ASSERTION": [
            *(assertion for operation in asked for assertion in operation.assertions),
            *assert_untouched(account, gold),
        ],
        "ACTION": gold,
        "COMMUNICATE": [answer for operation in asked for answer in operation.answers],
    }
    return {
        "actions": to_actions(calls),
        "env_assertions": graded["ENV_ASSERTION"],
        "communicate_info": graded["COMMUNICATE"],
        "reward_basis": [basis for basis, parts in graded.items() if parts],
    }
