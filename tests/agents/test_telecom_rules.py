"""The telecom agent by rules: readings, wishes, and whole tasks on τ²'s environment without any gold."""

from random import Random
from typing import Any

import pytest
from support.telecom_calls import Calls
from tau2.data_model import message as m
from tau2.data_model.tasks import Task

from tautraj.agents.rules.telecom import readings
from tautraj.agents.rules.telecom.mobile_data import HERE, HOME
from tautraj.agents.rules.telecom.wishes import read_wishes
from tautraj.benchmarks import Observation
from tautraj.synthesis.telecom.carrier.accounts import list_accounts
from tautraj.synthesis.telecom.carrier.world import make_database
from tautraj.synthesis.telecom.clauses_faults import CLAUSES
from tautraj.synthesis.telecom.faults import draft_fault_task
from tautraj.synthesis.telecom.requests import draft_account_task
from tautraj.synthesis.telecom.solver import solve
from tautraj.synthesis.templates import say
from tautraj.synthesis.text import write_text
from tautraj.synthesis.voices import VOICES
from tautraj.synthesis.world_folder import to_task
from tautraj.trajectory import Seat, ToolCall


@pytest.mark.parametrize(
    "read, yes, no",
    [
        (readings.has_service, "The status bar shows: 📶² Fair | 5G", "Status Bar: 📵 No Signal | 📵 Data Disabled"),
        (
            readings.has_service,
            "Airplane Mode is now OFF. Status Bar: 📶¹ Poor",
            "Status Bar: ✈️ Airplane Mode | 🔋 57%",
        ),
        (readings.has_airplane_mode, "it says airplane mode", "Airplane Mode is now OFF."),
        (readings.is_sim_missing, "No SIM card detected in the phone.", "Your SIM card is active and working."),
        (readings.is_sim_locked, "The SIM card is locked with a PIN code.", "Your SIM card is active and working."),
        (readings.is_apn_broken, "Current APN Name: broken", "Current APN Name: internet"),
        (
            readings.lacks_mmsc,
            "MMSC URL (for picture messages): Not Set",
            "MMSC URL: http://mms.carrier.com/mms/wapenc",
        ),
        (readings.is_offline, "Speed test failed: No Connection.", "Speed Test Result: 5.50 Mbps (Fair)."),
        (readings.is_excellent, "275.00 Mbps (Excellent). Connection is very fast.", "44.00 Mbps (Good)."),
        (readings.is_on, "Okay, hold on: Data Saver mode is ON", "Okay, hold on: Data Saver mode is OFF."),
        (readings.is_limited, "Network Mode Preference: 3g_only", "Network Mode Preference: 4g_5g_preferred"),
        (
            readings.is_vpn_on,
            "VPN is ON and connected.",
            "VPN is turned ON in settings, but currently not connected.",
        ),
        (readings.cannot_send, "Your messaging app cannot send MMS", "Your messaging app can send MMS messages."),
        (readings.is_second_generation, "Cellular Network Type: 2G", "Cellular Network Type: 5G"),
    ],
)
def test_a_reading_is_what_the_words_say(read: Any, yes: str, no: str) -> None:
    assert read(yes) and not read(no)


def test_a_permission_is_had_or_not() -> None:
    said = "App 'messaging' has permission for: sms, phone."
    assert readings.has_permission("sms", said) and not readings.has_permission("storage", said)


@pytest.mark.parametrize(
    "said, kinds",
    [
        ("You are unable to send MMS messages using your messaging app.", ["messages"]),
        ("You mobile data is not working properly. You do not have access to wifi.", ["data"]),
        ("Your phone has been showing 'No Service' for the past few hours.", ["service"]),
        ("I want to pay my overdue bill. Also: how many GB does 555-300-0001 have left?", ["pay", "data left"]),
        ("My line was suspended. I will pay what I owe.", ["resume"]),
        ("I need 3 GB of extra data on 555-300-0001, on the plan I have.", ["refuel"]),
        ("Please move 555-300-0001 to the Commuter plan.", ["plan"]),
        ("Please disable roaming on 555-300-0001. What was the total of my January bill?", ["roaming", "bill"]),
        ("No, that is all. Thank you.", []),
    ],
)
def test_wishes_are_read(said: str, kinds: list[str]) -> None:
    assert [wish.kind for wish in read_wishes(said)] == kinds


def test_what_belongs_to_a_wish_is_read() -> None:
    (roaming,) = read_wishes("I am back. Please turn roaming off on 555-300-0001.")
    assert (roaming.phone_number, roaming.is_on) == ("555-300-0001", False)
    (refuel,) = read_wishes("Add 1.5 GB of data to 555-300-0002.")
    assert (refuel.phone_number, refuel.gigabytes) == ("555-300-0002", 1.5)
    (bill,) = read_wishes("How much was my January bill?")
    assert bill.month == "2025-01"


@pytest.mark.parametrize(
    "intent, kind", [("service_issue", "service"), ("mobile_data_issue", "data"), ("mms_issue", "messages")]
)
def test_a_complaint_is_classified_in_every_voice(intent: str, kind: str) -> None:
    rng = Random("complaints")
    for voice in VOICES:
        for _ in range(10):
            asides = (f"{intent} detail", "since", "matters", "wish")
            said = " ".join(say(CLAUSES[clause], voice, rng) for clause in (intent, *asides))
            assert [wish.kind for wish in read_wishes(said)] == [kind], said


@pytest.mark.parametrize("clause, is_home", [("abroad", False), ("home", True)])
def test_where_a_customer_is_need_not_be_asked(clause: str, is_home: bool) -> None:
    rng = Random("places")
    for voice in VOICES:
        for _ in range(12):
            said = say(CLAUSES[clause], voice, rng, place="Finland")
            assert HERE.search(said) and (HOME.search(said) is not None) == is_home, said
    assert not HERE.search("I am in a hurry, and my data is dead.")


class SmallWorld:
    """τ²'s environment of one customer, as much of a `World` as a conversation needs."""

    def __init__(self, calls: Calls, task: dict[str, Any]) -> None:
        self.environment = calls.build()
        state = Task.model_validate(task).initial_state
        assert state is not None
        self.environment.set_state(state.initialization_data, state.initialization_actions, [])
        self.log: list[dict[str, Any]] = []

    def call(self, call: ToolCall, seat: Seat) -> Observation:
        requestor: Any = "user" if seat == "user" else "assistant"
        self.log.append({"requestor": requestor, "name": call.name, "arguments": call.arguments})
        answer = self.environment.get_response(
            m.ToolCall(id=call.id, name=call.name, arguments=call.arguments, requestor=requestor)
        )
        return Observation(answer.content or "", answer.error)


def _check_manners(messages: list[str], first_name: str) -> None:
    """It thanks by name once, when it has found the account; what it says when it transfers is the policy's alone."""
    hold = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
    thanks = [message for message in messages if message.startswith(f"Thank you, {first_name}.")]
    assert thanks == messages[1:2] or messages[1:] == [hold]
    assert all(message == hold for message in messages if "TRANSFERRED" in message)


def test_it_solves_what_is_proposed_and_reads_no_gold() -> None:
    """Its environment has the customer's words and the tools; the task's text is all that the customer knows."""
    database, user_database = make_database(11)
    accounts = {account.customer["customer_id"]: account for account in list_accounts(database)}
    rng = Random("solved")
    drafts = [draft_fault_task(rng, database) for _ in range(15)]
    drafts += [draft for _ in range(15) if (draft := draft_account_task(rng, database)) is not None]
    tools: list[str] = []
    for number, draft in enumerate(drafts):
        task = to_task("a task", draft.goal, "telecom", draft.case)
        calls = Calls(accounts[draft.goal.user_id], user_database)
        world = SmallWorld(calls, task)
        tools = tools or [tool.name for tool in world.environment.get_user_tools()]
        turns = solve([write_text(draft.goal)], world, tools, str(number))  # type: ignore[arg-type]
        messages = [turn.message or "" for turn in turns if turn.seat == "model" and turn.message]
        said = " ".join(messages)
        _check_manners(messages, draft.goal.identity["name"].split()[0])
        looked = [call["name"] for call in world.log]
        assert max(looked.count("check_status_bar"), looked.count("check_network_status")) <= 1
        assert draft.case is not None
        assert calls.grade(task, world.log, said) == 1.0, (draft.case.name, [call["name"] for call in world.log])
