"""Tasks in which a phone or its line is broken: a customer, a composition of faults, a voice.

Not here: the faults (`synthesis.telecom.fault_tables`) and which occur together (`synthesis.telecom.compositions`).
"""

from random import Random
from typing import Any

from tautraj.benchmarks.goals import Goal, Reading, Request
from tautraj.synthesis.generator import Case, Draft
from tautraj.synthesis.telecom.carrier.accounts import Account, list_accounts
from tautraj.synthesis.telecom.carrier.phones import make_phone
from tautraj.synthesis.telecom.clauses_faults import CLAUSES
from tautraj.synthesis.telecom.compositions import INTENTS, Composition, propose_compositions
from tautraj.synthesis.telecom.fault_tables import ABROAD, DATA_NOT_BOUGHT, Call, resolve
from tautraj.synthesis.telecom.task_parts import (
    TRANSFER,
    Caller,
    describe_caller,
    list_agent_writes,
    to_actions,
    to_assertion,
    to_initial_state,
)
from tautraj.synthesis.templates import say
from tautraj.synthesis.voices import VOICES

INTENT_WEIGHTS = {"service_issue": 20, "mobile_data_issue": 40, "mms_issue": 40}

PLACES = (
    "Portugal",
    "Norway",
    "Japan",
    "Chile",
    "Kenya",
    "Greece",
    "Vietnam",
    "Ireland",
    "Peru",
    "Finland",
    "Morocco",
    "Italy",
)

EXCESS_GB = 0.1
"""Data used beyond the limit, as in τ²'s table: any amount that is refueled is enough."""

CONTENT_WHEN = {
    "service_issue": Reading(tool="check_status_bar", shows="📶"),
    "mobile_data_issue": Reading(tool="run_speed_test", shows="(Excellent)"),
    "mms_issue": Reading(tool="can_send_mms", shows="can send MMS"),
}
"""Intent -> what the customer's phone has to show."""


def draft_fault_task(rng: Random, database: dict[str, Any]) -> Draft:
    intent = rng.choices(list(INTENT_WEIGHTS), list(INTENT_WEIGHTS.values()))[0]
    phones = [
        (account, line)
        for account in list_accounts(database)
        if account.is_in_order
        for line in account.list_phone_lines("Active")
    ]
    account, line = rng.choice(phones)
    composition = next(propose_compositions(rng, intent))
    caller, voice = describe_caller(account, line), rng.choice(list(VOICES))
    refuel_gb = None if DATA_NOT_BOUGHT in composition.faults else rng.choice((0.5, 1.0, 1.5, 2.0))
    names = {
        **caller._asdict(),
        "bill_id": f"B{rng.randrange(2_000_000, 10_000_000)}",
        "used_gb": round(account.get_plan(line)["data_limit_gb"] + line["data_refueling_gb"] + EXCESS_GB, 1),
        "refuel_gb": refuel_gb,
    }
    gold = _list_gold(composition, names)
    request = _word(rng, voice, composition, refuel_gb, gold)
    goal = Goal(
        voice=voice,
        user_id=caller.customer_id,
        identity=caller.identity,
        requests=(request,),
        transfers=not composition.is_solvable,
    )
    return Draft(request.family, goal, _make_case(rng, account, caller, composition, names, gold))


def _make_case(
    rng: Random, account: Account, caller: Caller, composition: Composition, names: dict[str, Any], gold: list[Call]
) -> Case:
    phone = make_phone(rng, wifi=composition.intent != "mobile_data_issue" and rng.random() < 0.4)
    breaks = [resolve(call, names) for fault in composition.faults for call in fault.breaks]
    return Case(
        name=f"[{composition.intent}]{'|'.join(sorted(composition.names))}[LINE:{caller.line_id}]",
        parts=tuple(fault.name for fault in composition.faults),
        initial_state=to_initial_state(caller, phone, breaks),
        evaluation_criteria=_list_criteria(composition, names, gold),
        near=composition.near,
    )


def _word(rng: Random, voice: str, composition: Composition, refuel_gb: float | None, gold: list[Call]) -> Request:
    """What the customer says: what is wrong first, and the wish last or before the reasons."""
    intent, is_abroad = composition.intent, any(ABROAD in fault.breaks for fault in composition.faults)
    place = rng.choice(PLACES)
    where = say(CLAUSES["abroad" if is_abroad else "home"], voice, rng, place=place)
    asides = [clause for clause in (f"{intent} detail", "since", "matters") if rng.random() < 0.75]
    rng.shuffle(asides)
    symptom = say(CLAUSES[intent], voice, rng)
    said = [symptom, *(say(CLAUSES[aside], voice, rng) for aside in asides)]
    if is_abroad and rng.random() < 0.4:
        said.insert(rng.randrange(len(said) + 1), where)
    if rng.random() < 0.85:
        said.insert(len(said) if rng.random() < 0.8 else 1, say(CLAUSES["wish"], voice, rng))
    answers = {"place": where}
    if intent != "service_issue":
        data = "buys data" if refuel_gb else "buys none"
        answers["data"] = say(CLAUSES[data], voice, rng, gb=f"{refuel_gb or 0:g}")
    return Request(
        family="fault" if composition.is_solvable else "transfer",
        said=" ".join(said),
        answers=answers,
        writes=list_agent_writes(gold),
        content_when=CONTENT_WHEN[intent],
    )


def _list_gold(composition: Composition, names: dict[str, Any]) -> list[Call]:
    """What mends the faults. Of several restarts the last one is enough."""
    if not composition.is_solvable:
        return [TRANSFER]
    calls = [resolve(call, names) for fault in composition.faults for call in fault.mends or ()]
    restarts = [call for call in calls if call[1] == "reboot_device"]
    for call in restarts[:-1]:
        calls.remove(call)
    return calls


def _list_criteria(composition: Composition, names: dict[str, Any], gold: list[Call]) -> dict[str, Any]:
    """Gold actions and what is graded, as in τ²'s own tasks: that a transfer was made, that a phone works however it
    was mended.
    """
    intent = INTENTS[composition.intent]
    asserted = intent.unsolved
    if composition.is_solvable:
        asserted = (*intent.solved, *(call for fault in composition.faults for call in fault.asserted))
    return {
        "actions": to_actions(gold),
        "env_assertions": [to_assertion(resolve(call, names)) for call in asserted],
        "reward_basis": ["ENV_ASSERTION"] if composition.is_solvable else ["ENV_ASSERTION", "ACTION"],
    }
