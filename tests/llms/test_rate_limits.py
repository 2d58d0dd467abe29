"""Rate limits, counted where they matter: at the server.

A window is a minute and a clock cannot be hurried, so the quick tests see that the next request does not come, and
one slow test waits until it does.
"""

import functools
import json
import queue
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from support.cli import REPO
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Fault, Provider

from tautraj.config import Llm
from tautraj.errors import ProviderError
from tautraj.llms import chat, rate_limits
from tautraj.llms.concurrency import AdaptiveSemaphore
from tautraj.llms.rate_limits import ProviderLimits

THREADS = 32
HELLO = [{"role": "user", "content": "hello"}]


class Counter:
    """Answers after a moment and keeps count of how many it is answering at once, and of tokens."""

    def __init__(self, seconds: float = 0.05, per_token: float = 4, tokens_out: int = 10) -> None:
        self.now = self.most = 0
        self.each: list[int] = []
        self._seconds, self._per_token, self._tokens_out = seconds, per_token, tokens_out
        self._lock = threading.Lock()

    @property
    def tokens(self) -> int:
        return sum(self.each)

    def __call__(self, request: ChatRequest) -> Answer:
        tokens_in = round(sum(len(said.text) for said in request.messages) / self._per_token)
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.each.append(tokens_in + self._tokens_out)
        time.sleep(self._seconds)
        with self._lock:
            self.now -= 1
        return Answer("hi", tokens_in=tokens_in, tokens_out=self._tokens_out)


@functools.cache
def configured(name: str) -> Llm:
    return composed_run(f"model={name}", f"user={name}").model


def served(provider: Provider, name: str = "vllm", **settings: Any) -> Llm:
    llm = configured(name)
    settings = {"api_base": provider.openai_base, "retry_seconds": 0.0} | settings
    return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})


def crowd(llms: Sequence[Llm], messages: Sequence[dict[str, Any]] = HELLO) -> list[threading.Thread]:
    """One thread per llm, all asking at the same moment."""
    together = threading.Barrier(len(llms))

    def ask(llm: Llm) -> None:
        together.wait()
        with suppress(ProviderError):  # of those still held back when the server has gone
            chat(llm, messages)

    threads = [threading.Thread(target=ask, args=(llm,), daemon=True) for llm in llms]
    for thread in threads:
        thread.start()
    return threads


def wait_for(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


@pytest.fixture(scope="module", autouse=True)
def key() -> Iterator[None]:
    """In the environment; and litellm has loaded what it loads at a first call: seconds that no test should count."""
    with pytest.MonkeyPatch.context() as patch, Provider(lambda _: Answer("hi")) as provider:
        patch.setenv("OPENAI_API_KEY", "k")
        chat(served(provider), HELLO)
        yield


def settle(provider: Provider, expected: int, patience: float = 20) -> int:
    """How many requests have come a second after the expected ones."""
    until = time.monotonic() + patience
    while len(provider.requests) < expected and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(1)
    return len(provider.requests)


def test_no_more_calls_at_once_than_allowed() -> None:
    with Provider(counter := Counter()) as provider:
        llm = served(provider, calls_at_once=4)
        chat(llm, HELLO)
        wait_for(crowd([llm] * THREADS))
    assert len(provider.requests) == THREADS + 1
    assert counter.most == 4


def test_no_more_calls_at_once_than_allowed_from_the_first_moment() -> None:
    with Provider(counter := Counter(seconds=0.3)) as provider:
        wait_for(crowd([served(provider, calls_at_once=4, requests_per_minute=1000)] * THREADS))
    assert counter.most == 4


OVER_HTTP = ["gpt4o", "claude", "gemini"]
"""Presets of three protocols. Others go as gpt4o goes."""


@pytest.mark.parametrize(
    "name", [*OVER_HTTP, *(pytest.param(name, marks=pytest.mark.slow) for name in ("vllm", "mistral", "openrouter"))]
)
def test_a_minute_is_kept_over_every_protocol(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """litellm says of each when it is about to send; one that did not would be let through."""
    for variable in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.setenv(variable, "k")
    with Provider(lambda _: Answer("hi")) as provider:
        base = {"claude": provider.anthropic_base, "gemini": provider.gemini_base}.get(name, provider.openai_base)
        crowd([served(provider, name, api_base=base, requests_per_minute=3)] * 6)
        assert settle(provider, 3) == 3


def test_two_seats_of_one_provider_share_its_limits() -> None:
    with Provider(counter := Counter()) as provider:
        seats = [served(provider, name, calls_at_once=3) for name in ("gpt4o", "gpt4o_mini")]
        chat(seats[0], HELLO)
        wait_for(crowd(seats * (THREADS // 2)))
    assert {request.model for request in provider.requests} == {seat.name for seat in seats}
    assert counter.most == 3


def test_two_providers_do_not_wait_for_each_other() -> None:
    with Provider(counter := Counter(0.5)) as one, Provider(counter) as other:
        wait_for(crowd([served(one, calls_at_once=1), served(other, calls_at_once=1)]))
    assert counter.most == 2


def test_who_waits_to_ask_again_holds_up_nobody() -> None:
    """A refused call gives its slot back while it waits."""
    refused = Fault("status", 429, {"Retry-After": "2"})
    with Provider(Counter(), lambda request: refused if request.number == 1 else None) as provider:
        llm = served(provider, calls_at_once=1, retry_seconds=30.0)
        wait_for(crowd([llm] * 4))
    arrivals = [request.arrived - provider.requests[0].arrived for request in provider.requests]
    assert len(arrivals) == 5
    assert max(arrivals[1:4]) < 2 <= arrivals[4]


def test_requests_over_the_limit_are_held_back() -> None:
    with Provider(Counter()) as provider:
        llm = served(provider, requests_per_minute=30, calls_at_once=64)
        crowd([llm] * 32)
        assert settle(provider, 30) == 30


@pytest.mark.parametrize("per_token", [2.5, 4, 8])
def test_tokens_over_the_limit_are_held_back(per_token: float) -> None:
    """However many letters a token has: the first answers tell, and until then the guess is cautious."""
    with Provider(brain := Counter(per_token=per_token)) as provider:
        llm = served(provider, tokens_per_minute=40_000, calls_at_once=64)
        long = [{"role": "user", "content": "x" * round(990 * per_token)}]
        chat(llm, long)
        crowd([llm] * 50, long)
        came = settle(provider, 33)
    assert came < 51
    assert 30_000 <= brain.tokens <= 40_400


def test_what_a_call_took_beyond_its_estimate_is_paid_by_the_next_ones() -> None:
    with Provider(Counter(tokens_out=5000)) as provider:
        llm = served(provider, tokens_per_minute=6000)
        chat(llm, HELLO)
        crowd([llm] * 2)
        assert settle(provider, 1) == 1


@pytest.mark.slow
def test_processes_of_one_machine_share_the_limits() -> None:
    with Provider(counter := Counter()) as provider:
        limits = {"requests_per_minute": 20, "tokens_per_minute": 10_000_000, "calls_at_once": 3}
        given = json.dumps({"api_base": provider.openai_base, "name": "shared", **limits})
        script = "import json, runpy, sys; runpy.run_path(sys.argv[1])['ask_often'](json.loads(sys.argv[2]), 16)"
        command = [sys.executable, "-c", script, __file__, given]
        processes = [subprocess.Popen(command, cwd=REPO / "tests") for _ in range(2)]
        came = settle(provider, 20, patience=120)
        for process in processes:
            process.kill()
            process.wait()
    assert came == 20
    assert counter.most <= 3


def ask_often(settings: dict[str, Any], times: int) -> None:
    """In a process of its own: that many calls at the same moment."""
    plain = configured("vllm")
    llm = plain.model_copy(update={"provider": plain.provider.model_copy(update=settings)})
    wait_for(crowd([llm] * times))


def test_a_talkative_conversation_waits_behind_the_others() -> None:
    """One slot, one that always wants it, eight that come now and then: each is let in when its turn has come."""
    with Provider(Counter(0.01)) as provider:
        llm = served(provider, calls_at_once=1)
        stop, waited = threading.Event(), []

        def talk() -> None:
            while not stop.is_set():
                chat(llm, HELLO)

        def ask_once() -> None:
            began = len(provider.requests)
            chat(llm, [{"role": "user", "content": "at last"}])
            waited.append(len(provider.requests) - began)

        talking = [threading.Thread(target=talk) for _ in range(4)]
        asking = [threading.Thread(target=ask_once) for _ in range(8)]
        for thread in [*talking, *asking]:
            thread.start()
        wait_for(asking)
        stop.set()
        wait_for(talking)
    assert max(waited) <= len(talking) + len(asking) + 2


def test_calls_at_once_fall_where_the_provider_refuses_and_rise_again() -> None:
    slots = AdaptiveSemaphore(16)
    taken = [slots.acquire() for _ in range(16)]
    for moment in taken:
        slots.release(moment, refused=True)
    assert room_in(slots) == 8, "one crowd is one refusal"
    for _ in range(3):
        slots.release(slots.acquire(), refused=True)
    assert room_in(slots) == 1
    for _ in range(200):
        slots.release(slots.acquire(), refused=False)
    assert room_in(slots) == 16


def room_in(slots: AdaptiveSemaphore) -> int:
    """How many can be taken before the next one would wait."""
    taken: list[float] = []
    while slots.has_free_slot:
        taken.append(slots.acquire())
    for moment in taken:
        slots.release(moment, refused=False)
    return len(taken)


def test_a_crowd_at_the_slots_never_holds_more_than_there_are_and_leaves_none_behind() -> None:
    slots, held, most, lock = AdaptiveSemaphore(4), [0], [0], threading.Lock()

    def come_and_go(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(300):
            moment = slots.acquire()
            with lock:
                held[0] += 1
                most[0] = max(most[0], held[0])
            time.sleep(dice.choice([0, 0, 0.0005]))
            with lock:
                held[0] -= 1
            slots.release(moment, refused=dice.random() < 0.1)

    threads = [threading.Thread(target=come_and_go, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    wait_for(threads)
    assert most[0] <= 4
    for _ in range(50):
        slots.release(slots.acquire(), refused=False)
    assert room_in(slots) == 4


def test_a_provider_that_takes_four_at_once_is_soon_asked_by_four() -> None:
    counter = Counter(0.03)

    def crowded(_: ChatRequest) -> Fault | None:
        return Fault("status", 429, {"Retry-After": "0"}) if counter.now >= 4 else None

    with Provider(counter, crowded) as provider:
        llm = served(provider, calls_at_once=32, retry_seconds=60.0)
        wait_for(crowd([llm] * 64))
        refused = len(provider.requests) - 64
    assert 0 < refused < 64 * 3, "asked by 32 again and again, each of them would be refused many times"


def test_attempts_count_as_requests() -> None:
    """The provider counts what it refused, too."""
    refused = Fault("status", 429, {"Retry-After": "0"})
    with Provider(Counter(), lambda _: refused) as provider:
        crowd([served(provider, requests_per_minute=3, retry_seconds=30.0)])
        assert settle(provider, 3) == 3


def test_a_request_larger_than_a_minutes_tokens_is_sent_all_the_same_and_uses_the_minute_up() -> None:
    with Provider(Counter()) as provider:
        llm = served(provider, tokens_per_minute=1000)
        chat(llm, [{"role": "user", "content": "x" * 200_000}])
        crowd([llm])
        assert settle(provider, 1) == 1


@pytest.mark.slow
def test_no_minute_holds_more_than_it_may_with_64_threads() -> None:
    """Measured at the server over every window of 60 s, for three minutes: within 1 %, and none is forgotten."""
    with Provider(counter := Counter(0.05, per_token=4)) as provider:
        llm = served(provider, requests_per_minute=300, tokens_per_minute=100_000, calls_at_once=64)
        sizes = [random.Random(n).randrange(400, 2400) for n in range(700)]
        waiting = queue.SimpleQueue[int]()
        for size in sizes:
            waiting.put(size)

        def work() -> None:
            with suppress(queue.Empty):
                while True:
                    chat(llm, [{"role": "user", "content": "x" * waiting.get_nowait()}])

        threads = [threading.Thread(target=work) for _ in range(64)]
        for thread in threads:
            thread.start()
        wait_for(threads)
        arrivals = [request.arrived for request in provider.requests]
    assert len(arrivals) == 700
    assert most_in_a_minute(arrivals, [1] * 700) <= 303
    assert 90_000 <= most_in_a_minute(arrivals, counter.each) <= 101_000


def most_in_a_minute(arrivals: Sequence[float], weights: Sequence[int]) -> int:
    """The largest sum of weights over any window of 60 s."""
    spans = [(start, start + 60) for start in arrivals]
    return max(sum(w for a, w in zip(arrivals, weights, strict=True) if low <= a < high) for low, high in spans)


def test_a_wall_clock_that_is_set_back_holds_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "WINDOW_MS", 500)
    limits = ProviderLimits(2, None, 4, tmp_path)
    for _ in range(2):
        with limits.call_permit(10) as permit:
            permit.wait()
    an_hour_ago = time.time_ns() - 3600 * 10**9
    monkeypatch.setattr("pyrate_limiter.buckets.sqlite_bucket.time_ns", lambda: an_hour_ago)
    assert waits(limits) < 2


def test_calls_counted_before_a_restart_of_the_machine_hold_none(tmp_path: Path) -> None:
    """The monotonic clock begins anew."""
    ProviderLimits(1, None, 4, tmp_path)
    with sqlite3.connect(tmp_path / "requests.sqlite") as database:
        an_hour_ahead = time.monotonic_ns() // 10**6 + 3_600_000
        database.execute("INSERT INTO monotonic (name, item_timestamp) VALUES ('item', ?)", [an_hour_ahead])
    assert waits(ProviderLimits(1, None, 4, tmp_path)) < 2


def waits(limits: ProviderLimits) -> float:
    """Seconds until a call may be sent; fails after ten."""
    began = time.monotonic()

    def call() -> None:
        with limits.call_permit(10) as permit:
            permit.wait()

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(10)
    return time.monotonic() - began
