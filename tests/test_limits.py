"""Rate limits, counted where they matter: at the server.

A window is a minute and a clock cannot be hurried, so the quick tests see that the next request does not come, and
one slow test waits until it does.
"""

import functools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from provider import Answer, ChatRequest, Fault, Provider

from tautraj.command_line import compose_tree
from tautraj.config import Llm
from tautraj.errors import ProviderError
from tautraj.llms import chat
from tautraj.tree import parse

THREADS = 32
HELLO = [{"role": "user", "content": "hello"}]


class Counter:
    """Answers after a moment and keeps count of how many it is answering at once."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.now = self.most = 0
        self._seconds, self._lock = seconds, threading.Lock()

    def __call__(self, request: ChatRequest) -> Answer:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self._seconds)
        with self._lock:
            self.now -= 1
        return Answer("hi")


@functools.cache
def configured(name: str) -> Llm:
    return parse(compose_tree([f"model={name}", f"user={name}"])).model


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


def settle(provider: Provider, expected: int) -> int:
    """How many requests have come a second after the expected ones."""
    until = time.monotonic() + 20
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


@pytest.mark.parametrize(
    ("limits", "letters", "allowed"),
    [
        ({"requests_per_minute": 30}, 5, 30),
        ({"tokens_per_minute": 3000}, 3950, 3),  # four letters are taken for a token
        ({"requests_per_minute": 30, "tokens_per_minute": 3000}, 3950, 3),
        ({"requests_per_minute": 2, "tokens_per_minute": 3000}, 3950, 2),
    ],
)
def test_what_is_over_the_limit_is_held_back(limits: dict[str, int], letters: int, allowed: int) -> None:
    with Provider(Counter()) as provider:
        llm = served(provider, **limits, calls_at_once=64)
        long = [{"role": "user", "content": "x" * letters}]
        chat(llm, long)
        crowd([llm] * allowed, long)
        assert settle(provider, allowed) == allowed


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
@pytest.mark.parametrize(
    ("limits", "letters", "allowed"),
    [({"requests_per_minute": 30}, 5, 30), ({"tokens_per_minute": 3000}, 3950, 3)],
)
def test_what_was_held_back_comes_when_the_minute_is_over(limits: dict[str, int], letters: int, allowed: int) -> None:
    """No minute holds more than it may, and none of the crowd is forgotten."""
    with Provider(Counter()) as provider:
        llm = served(provider, **limits, calls_at_once=64)
        long = [{"role": "user", "content": "x" * letters}]
        chat(llm, long)
        wait_for(crowd([llm] * (allowed * 2 - 1), long))
    arrivals = [request.arrived for request in provider.requests]
    assert len(arrivals) == allowed * 2
    assert min(later - sooner for sooner, later in zip(arrivals, arrivals[allowed:], strict=False)) >= 59.5
    assert arrivals[-1] - arrivals[0] < 75
