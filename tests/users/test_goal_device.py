"""A customer's phone: requests in any words are understood, done in their order, and reported letter for letter."""

from random import Random
from typing import Any

import pytest

from tautraj.agents.announcements.phone_requests import REQUESTS
from tautraj.agents.rules.telecom import readings
from tautraj.benchmarks import Scenario
from tautraj.benchmarks.goals import Goal, Reading, Request
from tautraj.grading.affirmative import is_affirmative
from tautraj.grading.proposals.device_requests import find_device_requests
from tautraj.synthesis.voices import VOICES
from tautraj.users import UserContext
from tautraj.users.goal import goal
from tautraj.users.phone.device import DID, LOOKED, DeviceUser

TOOLS = {*REQUESTS, "toggle_wifi", "check_wifi_status", "connect_vpn", "check_installed_apps", "check_app_status"}


@pytest.mark.parametrize("tool", REQUESTS)
def test_every_wording_of_the_agent_is_understood(tool: str) -> None:
    for wording in REQUESTS[tool]:
        text = wording.format(app_name="messaging", permission="storage")
        for before in ("", "Thank you. ", "Your line is active again. ", "The APN settings are broken. "):
            assert [request.tool for request in find_device_requests(before + text, TOOLS)] == [tool], before + text


@pytest.mark.parametrize(
    "message, expected",
    [
        ("Please turn off airplane mode, then check your status bar.", ["toggle_airplane_mode", "check_status_bar"]),
        ("1. Check your SIM card status\n2. Restart your phone", ["check_sim_status", "reboot_device"]),
        ("What does your status bar show right now?", ["check_status_bar"]),
        ("Is airplane mode turned on?", ["check_network_status"]),
        ("Could you try sending an MMS?", ["can_send_mms"]),
        ("You have turned airplane mode off, so the status bar should be fine.", []),
        ("I have sent you a payment request. Do you confirm?", []),
        ("Shall I check your line for a SIM problem?", []),
        ("Is there anything else?", []),
        ("On your device, please toggle data.", ["toggle_data"]),
    ],
)
def test_what_an_llm_asks_for_is_understood(message: str, expected: list[str]) -> None:
    assert [request.tool for request in find_device_requests(message, TOOLS)] == expected


def test_arguments_are_in_the_words() -> None:
    granted = find_device_requests("Please grant the messaging app the storage permission.", TOOLS)
    assert granted[0].arguments == {"app_name": "messaging", "permission": "storage"}
    mode = find_device_requests("Please change the network mode preference to 4G/5G.", TOOLS)
    assert mode[0].arguments == {"mode": "4g_5g_preferred"}


def test_a_domain_without_such_tools_knows_no_phone() -> None:
    assert find_device_requests("Please check your status bar.", ()) == []


class Phone:
    """A switch and a bar."""

    def __init__(self, is_on: bool) -> None:
        self.is_on, self.used = is_on, 0

    def use(self, tool: str, arguments: dict[str, Any]) -> str:
        self.used += 1
        if tool == "check_status_bar":
            return f"Status Bar: {'none' if self.is_on else '📶'}"
        self.is_on = not self.is_on
        return f"Airplane Mode is now {'ON' if self.is_on else 'OFF'}.\nStatus Bar: x"


@pytest.mark.parametrize("is_on, used", [(True, 1), (False, 2)])
def test_a_switch_ends_as_it_is_wanted(is_on: bool, used: int) -> None:
    phone = Phone(is_on)
    user = DeviceUser(TOOLS, phone.use, "plain", Random(1))
    said = user.follow("Please turn airplane mode off.")
    assert said is not None and "Airplane Mode is now OFF. The status bar shows: x" in said
    assert (phone.is_on, phone.used) == (False, used)


def test_it_is_content_when_it_has_seen_it() -> None:
    phone, reading = Phone(True), Reading(tool="check_status_bar", shows="📶")
    user = DeviceUser(TOOLS, phone.use, "terse", Random(1))
    user.follow("Please check your status bar.")
    assert not user.is_content(reading)
    user.follow("Please turn airplane mode off. Please check your status bar.")
    assert user.is_content(reading)
    assert user.follow("Thank you.") is None


def test_every_voice_has_words_of_its_own() -> None:
    for table in (LOOKED, DID):
        assert list(table) == list(VOICES)
        assert all(len(set(leads)) >= 3 and all("{}" in lead for lead in leads) for leads in table.values())


def test_what_it_sees_after_a_repair_counts() -> None:
    shown = "SIM card re-seated successfully.\nStatus Bar: 📶⁴ Excellent | 5G"
    user = DeviceUser(TOOLS, lambda tool, arguments: shown, "formal", Random(1))
    user.follow("Please reseat the SIM card.")
    assert user.is_content(Reading(tool="check_status_bar", shows="📶"))
    assert not user.is_content(Reading(tool="run_speed_test", shows="(Excellent)"))


READ_OUT = {
    "VPN is ON and connected. Details: {'server_address': '192.168.1.1', 'protocol': 'OpenVPN', "
    "'server_performance': <PerformanceLevel.POOR: 'poor'>}": "VPN is ON and connected. Details: server address "
    "192.168.1.1, protocol OpenVPN, server performance poor.",
    "Status Bar: 📶⁴ Excellent | 5G": "📶⁴ Excellent | 5G",
    "Airplane Mode: OFF\nMobile Data Enabled: No": "Airplane Mode: OFF; Mobile Data Enabled: No",
    "Network Mode set to: 3g_only\nStatus Bar: 📶": "Network Mode set to: 3g_only. The status bar shows: 📶",
    "MMSC URL: Not Set\n(These are technical settings.)": "MMSC URL: Not Set",
}
"""What τ²'s phone shows -> what is said of it."""


@pytest.mark.parametrize("shown, said", READ_OUT.items())
def test_it_reads_out_what_it_sees_as_people_do(shown: str, said: str) -> None:
    """A terse one that begins with nothing."""
    user = DeviceUser(TOOLS, lambda tool, arguments: shown, "terse", Random(1))
    answers = {user.follow("Please check your status bar.") for _ in LOOKED["terse"]}
    assert said in answers


def test_how_it_begins_says_nothing_of_the_phone() -> None:
    """An agent may not take it for what is shown."""
    signs = (
        readings.has_airplane_mode,
        readings.is_sim_missing,
        readings.is_sim_locked,
        readings.is_offline,
        readings.is_on,
        readings.is_limited,
        readings.is_vpn_on,
        readings.is_second_generation,
        readings.cannot_send,
        readings.lacks_mmsc,
    )
    leads = [lead for table in (LOOKED, DID) for leads in table.values() for lead in leads]
    assert [(lead, sign.__name__) for lead in leads for sign in signs if sign(lead)] == []


BROKEN = Request(
    family="transfer",
    said="My mobile data is dead.",
    answers={"data": "None. Keep my plan."},
    content_when=Reading(tool="run_speed_test", shows="(Excellent)"),
)
MENDING = (
    "Hi! How can I help you today?",
    "There is an overdue bill of $37.00 on your account. I can send you a payment request. Do you agree (yes/no)?",
    "I have sent you a payment request. If that is right, please make the payment.",
    "I can now resume the line 555-300-0001. Is that all right (yes/no)?",
    "Your line is not enabled for roaming. I can enable it at no cost. Shall I go ahead (yes/no)?",
    "The data is used up. How many GB of data would you like?",
)


def test_a_broken_phone_is_mended_as_far_as_it_goes() -> None:
    """What in the end only a human can do begins like any other: its owner pays, and agrees to what costs nothing."""
    used: list[str] = []
    context = UserContext(
        prompt="",
        scenario=Scenario("", "", "", "", ""),
        given_turns=(),
        stop_word="###STOP###",
        transfer_word="###TRANSFER###",
        tools=tuple({"function": {"name": tool}} for tool in sorted(TOOLS)),
        ask=lambda *_: "",  # type: ignore[arg-type, return-value]
        call=lambda call, _: used.append(call.name) or "Payment of 37.0 USD has been made.",
        think=lambda thought: None,
        goal=Goal(voice="terse", user_id="C2001", identity={"name": "Ann Lee"}, requests=(BROKEN,), transfers=True),
    )
    reply = goal(context, patience=30)
    answers = [reply(message) for message in MENDING]
    assert [is_affirmative(answers[index]) for index in (1, 3, 4)] == [True] * 3, answers
    assert used == ["make_payment"] and "37.0 USD" in answers[2]
    assert answers[5] == "None. Keep my plan."
