"""Calls share no pool of connections: as many are with a provider at once as there are threads.

Not here: how many may be (`test_rate_limits`).
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.provider.presets import PROTOCOLS, served
from support.provider.server import Answer, Provider

from tautraj.llms import chat
from tautraj.llms.http_client import PoolPerThread

HELLO = [{"role": "user", "content": "hello"}]
CROWD = 150
"""More than httpx keeps in a pool unless it is told otherwise."""


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "none")


@pytest.mark.parametrize("name", [*PROTOCOLS, "vllm"])
def test_a_crowd_of_calls_is_with_a_provider_at_once(name: str) -> None:
    everybody = threading.Barrier(CROWD)

    def brain(_: object) -> Answer:
        everybody.wait(60)  # nobody is answered before all have asked
        return Answer("hi")

    with Provider(brain) as provider, ThreadPoolExecutor(CROWD) as crowd:
        llm = served(name, provider, calls_at_once=CROWD, requests_per_minute=None, tokens_per_minute=None)
        replies = list(crowd.map(lambda _: chat(llm, HELLO), range(CROWD)))
        assert not provider.errors
    assert [reply.text for reply in replies] == ["hi"] * CROWD


@pytest.mark.parametrize("name", [*PROTOCOLS, "vllm"])
def test_a_thread_keeps_its_connection(name: str) -> None:
    with Provider(lambda _: Answer("hi")) as provider:
        for _ in range(3):
            chat(served(name, provider), HELLO)
        assert len(provider.connections) == 1


def test_a_proxy_of_the_environment_is_asked_unless_the_environment_says_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with Provider(lambda _: Answer("by proxy")) as proxy, Provider(lambda _: Answer("straight")) as provider:
        monkeypatch.setenv("http_proxy", proxy.anthropic_base)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        client = httpx.Client(transport=PoolPerThread(verify=True))
        question = {"model": "x", "messages": HELLO}
        there = client.post("http://models.example/v1/chat/completions", json=question)
        here = client.post(f"{provider.openai_base}/chat/completions", json=question)
    said = [answer.json()["choices"][0]["message"]["content"] for answer in (there, here)]
    assert said == ["by proxy", "straight"]
