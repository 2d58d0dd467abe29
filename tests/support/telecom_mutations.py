"""Wrong gold for a telecom task: what is graded is changed as a faulty generator could have made it, all of it alike.

Each mutation returns the draft with other gold actions, and with assertions and answers that agree with them; None
where the task has nothing that it applies to.
"""

import json
from collections.abc import Callable, Iterable
from random import Random

from support.telecom_gold import (
    Accounts,
    draw_stranger,
    get_case,
    grade_by,
    list_actions,
    list_paid_bills,
    swap_values,
)
from support.telecom_step_mutations import (
    leave_step_out,
    mend_something_else,
    mend_too_much,
    resume_after_contract,
    resume_unpaid,
    switch_other_way,
    write_twice,
)
from tautraj.synthesis.generator import Draft
from tautraj.synthesis.telecom.task_parts import TRANSFER, to_actions

Mutation = Callable[[Accounts, Draft, Random], Draft | None]

LINE_TOOLS = {"refuel_data", "enable_roaming", "disable_roaming", "resume_line"}


def name_other_line(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """Another one of the customer's own."""
    named = {action["arguments"]["line_id"] for action in list_actions(draft) if action["name"] in LINE_TOOLS}
    others = [key for key in accounts[draft.goal.user_id].customer["line_ids"] if key not in named]
    if not named or not others:
        return None
    line_id, other = rng.choice(sorted(named)), rng.choice(others)
    return swap_values(draft, {line_id: other, other: line_id})


def name_strangers_line(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    actions = [action for action in list_actions(draft) if action["name"] in LINE_TOOLS]
    if not actions:
        return None
    stranger = draw_stranger(accounts, draft, rng, lambda account: account.lines)
    line = rng.choice(stranger.lines)
    return swap_values(
        draft,
        {draft.goal.user_id: stranger.customer["customer_id"], actions[0]["arguments"]["line_id"]: line["line_id"]},
    )


def pay_strangers_bill(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """One that is overdue."""
    paid = list_paid_bills(draft)
    stranger = draw_stranger(accounts, draft, rng, lambda account: account.list_bills("Overdue"))
    return swap_values(draft, {paid[0]: stranger.list_bills("Overdue")[0]["bill_id"]}) if paid else None


def pay_bill_not_due(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """One of the customer's own."""
    paid = list_paid_bills(draft)
    others = [bill for bill in accounts[draft.goal.user_id].bills if bill["status"] in ("Issued", "Paid", "Draft")]
    return swap_values(draft, {paid[0]: rng.choice(others)["bill_id"]}) if paid and others else None


def sell_other_amount(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    return _sell(draft, rng, (0.5, 1.0, 1.5, 2.0))


def sell_too_much(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    return _sell(draft, rng, (2.5, 3.0, 5.0))


def _sell(draft: Draft, rng: Random, amounts: Iterable[float]) -> Draft | None:
    sales = [action for action in list_actions(draft) if action["name"] == "refuel_data"]
    if not sales:
        return None
    sold = sales[0]["arguments"]["gb_amount"]
    amount = rng.choice([other for other in amounts if other != sold])
    criteria = json.dumps(get_case(draft).evaluation_criteria)
    for key in ("gb_amount", "expected_amount"):
        criteria = criteria.replace(f'"{key}": {sold}', f'"{key}": {amount}')
    return grade_by(draft, json.loads(criteria))


def want_unknown_plan(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """One that the carrier does not have: what is wanted is not what the gold was made for."""
    plans = [plan["name"] for plan in accounts[draft.goal.user_id].plans]
    [request, *others] = draft.goal.requests
    named = [name for name in plans if f"{name} plan" in request.said or f"plan {name}" in request.said]
    if request.family != "transfer" or request.content_when or not named:
        return None
    words = {key: getattr(request, key).replace(named[0], "Golden Comet") for key in ("said", "wish")}
    requests = (request.model_copy(update=words), *others)
    return draft._replace(goal=draft.goal.model_copy(update={"requests": requests}))


def tell_other_number(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    if not draft.goal.tells:
        return None
    wrong = {told: f"{float(told) + rng.choice((-1.3, 0.7, 2.4)):.2f}" for told in draft.goal.tells}
    requests = tuple(
        request.model_copy(update={"tells": tuple(wrong[told] for told in request.tells)})
        for request in draft.goal.requests
    )
    changed = draft._replace(goal=draft.goal.model_copy(update={"requests": requests}))
    return grade_by(changed, get_case(draft).evaluation_criteria | {"communicate_info": list(wrong.values())})


def transfer_needlessly(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    if draft.goal.transfers:
        return None
    criteria = get_case(draft).evaluation_criteria
    actions = [*criteria["actions"], *to_actions([TRANSFER])]
    basis = list(dict.fromkeys([*criteria["reward_basis"], "ACTION"]))
    return grade_by(draft, criteria | {"actions": actions, "reward_basis": basis}, transfers=True)


def keep_from_transfer(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """A restart is all that is done."""
    if not draft.goal.transfers or not draft.goal.requests[0].content_when:
        return None
    criteria = get_case(draft).evaluation_criteria
    return grade_by(draft, criteria | {"actions": to_actions([("user", "reboot_device", {})])}, transfers=False)


MUTATIONS: tuple[Mutation, ...] = (
    name_other_line,
    name_strangers_line,
    pay_strangers_bill,
    pay_bill_not_due,
    sell_other_amount,
    sell_too_much,
    leave_step_out,
    mend_something_else,
    mend_too_much,
    write_twice,
    switch_other_way,
    resume_unpaid,
    resume_after_contract,
    want_unknown_plan,
    tell_other_number,
    transfer_needlessly,
    keep_from_transfer,
)
