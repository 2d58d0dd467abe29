"""Before anything is played: the cases of servers, addresses and proxies, by the command line or its start-up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cases import load_case, openai_text, serve_case
from support.cli import Finished, Generate, by_the_door, played
from support.provider.raw_server import RawAnswer, RawRequest, RawServer

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.errors import ConfigError, PreflightError
from tautraj.runs.plan import plan_run
from tautraj.runs.startup import start_up
from tautraj.store import Store

MOCK = ("domain=mock", "split=base", "tasks.limit=1", "tracking=none")
HELLO = 'Thought:\nI greet.\nAction:\n{"name": "respond", "arguments": {"content": "Hello."}}'
CODE = '```python\nrespond(content="Hello.")\n```'


def answer(request: RawRequest, text: str) -> RawAnswer:
    """`text`, in the protocol of the path."""
    if request.path.endswith("/api/chat"):
        message = {"role": "assistant", "content": text}
        body: dict[str, Any] = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": True}
        return RawAnswer(200, {**body, "done_reason": "stop", "prompt_eval_count": 10, "eval_count": 2})
    return RawAnswer(200, openai_text(text))


def refusing_tools(text: str) -> Callable[[RawRequest], RawAnswer]:
    refusal = load_case("no-tool-parser")["refusal"]

    def answering(request: RawRequest) -> RawAnswer:
        return RawAnswer(refusal["status"], refusal["body"]) if "tools" in request.body else answer(request, text)

    return answering


def say_stop(request: RawRequest) -> RawAnswer:
    return answer(request, "###STOP###")


def start(run: Run, root: Path) -> list[str]:
    """Start the run up and end it; what was said."""
    said: list[str] = []
    with start_up(plan_run(run.model_copy(update={"root": str(root)})), said.append):
        pass
    return said


def sent_tools(request: RawRequest) -> list[str]:
    return [tool["function"]["name"] for tool in request.body.get("tools", [])]


@pytest.mark.parametrize("model", ["model=vllm", pytest.param("model=ollama", marks=pytest.mark.slow)])
def test_no_tool_parser(model: str, generate: Generate, tmp_path: Path) -> None:
    case = load_case("no-tool-parser")
    assert [model] in (case["command"], case["also"])
    with RawServer(refusing_tools(HELLO)) as agent, RawServer(say_stop) as customer:
        base = agent.address + ("" if model == "model=ollama" else "/v1")
        words = [model, f"model.provider.api_base={base}", "model.provider.retry_seconds=0", "user=vllm"]
        words += [f"user.provider.api_base={customer.address}/v1", *MOCK]
        refused = generate(*words)
        asked = len(agent.requests)
        done = generate(*words, "agent=react")
    assert refused.code == 2
    lines = [line for line in refused.err.splitlines() if line.startswith("error:")]
    assert len(lines) == 1
    assert case["refusal"]["body"]["error"]["message"] in lines[0]
    assert lines[0].endswith(
        "It answers without tools and refuses them: start the server with a tool-call parser (vLLM: "
        "--enable-auto-tool-choice --tool-call-parser …), choose a model that takes tools, or use an agent without "
        "native tools, e.g. agent=react."
    )
    assert asked == 2  # with tools and without: the preflight's
    assert done.code == 0, done.err
    assert len(only_run(tmp_path)) == 1  # nothing is left of the command that was refused


def only_run(root: Path) -> dict[tuple[str, int], float | None]:
    (folder,) = [path.parent for path in root.glob("outputs/default/*/run.yaml")]
    return played(Store(str(folder)))


@pytest.mark.parametrize(
    ("agent", "text"), [("act", HELLO), ("react", HELLO), ("code", CODE)], ids=["act", "react", "code"]
)
def test_no_tool_parser_text_agents_play(agent: str, text: str, tmp_path: Path) -> None:
    with serve_case(refusing_tools(text), say_stop, "model=vllm", f"agent={agent}", "tasks.limit=1") as (run, *_):
        assert start(run, tmp_path) == []


def test_each_seat_is_asked_with_the_tools_that_its_episodes_send(tmp_path: Path) -> None:
    def ok(request: RawRequest) -> RawAnswer:
        return answer(request, "ok")

    with serve_case(ok, ok, "model=vllm", "domain=telecom", "split=small", "tasks.limit=1") as (run, model, user):
        start(run, tmp_path)
        (to_model,), (to_user,) = model.requests, user.requests
    benchmark = open_benchmark(run.benchmark, run.domain)
    assert sent_tools(to_model) == [tool["function"]["name"] for tool in benchmark.tools]
    assert sent_tools(to_user) == [tool["function"]["name"] for tool in benchmark.user_tools]
    assert "max_tokens" not in to_model.body  # a reasoning model would say nothing within a few


def test_the_agents_seat_is_asked_with_tools_by_name_where_its_episodes_send_them_so(tmp_path: Path) -> None:
    def ok(request: RawRequest) -> RawAnswer:
        return answer(request, "ok")

    words = ["domain=mock", "split=base", "agent.tools=names", "tasks.limit=1"]
    with serve_case(ok, ok, "model=vllm", *words) as (run, model, _):
        start(run, tmp_path)
    [asked] = model.requests
    shown = [tool["function"] for tool in asked.body["tools"]]
    assert [tool["name"] for tool in shown] == sent_tools(asked)
    assert all((tool["description"], tool["parameters"]) == ("", {"type": "object"}) for tool in shown)


def test_one_llm_in_both_seats_is_asked_once_for_each_set_of_tools(tmp_path: Path) -> None:
    with RawServer(lambda request: answer(request, "ok")) as server:
        words = ["model=vllm", "user=vllm", "tasks.limit=1", f"model.provider.api_base={server.address}/v1"]
        with serve_case(say_stop, say_stop, *words, f"user.provider.api_base={server.address}/v1") as (run, *_):
            same = run.model_copy(update={"user": run.model})
            start(same, tmp_path / "tools")
            start(same.model_copy(update={"agent": react(run)}), tmp_path / "none")
    assert [bool(sent_tools(request)) for request in server.requests] == [True, False, False]


def react(run: Run) -> Any:
    return run.agent.model_copy(
        update={"name": "react", "target": "tautraj.agents.react.react", "settings": {"replay_reasoning": True}}
    )


def test_address_without_v1(tmp_path: Path) -> None:
    refusal = load_case("address-without-v1")["refusal"]

    def answering(request: RawRequest) -> RawAnswer:
        right = request.path == "/v1/chat/completions"
        return answer(request, "ok") if right else RawAnswer(refusal["status"], refusal["body"])

    with RawServer(answering) as server:
        address = f"model.provider.api_base={server.address}"
        with serve_case(say_stop, say_stop, "model=vllm", address, "tasks.limit=1") as (run, *_):
            with pytest.raises(PreflightError) as caught:
                start(run, tmp_path)
            right = run.model.provider.model_copy(update={"api_base": f"{server.address}/v1"})
            start(run.model_copy(update={"model": run.model.model_copy(update={"provider": right})}), tmp_path)
    (line,) = str(caught.value).splitlines()
    assert line.endswith(
        "No model is mentioned, so the address is likely wrong: it lacks the last part. Try "
        f"model.provider.api_base={server.address}/v1, or run with model=oracle user=scripted."
    )


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/"])
def test_an_address_with_more_or_less_at_its_end_is_the_same(path: str, tmp_path: Path) -> None:
    def answering(request: RawRequest) -> RawAnswer:
        right = request.path == "/v1/chat/completions"
        return answer(request, "ok") if right else RawAnswer(404, {"detail": "Not Found"})

    with RawServer(answering) as server:
        address = f"model.provider.api_base={server.address}{path}"
        with serve_case(say_stop, say_stop, "model=vllm", address, "tasks.limit=1") as (run, *_):
            assert start(run, tmp_path) == []


@pytest.mark.parametrize("address", ["127.0.0.1:8000/v1", "localhost:8000/v1", "//h/v1", "ftp://h/v1"])
def test_an_address_without_http_is_one_line(address: str) -> None:
    base = f"model.provider.api_base={address}"
    with pytest.raises(ConfigError) as caught, serve_case(say_stop, say_stop, "model=vllm", base):
        pass
    assert str(caught.value) == "model.provider.api_base: begin it with http:// or https://"


def test_ollama_context(tmp_path: Path) -> None:
    case = load_case("ollama-context")
    reply = case["to_the_agent"][0]
    with RawServer(lambda _: RawAnswer(reply["status"], reply["body"])) as server:
        words = [*case["command"], "tasks.limit=1", *at(server)]
        with serve_case(say_stop, say_stop, *words) as (run, *_):
            assert start(run, tmp_path) == []
    assert server.requests
    benchmark = open_benchmark(run.benchmark, run.domain)
    policy_and_tools = (len(benchmark.agent_prompt) + sum(len(str(tool)) for tool in benchmark.tools)) // 4
    for request in server.requests:
        assert request.body["options"]["num_ctx"] >= 2 * policy_and_tools


def at(server: RawServer) -> list[str]:
    seats = ("model", "user")
    return [f"{seat}.provider.{word}" for seat in seats for word in (f"api_base={server.address}", "retry_seconds=0")]


def test_an_ollama_whose_room_is_unknown_or_too_small_is_named(tmp_path: Path) -> None:
    with RawServer(say_stop) as server:
        words = ["model=ollama", "user=ollama", "domain=retail", "tasks.limit=1", *at(server)]
        with serve_case(say_stop, say_stop, *words, "~model.extra.num_ctx") as (run, *_):
            said = start(run, tmp_path)
        asked = len(server.requests)
        with (
            serve_case(say_stop, say_stop, *words, "model.extra.num_ctx=2048") as (run, *_),
            pytest.raises(PreflightError) as caught,
        ):
            start(run, tmp_path)
        assert len(server.requests) == asked
    assert [line.partition(":")[0] for line in said] == ["model=qwen3"]
    assert said[0].endswith("often 4096 tokens. Unless it is set higher there, add +model.extra.num_ctx=32768")
    (line,) = str(caught.value).splitlines()
    assert line.startswith("model=qwen3:8b: model.extra.num_ctx=2048 has no room for a conversation")
    assert line.endswith("Use model.extra.num_ctx=32768, or run with model=oracle user=scripted.")


def with_proxies(environ: dict[str, str], changes: dict[str, str | None]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in changes}
    return kept | {name: value for name, value in changes.items() if value is not None}


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_http_proxy(number: int, environ: dict[str, str], tmp_path: Path) -> None:
    case = load_case("http-proxy")
    env = with_proxies(environ, case["environment"])
    finished: Finished = by_the_door("generate", *case["commands"][number], cwd=tmp_path, env=env)
    assert finished.code == 0, finished.err
    assert len(only_run(tmp_path)) == 1
    assert "127.0.0.1:9" not in finished.err


def test_a_provider_elsewhere_is_asked_through_the_proxy_and_one_on_this_machine_is_not(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """The customer's host exists only for the proxy; it answers the whole address that a proxy is sent."""
    with (
        RawServer(lambda request: answer(request, HELLO)) as here,
        RawServer(say_stop) as proxy,
    ):
        env = with_proxies(environ, {"HTTP_PROXY": proxy.address, "NO_PROXY": "corp.example", "no_proxy": None})
        words = ["model=vllm", "user=vllm", "agent=react", f"model.provider.api_base={here.address}/v1"]
        words += ["user.provider.api_base=http://models.example/v1", *MOCK]
        finished = by_the_door("generate", *words, cwd=tmp_path, env=env)
    assert finished.code == 0, finished.err
    assert {request.path for request in proxy.requests} == {"http://models.example/v1/chat/completions"}
    assert {request.path for request in here.requests} == {"/v1/chat/completions"}


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("socks5://127.0.0.1:9", "ALL_PROXY is a SOCKS proxy, which needs one more package: pip install socksio"),
        ("socks://127.0.0.1:9", "ALL_PROXY: no proxy can be reached by socks://. Write http://… or socks5://…"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_one_line(
    address: str, said: str, environ: dict[str, str], tmp_path: Path
) -> None:
    finished = by_the_door("generate", *MOCK, cwd=tmp_path, env=with_proxies(environ, {"ALL_PROXY": address}))
    assert finished.code == 2
    assert finished.err.splitlines() == [f"error: {said}, or unset it."]
    assert not list(tmp_path.rglob("run.yaml"))


def say_hello_and_stop(request: RawRequest) -> RawAnswer:
    has_spoken = any(message["role"] == "assistant" for message in request.body["messages"])
    return answer(request, "###STOP###" if has_spoken else "Hello, I need help.")


def refuse_episodes(request: RawRequest) -> RawAnswer:
    """Answers the check, and refuses every request with a conversation."""
    is_check = len(request.body["messages"]) == 1
    return answer(request, "ok") if is_check else RawAnswer(400, {"error": {"message": "no conversations today"}})


NOTHING_FINISHED = (
    "no episode was finished (2 × BadRequest), the last: Qwen/Qwen3-8B at vllm:",
    "no conversations today",
    "Fix it and run the same command: it plays the rest.",
)


@pytest.mark.slow
def test_a_run_whose_every_episode_failed_exits_with_1(generate: Generate) -> None:
    with RawServer(refuse_episodes) as agent, RawServer(say_hello_and_stop) as customer:
        words = ["model=vllm", f"model.provider.api_base={agent.address}/v1", "user=vllm", "agent=react"]
        words += [f"user.provider.api_base={customer.address}/v1", *MOCK, "tasks.limit=2"]
        failed = generate(*words)
    assert failed.code == 1
    (line,) = [line for line in failed.err.splitlines() if line.startswith("error:")]
    assert line.startswith(f"error: {NOTHING_FINISHED[0]}")
    assert NOTHING_FINISHED[1] in line
    assert line.endswith(NOTHING_FINISHED[2])


def test_a_cell_whose_every_episode_failed_is_named_and_its_sweep_exits_with_1(sweep: Generate) -> None:
    with RawServer(refuse_react) as agent, RawServer(say_hello_and_stop) as customer:
        words = ["model=vllm", f"model.provider.api_base={agent.address}/v1", "user=vllm"]
        words += [f"user.provider.api_base={customer.address}/v1", *MOCK, "tasks.limit=2"]
        failed = sweep(*words, "grid.agent=[react,act]")
    assert failed.code == 1
    (line,) = [line for line in failed.err.splitlines() if line.startswith("error:")]
    assert line.startswith(f"error: agent=react: {NOTHING_FINISHED[0]}")


def refuse_react(request: RawRequest) -> RawAnswer:
    """Refuses the conversations of the agent whose prompt asks for a thought, and plays the other's."""
    is_react = "Thought:" in str(request.body["messages"][0]["content"])
    return refuse_episodes(request) if is_react else answer(request, HELLO)
