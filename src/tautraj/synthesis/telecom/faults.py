"""Tasks in which a phone or its line is broken: a customer, a composition of faults, a persona.

Not here: the faults (`synthesis.telecom.fault_tables`) and which occur together (`synthesis.telecom.compositions`).
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from tautraj.synthesis.telecom.accounts import Account, Entity, list_accounts
from tautraj.synthesis.telecom.compositions import INTENTS, Composition, propose_compositions
from tautraj.synthesis.telecom.fault_tables import ABROAD, DATA_NOT_BOUGHT, resolve
from tautraj.synthesis.telecom.phones import make_phone
from tautraj.synthesis.telecom.proposals import (
    PERSONAS,
    TRANSFER,
    Proposal,
    describe_caller,
    to_actions,
    to_assertion,
    to_initial_state,
)

INTENT_WEIGHTS = {"service_issue": 20, "mobile_data_issue": 40, "mms_issue": 40}

PLACES = ("Portugal", "Norway", "Japan", "Chile", "Kenya", "Greece", "Vietnam", "Ireland")

EXCESS_GB = 0.1
"""Data used beyond the limit, as in τ²'s table: any amount that is refueled is enough."""

SYMPTOMS = {
    "service_issue": (
        "no service",
        "Your phone has had no signal since this morning, so nobody can reach you. You want it to work again.",
    ),
    "mobile_data_issue": (
        "no or slow mobile data",
        "Mobile internet on your phone is unusable, and you have no Wi-Fi. You want it back, and at full speed.",
    ),
    "mms_issue": (
        "no picture messages",
        "When you text a photo to somebody, it fails. You want to be able to send one.",
    ),
}
"""Intent -> (symptom, the reason for the call in a plain sentence to the customer)."""

CONTENT_WHEN = {
    "service_issue": ("check_status_bar", "📶"),
    "mobile_data_issue": ("run_speed_test", "(Excellent)"),
    "mms_issue": ("can_send_mms", "can send MMS"),
}
"""Intent -> (the customer's tool, what it has to show)."""

INSTRUCTIONS = (
    "Do on your phone what the agent asks, one step at a time, and report what the phone shows; never guess it. "
    "You are content once {tool} shows {shows!r}. If you owe a bill, you pay it. {data} You keep your plan. "
    "If the agent cannot help, you agree to be passed on."
)


def propose_fault_tasks(database: dict[str, Any], seed: int) -> Iterator[Proposal]:
    """Fault tasks without end; no two have the same line and composition."""
    rng = Random(f"telecom-faults-{seed}")
    streams = {intent: propose_compositions(rng, intent) for intent in INTENTS}
    phones = [
        (account, line)
        for account in list_accounts(database)
        if account.is_in_order
        for line in account.list_phone_lines("Active")
    ]
    proposed: set[tuple[str, str, frozenset[str]]] = set()
    while True:
        intent = rng.choices(list(INTENT_WEIGHTS), list(INTENT_WEIGHTS.values()))[0]
        composition, (account, line) = next(streams[intent]), rng.choice(phones)
        identity = (line["line_id"], intent, composition.names)
        if identity not in proposed:
            proposed.add(identity)
            yield _propose(rng, account, line, composition)


def _propose(rng: Random, account: Account, line: Entity, composition: Composition) -> Proposal:
    intent, persona, caller = composition.intent, rng.choice(list(PERSONAS)), describe_caller(account, line)
    refuel_gb = None if DATA_NOT_BOUGHT in composition.faults else rng.choice((0.5, 1.0, 1.5, 2.0))
    tool, shows = CONTENT_WHEN[intent]
    goal = {
        "kind": "mend",
        "caller": caller,
        "symptom": SYMPTOMS[intent][0],
        "location": _draw_location(rng, composition),
        "accepts": {"pay_overdue_bills": True, "refuel_gb": refuel_gb, "change_plan": False, "transfer": True},
        "content_when": {"tool": tool, "shows": shows},
    }
    names = {
        **caller,
        "bill_id": f"B{rng.randrange(2_000_000, 10_000_000)}",
        "used_gb": round(account.get_plan(line)["data_limit_gb"] + line["data_refueling_gb"] + EXCESS_GB, 1),
        "refuel_gb": refuel_gb,
    }
    phone = make_phone(rng, wifi=intent != "mobile_data_issue" and rng.random() < 0.4)
    breaks = [resolve(call, names) for fault in composition.faults for call in fault.breaks]
    task = {
        "id": f"[{intent}]{'|'.join(sorted(composition.names))}[LINE:{line['line_id']}][PERSONA:{persona}]",
        "description": {"purpose": f"Mend: {goal['symptom']}."},
        "user_scenario": {"persona": PERSONAS[persona], "instructions": _describe(goal, SYMPTOMS[intent][1])},
        "initial_state": to_initial_state(caller, phone, breaks),
        "evaluation_criteria": _list_criteria(composition, names),
    }
    parts = tuple(fault.name for fault in composition.faults)
    return Proposal(task, goal, "fault" if composition.is_solvable else "transfer", parts, composition.near)


def _draw_location(rng: Random, composition: Composition) -> str:
    abroad = any(ABROAD in fault.breaks for fault in composition.faults)
    return f"abroad, in {rng.choice(PLACES)}" if abroad else "at home"


def _describe(goal: dict[str, Any], reason: str) -> dict[str, str]:
    caller, refuel_gb = goal["caller"], goal["accepts"]["refuel_gb"]
    data = f"You would buy {refuel_gb} GB of extra data, no other amount." if refuel_gb else "You buy no extra data."
    return {
        "domain": "telecom",
        "reason_for_call": reason,
        "known_info": f"Your name is {caller['name']}, your number {caller['phone_number']}, your date of birth "
        f"{caller['date_of_birth']}. You are {goal['location']}.",
        "task_instructions": INSTRUCTIONS.format(**goal["content_when"], data=data),
    }


def _list_criteria(composition: Composition, names: dict[str, Any]) -> dict[str, Any]:
    """Gold actions and what is graded, as in τ²'s own tasks: that a transfer was made, that a phone works however it
    was mended.
    """
    intent = INTENTS[composition.intent]
    if not composition.is_solvable:
        gold, asserted = [TRANSFER], intent.unsolved
    else:
        gold = [resolve(call, names) for fault in composition.faults for call in fault.mends or ()]
        asserted = (*intent.solved, *(call for fault in composition.faults for call in fault.asserted))
    return {
        "actions": to_actions(gold),
        "env_assertions": [to_assertion(resolve(call, names)) for call in asserted],
        "reward_basis": ["ENV_ASSERTION"] if composition.is_solvable else ["ENV_ASSERTION", "ACTION"],
    }
