"""Brains for the fake provider that behave oddly: mistakes before every right answer, talk without an end.

Not here: what goes wrong on the way (`transient_faults`).
"""

import json
import random
import threading
from collections import Counter

from support.provider.replay import SILENT, Replay, is_reproach
from support.provider.server import Answer, Brain, ChatRequest
from support.provider.transient_faults import Asked

IN_A_ROW = 2
"""Mistakes, before it gets it right: fewer than `limits.mistakes_in_a_row` and `attempts` of a customer allow."""
STOP = "###STOP###"


class Clumsy:
    """Gives, on a share of the calls, an answer that is odd; the right one in the end, so that the world is the same.

    A customer without tools can only be silent.
    """

    def __init__(self, brain: Brain, seed: int, rate: float) -> None:
        self._brain, self._seed, self._rate = brain, seed, rate
        self._asked, self._lock = Asked(), threading.Lock()
        self.given: Counter[str] = Counter()  # odd answers, by kind

    def __call__(self, request: ChatRequest) -> Answer:
        right = self._brain(request)
        told, nth = self._asked(request)
        chance = random.Random(f"clumsy {self._seed} {told} {nth}")
        odd = _odd(request, right, nth)
        if not odd or chance.random() >= self._rate:
            return right
        kind = chance.choice(sorted(odd))
        with self._lock:
            self.given[kind] += 1
        return odd[kind]


def _odd(request: ChatRequest, right: Answer, nth: int) -> dict[str, Answer]:
    """What could be answered instead, by kind; nothing where it is time for the right answer."""
    odd: dict[str, Answer] = {}
    if right.tool_calls:
        odd["several calls"] = Answer(right.text, (*right.tool_calls, ("no_such_tool", {}), *right.tool_calls))
        odd["text beside"] = Answer("One moment, I will look.", right.tool_calls)
    if _count_reproaches(request) >= IN_A_ROW or nth % 2:
        return odd
    odd["silence"] = Answer("")
    if request.tools:
        odd["unknown tool"] = Answer(None, (("no_such_tool", {"of": "mine"}),))
        if request.protocol == "openai":
            name, arguments = right.tool_calls[0] if right.tool_calls else (request.tools[0], {})
            odd["broken arguments"] = Answer(None, ((name, json.dumps(arguments)[:-1]),))
    return odd


def _count_reproaches(request: ChatRequest) -> int:
    """Reproaches in a row, at the end; that of an empty answer may follow a tool's result in the same message."""
    count = 0
    for said in reversed(request.messages):
        if said.role != "assistant":
            count += said.text.count(f"\n\n{SILENT}") + is_reproach(said)
            if not is_reproach(said):
                break
    return count


def endless_talker(request: ChatRequest) -> Answer:
    """An agent that neither calls a tool nor stops, and a customer that listens."""
    if request.tools:
        return Answer("Let me tell you more about what we do here.")
    return Answer("I see. Go on.")


class Unstopping(Replay):
    """As it was recorded, but the customer never writes the word that ends it, and both go on and on."""

    def __call__(self, request: ChatRequest) -> Answer:
        try:
            answer = super().__call__(request)
        except IndexError:  # the record is over
            return Answer("What else can I do for you?" if request.tools else "One more thing.")
        return Answer((answer.text or "").replace(STOP, "Wait.") or None, answer.tool_calls)
