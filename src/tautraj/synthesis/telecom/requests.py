"""Tasks about an account: a customer whose records allow an operation, or two operations in one call.

Not here: what an operation does (`synthesis.telecom.operations`).
"""

from collections.abc import Callable
from random import Random
from typing import Any

from tautraj.benchmarks.goals import Family, Goal, Request, Topic
from tautraj.synthesis.generator import Case, Draft
from tautraj.synthesis.telecom import enquiries, operations
from tautraj.synthesis.telecom.carrier.accounts import Account, list_accounts
from tautraj.synthesis.telecom.carrier.phones import make_phone
from tautraj.synthesis.telecom.clauses_accounts import CLAUSES
from tautraj.synthesis.telecom.operations import Operation, assert_untouched
from tautraj.synthesis.telecom.task_parts import describe_caller, list_agent_writes, to_actions, to_initial_state
from tautraj.synthesis.templates import say
from tautraj.synthesis.voices import VOICES, join_requests

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


TRIES = 60
"""Customers that are looked at for one whose records allow what is asked for."""


def draft_account_task(rng: Random, database: dict[str, Any]) -> Draft | None:
    """None if no customer was found whose records allow it."""
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    accounts = list(list_accounts(database))
    for account in rng.sample(accounts, min(TRIES, len(accounts))):
        operations = [operation for maker in kind if (operation := maker(rng, account)) is not None]
        if len(operations) == len(kind):
            return _draft(rng, account, operations)
    return None


def _draft(rng: Random, account: Account, operations: list[Operation]) -> Draft:
    caller, voice = describe_caller(account, operations[0].line), rng.choice(list(VOICES))
    requests = [_word(rng, voice, operation) for operation in operations]
    said = join_requests(voice, [request.said for request in requests], rng)
    goal = Goal(
        voice=voice,
        user_id=caller.customer_id,
        identity=caller.identity,
        requests=tuple(
            request.model_copy(update={"said": words, "wish": request.said})
            for request, words in zip(requests, said, strict=True)
        ),
        transfers=any(operation.family == "transfer" for operation in operations),
    )
    clauses = tuple(operation.clause for operation in operations)
    case = Case(
        name=f"[account]{'|'.join(clauses)}[LINE:{caller.line_id}]",
        parts=clauses,
        initial_state=to_initial_state(
            caller,
            make_phone(rng, wifi=rng.random() < 0.4),
            [call for operation in operations for call in operation.setup],
        ),
        evaluation_criteria=_list_criteria(account, operations),
    )
    return Draft(_name_family(operations), goal, case)


def _word(rng: Random, voice: str, operation: Operation) -> Request:
    answers: dict[Topic, str] = {}
    if operation.answers_data is not None:
        answers["data"] = say(CLAUSES["less will do"], voice, rng, gb=f"{operation.answers_data:g}")
    return Request(
        family=operation.family,
        said=say(CLAUSES[operation.clause], voice, rng, **operation.names),
        answers=answers,
        writes=list_agent_writes([*operation.gold]),
        tells=operation.answers,
        rule=operation.rule,
        about=(operation.line["line_id"],),
    )


def _name_family(operations: list[Operation]) -> Family:
    families = {operation.family for operation in operations}
    return "refusal" if "refusal" in families else "combined" if len(operations) > 1 else families.pop()


def _list_criteria(account: Account, operations: list[Operation]) -> dict[str, Any]:
    """What is graded: the writes, what they bring about, what stays as it is, and what is said."""
    gold = [call for operation in operations for call in operation.gold]
    calls = gold or [call for operation in operations for call in operation.lookups]
    graded = {
        "ENV_ASSERTION": [
            *(assertion for operation in operations for assertion in operation.assertions),
            *assert_untouched(account, gold),
        ],
        "ACTION": gold,
        "COMMUNICATE": [answer for operation in operations for answer in operation.answers],
    }
    return {
        "actions": to_actions(calls),
        "env_assertions": graded["ENV_ASSERTION"],
        "communicate_info": graded["COMMUNICATE"],
        "reward_basis": [basis for basis, parts in graded.items() if parts],
    }
