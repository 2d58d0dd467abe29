"""Wrong gold for a telecom task: steps that are missing, too many, done twice, or not allowed.

Not here: wrong lines, bills, amounts and answers (`support.telecom_mutations`).
"""

from random import Random

from support.telecom_gold import (
    Accounts,
    act_by,
    draw_other_repair,
    get_case,
    grade_by,
    is_write,
    list_actions,
    list_paid_bills,
    swap_values,
)
from tautraj.benchmarks.goals import TRANSFER_TOOL
from tautraj.synthesis.generator import Draft
from tautraj.synthesis.telecom.operations import assert_paid, assert_status
from tautraj.synthesis.telecom.task_parts import to_actions

REPAIRS = (
    "toggle_airplane_mode",
    "reseat_sim_card",
    "toggle_data",
    "toggle_roaming",
    "toggle_data_saver_mode",
    "disconnect_vpn",
    "toggle_wifi_calling",
    "reset_apn_settings",
)
"""Tools of the customer's without arguments that mend a fault, each another one."""

HARMLESS = ("reseat_sim_card", "disconnect_vpn")


def leave_step_out(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """Not the restart, which something else may make up for."""
    actions = list_actions(draft)
    steps = [action for action in actions if action["name"] not in ("reboot_device", TRANSFER_TOOL)]
    if not (draft.goal.writes or draft.family == "fault") or not steps:
        return None
    left_out = rng.choice(steps)
    return act_by(draft, [action for action in actions if action is not left_out])


def mend_something_else(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """In the place of one repair, that of a fault which the phone does not have."""
    actions = list_actions(draft)
    mended = [index for index, action in enumerate(actions) if action["name"] in REPAIRS]
    if not mended:
        return None
    index, other = rng.choice(mended), draw_other_repair(actions, rng, REPAIRS)
    return act_by(draft, [*actions[:index], other, *actions[index + 1 :]])


def mend_too_much(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """One more thing, which is in order and stays so."""
    actions = list_actions(draft)
    if draft.family != "fault" or {action["name"] for action in actions}.issuperset(HARMLESS):
        return None
    return act_by(draft, [draw_other_repair(actions, rng, HARMLESS), *actions])


def write_twice(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    actions = list_actions(draft)
    written = [index for index, action in enumerate(actions) if is_write(action)]
    if not written:
        return None
    index = rng.choice(written)
    return act_by(draft, [*actions[: index + 1], *actions[index:]])


def switch_other_way(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """Roaming off where it is wanted on, and the other way round."""
    names = {"enable_roaming", "disable_roaming"} & {action["name"] for action in list_actions(draft)}
    pair = {"enable_roaming": "disable_roaming", "disable_roaming": "enable_roaming"}
    return swap_values(draft, {name: pair[name] for name in names}) if names else None


def resume_unpaid(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    actions = list_actions(draft)
    if not list_paid_bills(draft) or all(action["name"] != "resume_line" for action in actions):
        return None
    criteria = get_case(draft).evaluation_criteria
    rest = [action for action in actions if action["name"] not in ("send_payment_request", "make_payment")]
    asserted = [one for one in criteria["env_assertions"] if one["func_name"] != "assert_no_overdue_bill"]
    return grade_by(draft, criteria | {"actions": rest, "env_assertions": asserted})


def resume_after_contract(accounts: Accounts, draft: Draft, rng: Random) -> Draft | None:
    """Everything is paid, and the line of an ended contract resumed."""
    account, caller = accounts[draft.goal.user_id], draft.goal.identity["phone"]
    setups = {
        call["func_name"]: call["arguments"] for call in get_case(draft).initial_state["initialization_actions"]
    }
    new = setups.get("suspend_line_for_overdue_bill", {"contract_ended": False})
    line = next(line for line in account.lines if line["phone_number"] == caller)
    if not draft.goal.transfers or not (new["contract_ended"] or not account.is_contracted(line)):
        return None
    bills = [bill["bill_id"] for bill in account.list_bills("Overdue")] or [new["new_bill_id"]]
    own = {"customer_id": draft.goal.user_id, "line_id": line["line_id"]}
    pairs = [
        ("assistant", "send_payment_request", {"customer_id": draft.goal.user_id, "bill_id": key}) for key in bills
    ]
    calls = [call for pair in pairs for call in (pair, ("user", "make_payment", {}))]
    calls += [("assistant", "resume_line", own), ("user", "reboot_device", {})]
    criteria = {
        "actions": to_actions(calls),
        "env_assertions": [*(assert_paid({"bill_id": key}) for key in bills), assert_status(account, line, "Active")],
        "reward_basis": ["ENV_ASSERTION", "ACTION"],
    }
    return grade_by(draft, criteria, transfers=False)
