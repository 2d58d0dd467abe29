"""The customer's phone in its hands: it does there what the agent asks for, and says what the phone shows.

What the phone shows is read out as it is, since it is the agent's only view of it. Not here: how a request is
understood (`grading.proposals.device_requests`), the rest of the conversation (`users.goal`).
"""

import itertools
import re
from collections.abc import Callable, Collection
from random import Random
from typing import Any

from tautraj.benchmarks.goals import Goal, Reading
from tautraj.grading.proposals.device_requests import DeviceRequest, find_device_requests
from tautraj.llms.tool_calls import NO_SIDE_CHANNELS
from tautraj.trajectory import ToolCall
from tautraj.users.base import UserContext

Use = Callable[[str, dict[str, Any]], str]
"""(tool, arguments) -> what the phone shows."""

LOOKED: dict[str, tuple[str, ...]] = {
    "plain": (
        "It says: {}",
        "I see this: {}",
        "Here is what it shows: {}",
        "My phone shows: {}",
        "Okay, I have it: {}",
        "This is what I get: {}",
        "It reads: {}",
    ),
    "terse": ("{}", "Says: {}", "Shows: {}", "Got it: {}", "Here: {}"),
    "chatty": (
        "Let me see, where are my glasses... It says: {}",
        "Okay, give me a second... here it is: {}",
        "Right, I have it in front of me: {}",
        "Ah, there it is! It says: {}",
        "This is all Greek to me, but it says: {}",
        "So, reading it out to you: {}",
        "Here we are, I see this: {}",
        "Oops, the screen went dark for a second... now: {}",
        "I had to squint a bit, but here goes: {}",
    ),
    "formal": (
        "The display reads: {}",
        "It shows the following: {}",
        "According to my phone: {}",
        "The result is as follows: {}",
        "I can see this: {}",
        "My telephone reports: {}",
    ),
    "learner": (
        "My phone says this: {}",
        "I look, it is written: {}",
        "I see on the phone: {}",
        "It is written here: {}",
        "The phone shows me: {}",
        "I read it for you: {}",
    ),
    "annoyed": (
        "Fine. It says: {}",
        "There: {}",
        "It says, and I quote: {}",
        "If that helps: {}",
        "Here you go: {}",
        "I looked. It says: {}",
        "Since you ask: {}",
    ),
}
"""Voice -> how it says what it sees. A conversation has ten readings, so nothing here is true of one alone."""

DID: dict[str, tuple[str, ...]] = {
    "plain": ("Done. {}", "Okay, I did that. {}", "I have done it. {}", "All right, done. {}"),
    "terse": ("Done. {}", "Ok. {}", "Did it. {}"),
    "chatty": (
        "There we go, done! {}",
        "Phew, I think I did it. {}",
        "Done, and nothing exploded. {}",
        "Okay, that was easier than I thought. {}",
        "Look at me, I did it! {}",
    ),
    "formal": (
        "I have done as you asked. {}",
        "This has been done. {}",
        "Very well, it is done. {}",
        "I have followed your instructions. {}",
    ),
    "learner": ("I did it. {}", "Okay, is done. {}", "I make like you say. {}", "Yes, I did this. {}"),
    "annoyed": ("Done, if it helps. {}", "All right, I did that. {}", "Done. {}", "There, done. {}"),
}
"""The same after it has changed something."""

READS = ("check_", "run_", "can_")

BAR = "Status Bar: "

DETAILS = re.compile(r"\{[^{}]*\}")
DETAIL = re.compile(r"'(\w+)': (?:<[^<>]*'([^']*)'>|'?([^',}]*))")
"""A key and its value, as τ²'s phone shows them of a VPN: in the notation of Python."""


class DeviceUser:
    """A customer's part that uses its phone."""

    def __init__(self, tools: Collection[str], use: Use, voice: str, rng: Random) -> None:
        """`tools`: names of the customer's tools; none in domains without them."""
        self._tools, self._use = frozenset(tools), use
        self._looked, self._did = (_shuffle(table.get(voice, table["plain"]), rng) for table in (LOOKED, DID))
        self._shown: dict[str, str] = {}
        """By tool, the last time."""
        self._last = ""

    def follow(self, message: str) -> str | None:
        """Do what a message asks for, and what the phone showed; None if it asks for nothing on the phone."""
        requests = find_device_requests(message, self._tools)
        return " ".join(map(self._carry_out, requests)) or None

    def is_content(self, reading: Reading) -> bool:
        """Whether the phone showed it when the customer last looked, or after what it did last."""
        return any(reading.shows in shown for shown in (self._shown.get(reading.tool, ""), self._last))

    def _carry_out(self, request: DeviceRequest) -> str:
        shown = self._use(request.tool, request.arguments)
        if request.wanted is not None and f"is now {_negate(request.wanted)}" in shown:
            shown = self._use(request.tool, request.arguments)  # it was as wanted before
        self._shown[request.tool] = self._last = shown
        leads = self._looked if request.tool.startswith(READS) else self._did
        leads.append(leads.pop(0))
        return leads[-1].format(read_out(shown))


def open_device(context: UserContext, goal: Goal) -> DeviceUser:
    """The phone of a customer that follows `goal`. It pays what it wants to pay, or owes while a phone is broken."""
    numbers = itertools.count()

    def use(tool: str, arguments: dict[str, Any]) -> str:
        call = ToolCall(id=f"errand_{next(numbers)}", name=tool, arguments=arguments)
        return context.call(call, NO_SIDE_CHANNELS)

    is_broken = any(request.content_when for request in goal.requests)
    pays = is_broken or any(write.tool == "send_payment_request" for write in goal.writes)
    tools = {tool["function"]["name"] for tool in context.tools} - (set() if pays else {"make_payment"})
    return DeviceUser(tools, use, goal.voice, Random(f"device-{context.seed}"))


def _shuffle(leads: tuple[str, ...], rng: Random) -> list[str]:
    return rng.sample(leads, len(leads))


def _negate(state: str) -> str:
    return "ON" if state == "OFF" else "OFF"


def read_out(shown: str) -> str:
    """Read out in one line; a status bar below other lines is introduced."""
    first, *rest = DETAILS.sub(_read_details, shown).splitlines() or [""]
    sentence = first.removeprefix(BAR)
    for line in rest:
        if line.startswith(BAR):
            sentence += f"{'' if sentence.endswith('.') else '.'} The status bar shows: {line.removeprefix(BAR)}"
        elif not line.startswith("("):  # a remark on what is shown
            sentence += f"{' ' if sentence.endswith('.') else '; '}{line}"
    return sentence


def _read_details(details: re.Match[str]) -> str:
    pairs = DETAIL.findall(details[0])
    return ", ".join(f"{key.replace('_', ' ')} {level or value}" for key, level, value in pairs) + "."
