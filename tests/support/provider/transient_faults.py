"""Faults for a whole run of the fake provider, all of them such as pass when the call is made again.

What befalls a call depends on the seed, on what was asked and on how often exactly that was asked before, and never
on who came first: threads, processes and restarts of the client meet the same weather. Not here: what does not pass
(`permanent_errors`), answers that are odd and no faults (`misbehaving_model`).
"""

import email.utils
import hashlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from support.provider.permanent_errors import google_quota
from support.provider.server import ChatRequest, Fault

Kind = Callable[[str, float], Fault]
"""(protocol, what the client calls a timeout in seconds) -> the fault in that protocol's own shape."""


def _busy(wait: str) -> Kind:
    """429 that says how long: in a header, as Google does in the body."""

    def fault(protocol: str, _: float) -> Fault:
        if protocol == "gemini":
            return google_quota("GenerateRequestsPerMinutePerProjectPerModel", f"{wait}s")
        return Fault("status", 429, {"Retry-After": wait}, message="Rate limit reached.")

    return fault


def _busy_until(_protocol: str, _timeout: float) -> Fault:
    """By a date of whole seconds, between 0 and 1 s from now."""
    return Fault("status", 429, {"Retry-After": email.utils.formatdate(time.time() + 1, usegmt=True)})


def _overloaded(protocol: str, _: float) -> Fault:
    """529 is Anthropic's and what copies it; Google says the same with a 503."""
    words = "The model is overloaded. Please try again later."
    return Fault("status", 503 if protocol == "gemini" else 529, message=words)


def _same(fault: Fault) -> Kind:
    return lambda _protocol, _timeout: fault


KINDS: dict[str, Kind] = {
    "429, in 0 s": _busy("0"),
    "429, in 0.3 s": _busy("0.3"),
    "429, in 1 s": _busy("1"),
    "429, by date": _busy_until,
    "429": _same(Fault("status", 429, message="Rate limit reached.")),
    "500": _same(Fault("status", 500)),
    "502": _same(Fault("status", 502)),
    "503": _same(Fault("status", 503)),
    "529": _overloaded,
    "slow": lambda _, timeout: Fault("hang", seconds=timeout / 4),
    "hang": lambda _, timeout: Fault("hang", seconds=timeout * 4),
    "drop": _same(Fault("drop")),
    "reset": _same(Fault("reset")),
    "cut": _same(Fault("cut")),
    "truncated": _same(Fault("truncated")),
    "not json": _same(Fault("not_json", message="upstream connect error or disconnect/reset before headers")),
    "html": _same(Fault("html", 200, message="We'll be right back")),
    "gateway": _same(Fault("html", 502, message="Bad Gateway")),
    "empty": _same(Fault("empty")),
    "no choices": _same(Fault("no_choices")),
}
"""`slow` is answered all the same; `no choices` is over Anthropic's protocol a lawful answer that says nothing."""


class Weather:
    """Faults on a share of the calls, drawn from `kinds`. `timeout`: the client's own, in seconds."""

    def __init__(self, seed: int, rate: float, timeout: float, kinds: Sequence[str] = tuple(KINDS)) -> None:
        self._seed, self._rate, self._timeout, self._kinds = seed, rate, timeout, tuple(kinds)
        self._asked, self._lock = Asked(), threading.Lock()
        self.injected: Counter[str] = Counter()  # by kind

    def __call__(self, request: ChatRequest) -> Fault | None:
        told, nth = self._asked(request)
        chance = random.Random(f"{self._seed} {told} {nth}")
        if chance.random() >= self._rate:
            return None
        kind = chance.choice(self._kinds)
        with self._lock:
            self.injected[kind] += 1
        return KINDS[kind](request.protocol, self._timeout)


class Asked:
    """What was asked, and how often before: all that chance may depend on. Safe to use from many threads."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: ChatRequest) -> tuple[str, int]:
        told = digest(request)
        with self._lock:
            self._times[told] += 1
            return told, self._times[told] - 1


def digest(request: ChatRequest) -> str:
    """Of what was asked. Ids of calls are left out: the server numbers them as they come."""
    said = [(one.role, one.text, one.tool_calls) for one in request.messages]
    seed = request.body.get("seed"), request.body.get("generationConfig", {}).get("seed")
    told = json.dumps([request.protocol, request.model, request.system, said, request.tools, seed])
    return hashlib.sha256(told.encode()).hexdigest()
