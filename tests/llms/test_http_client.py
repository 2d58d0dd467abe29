"""Calls share no pool of connections: as many are with a provider at once as there are threads.

Not here: how many may be (`test_rate_limits`).
"""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from support.provider.presets import PROTOCOLS, served
from support.provider.raw_server import RawAnswer, RawServer
from support.provider.server import Answer, Provider

from tautraj import process_env
from tautraj.errors import BadRequest, PreflightError, ProviderTimeout
from tautraj.llms import chat
from tautraj.llms.http_client import PoolPerThread, check_proxies, describe_proxy, ensure_http_handler

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


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_of_the_environment_is_asked_unless_the_environment_says_not(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with Provider(lambda _: Answer("by proxy")) as proxy, Provider(lambda _: Answer("straight")) as provider:
        monkeypatch.setenv("http_proxy", proxy.anthropic_base.replace("http://", scheme))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        client = httpx.Client(transport=PoolPerThread(verify=True))
        question = {"model": "x", "messages": HELLO}
        there = client.post("http://models.example/v1/chat/completions", json=question)
        here = client.post(f"{provider.openai_base}/chat/completions", json=question)
    said = [answer.json()["choices"][0]["message"]["content"] for answer in (there, here)]
    assert said == ["by proxy", "straight"]


LOOPBACK = "localhost,127.0.0.1,::1,0.0.0.0"


@pytest.mark.parametrize(
    ("lower", "upper", "exempt"),
    [
        (None, None, LOOPBACK),
        ("", "", LOOPBACK),
        (None, "corp.example, 10.0.0.1", f"corp.example,10.0.0.1,{LOOPBACK}"),
        ("127.0.0.1", "read by nobody who reads the other", "127.0.0.1,localhost,::1,0.0.0.0"),
    ],
)
def test_this_machine_is_exempt_from_proxies_beside_what_the_environment_exempts(
    monkeypatch: pytest.MonkeyPatch, lower: str | None, upper: str | None, exempt: str
) -> None:
    for name, value in (("no_proxy", lower), ("NO_PROXY", upper)):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    for _ in range(2):
        process_env.prepare()
        assert (os.environ["no_proxy"], os.environ["NO_PROXY"]) == (exempt, exempt)


def test_an_environment_that_exempts_everything_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("NO_PROXY", "*")
    process_env.prepare()
    assert (os.environ["no_proxy"], os.environ["NO_PROXY"]) == ("*", "*")


@pytest.mark.parametrize(
    ("variable", "address", "line"),
    [
        (
            "https_proxy",
            "socks5h://me:secret-4711@h:1",
            "https_proxy is a SOCKS proxy, which needs one more package: pip install socksio, or unset it.",
        ),
        (
            "ALL_PROXY",
            "SOCKS://h:1",
            "ALL_PROXY: no proxy can be reached by socks://. Write http://… or socks5://…, or unset it.",
        ),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str, line: str
) -> None:
    monkeypatch.setenv(variable, address)
    with pytest.raises(PreflightError) as caught:
        check_proxies()
    assert str(caught.value) == line


@pytest.mark.parametrize("address", ["http://h:1", "https://h:1", "h:1"])
def test_other_proxies_are_left_to_the_first_call(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("all_proxy", address)
    check_proxies()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("name", [*PROTOCOLS, "vllm"])
def test_neither_key_nor_conversation_follow_a_redirect_to_another_host(
    monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    for variable in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(variable, "canary-4711")
    with (
        Provider(lambda _: Answer("hi")) as provider,
        RawServer(lambda _: RawAnswer(200, {})) as other,
        RawServer(lambda _: RawAnswer(status, b"", {"Location": f"{other.address}/v1/x"})) as first,
        pytest.raises(BadRequest) as caught,
    ):
        chat(served(name, provider, api_base=first.address, retry_seconds=5.0), HELLO)
    assert len(first.requests) == 1
    assert other.requests == []
    assert f"redirects to {other.address}/v1/x" in str(caught.value)
    assert "provider.api_base" in str(caught.value)
    assert "canary-4711" not in str(caught.value)


@pytest.mark.parametrize(("status", "is_followed"), [(307, True), (308, True), (301, False), (302, False)])
def test_a_redirect_within_an_origin_is_followed_if_it_keeps_the_request(status: int, is_followed: bool) -> None:
    """301 to 303 would turn the POST into a GET."""
    with Provider(lambda _: Answer("hi")) as provider:

        def answer(request: object) -> RawAnswer:
            if len(first.requests) == 1:
                return RawAnswer(status, b"", {"Location": "/v1/elsewhere"})
            return RawAnswer(200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}}]})

        with RawServer(answer) as first:
            llm = served("vllm", provider, api_base=f"{first.address}/v1")
            if is_followed:
                assert chat(llm, HELLO).text == "hi"
                assert json.dumps(HELLO) in json.dumps(first.requests[1].body)
            else:
                with pytest.raises(BadRequest, match="/v1/elsewhere"):
                    chat(llm, HELLO)


@pytest.mark.parametrize("name", ["gpt4o", "claude"])
def test_an_answer_that_trickles_is_late_all_the_same(name: str) -> None:
    slow = RawAnswer(200, {"content": [], "choices": []}, pause=0.2)
    with RawServer(lambda _: slow) as server, Provider(lambda _: Answer("hi")) as provider:
        llm = served(name, provider, api_base=server.address, timeout_seconds=1.0)
        started = time.monotonic()
        with pytest.raises(ProviderTimeout):
            chat(llm, HELLO)
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("address", "variables", "proxy"),
    [
        (None, {"HTTPS_PROXY": "http://h:1"}, "HTTPS_PROXY=http://h:1"),
        (None, {"http_proxy": "http://h:1"}, None),
        ("http://models.example/v1", {"http_proxy": "h:1", "all_proxy": "a:1"}, "http_proxy=http://h:1"),
        ("http://models.example/v1", {"ALL_PROXY": "a:1"}, "ALL_PROXY=http://a:1"),
        ("http://127.0.0.1:8000/v1", {"http_proxy": "h:1"}, None),
        ("http://models.example/v1", {}, None),
    ],
)
def test_the_proxy_of_an_address_is_described(
    address: str | None, variables: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert describe_proxy(address) == proxy


def test_clients_that_litellm_kept_from_earlier_calls_are_replaced() -> None:
    """Else a call of somebody else's, before the first of ours, would decide how all of that route are sent."""
    import litellm

    litellm.in_memory_llm_clients_cache.set_cache("kept", object())
    ensure_http_handler.cache_clear()
    ensure_http_handler()
    assert litellm.in_memory_llm_clients_cache.get_cache("kept") is None
