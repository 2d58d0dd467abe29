"""Telecom drafts with other gold, as `support.telecom_mutations` makes them."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from tautraj.benchmarks.goals import Write
from tautraj.synthesis.generator import Case, Draft
from tautraj.synthesis.telecom.carrier.accounts import Account
from tautraj.synthesis.telecom.task_parts import to_actions

Action = dict[str, Any]
Accounts = dict[str, Account]
"""Customer id -> account."""


def get_case(draft: Draft) -> Case:
    assert draft.case is not None
    return draft.case


def list_actions(draft: Draft) -> list[Action]:
    return list(get_case(draft).evaluation_criteria["actions"])


def list_paid_bills(draft: Draft) -> list[str]:
    """Ids of the bills that the gold actions pay."""
    requests = [action for action in list_actions(draft) if action["name"] == "send_payment_request"]
    return [action["arguments"]["bill_id"] for action in requests]


def is_write(action: Action) -> bool:
    return action["requestor"] == "assistant" and not action["name"].startswith(("get_", "transfer_"))


def draw_stranger(accounts: Accounts, draft: Draft, rng: Random, has: Callable[[Account], Iterable[Any]]) -> Account:
    return rng.choice([account for key, account in accounts.items() if key != draft.goal.user_id and has(account)])


def draw_other_repair(actions: list[Action], rng: Random, tools: Iterable[str]) -> Action:
    done = {action["name"] for action in actions}
    tool = rng.choice([tool for tool in tools if tool not in done])
    return to_actions([("user", tool, {})])[0]


def swap_values(draft: Draft, names: dict[str, str]) -> Draft:
    """Other values in the whole of what is graded."""

    def swap(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: swap(part) for key, part in value.items()}
        if isinstance(value, list):
            return [swap(part) for part in value]
        return names.get(value, value) if isinstance(value, str) else value

    return grade_by(draft, swap(get_case(draft).evaluation_criteria))


def act_by(draft: Draft, actions: list[Action]) -> Draft:
    return grade_by(draft, get_case(draft).evaluation_criteria | {"actions": actions})


def grade_by(draft: Draft, criteria: dict[str, Any], transfers: bool | None = None) -> Draft:
    """The same text and start, graded otherwise; its writes are the first request's."""
    writes = [action for action in criteria["actions"] if is_write(action)]
    written = tuple(Write(tool=action["name"], arguments=action["arguments"]) for action in writes)
    first, *others = draft.goal.requests
    requests = (
        first.model_copy(update={"writes": written}),
        *(request.model_copy(update={"writes": ()}) for request in others),
    )
    is_kept = transfers is None
    goal = draft.goal.model_copy(
        update={"requests": requests, "transfers": draft.goal.transfers if is_kept else transfers}
    )
    return draft._replace(goal=goal, case=get_case(draft).model_copy(update={"evaluation_criteria": criteria}))
