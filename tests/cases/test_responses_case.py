"""Models whose tools are served at /responses only: the case of gpt-5.4."""

import socket
from typing import Any

import pytest
from support.cases import PlayedCase, answer_agent, answer_customer, load_case, play_case
from support.provider.raw_server import RawRequest, RawServer

from tautraj.errors import BadRequest

GET_ADDRESS = socket.getaddrinfo


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


@pytest.fixture
def openai_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name api.openai.com leads to this machine."""

    def resolve(host: Any, *more: Any, **options: Any) -> Any:
        return GET_ADDRESS("127.0.0.1" if host in ("api.openai.com", b"api.openai.com") else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def refuses_tools(request: RawRequest) -> bool:
    """The refusal of the case: POST …/chat/completions with tools and no reasoning_effort=none."""
    is_chat = request.path.endswith("/chat/completions")
    return is_chat and bool(request.body.get("tools")) and request.body.get("reasoning_effort") != "none"


def play(*words: str, address: str | None = None) -> PlayedCase:
    case = load_case("gpt-5.4-tools")
    with RawServer(answer_agent(case, refuses_tools)) as server:
        base = [f"model.provider.api_base=http://{address}:{server.server_port}/v1"] if address else []
        played = play_case(answer_agent(case, refuses_tools), answer_customer(case), *words, *base)
        return played._replace(agent_requests=server.requests) if address else played


def check_played_to_its_end(played: PlayedCase) -> None:
    assert played.error is None
    assert [turn.kind for turn in played.turns if turn.seat == "model" and not turn.given] == ["tool_call", "message"]
    assert {request.path for request in played.agent_requests} == {"/v1/responses"}
    items = {item.get("type"): item for item in played.agent_requests[1].body["input"]}
    assert items["function_call"]["name"] == "get_users"
    assert items["function_call_output"]["call_id"] == items["function_call"]["call_id"]


def test_gpt_5_4_tools() -> None:
    played = play(*load_case("gpt-5.4-tools")["command"])
    check_played_to_its_end(played)
    assert [request.body["reasoning"]["effort"] for request in played.agent_requests] == ["low", "low"]


@pytest.mark.parametrize("index", [0, 1])
def test_gpt_5_4_tools_where_no_effort_is_named(index: int, openai_is_here: None) -> None:
    check_played_to_its_end(play(*load_case("gpt-5.4-tools")["also"][index], address="api.openai.com"))


def test_gpt_5_4_tools_at_another_address_that_refuses_them() -> None:
    """litellm asks such an address for chat completions; the line names the way out."""
    played = play("model=gpt5", "model.name=gpt-5.5")
    assert isinstance(played.error, BadRequest)
    assert "name=responses/gpt-5.5" in str(played.error)
    check_played_to_its_end(play("model=gpt5", "model.name=responses/gpt-5.5"))


@pytest.mark.parametrize(
    "words",
    [
        ["model.name=gpt-5.2"],
        ["model.name=gpt-5.2", "+model.extra.reasoning_effort=low"],
        ["model.name=gpt-5.4", "+model.extra.reasoning_effort=none"],
        ["model.name=gpt-5.6"],
    ],
    ids=["older", "older, effort", "none", "address of its own"],
)
def test_gpt_5_4_tools_stay_where_they_were(words: list[str]) -> None:
    case = load_case("vllm-reasoning")
    played = play_case(answer_agent(case), answer_customer(case), "model=gpt5", *words)
    assert played.error is None
    assert {request.path for request in played.agent_requests} == {"/v1/chat/completions"}


def test_gpt_5_4_tools_with_reasoning_that_goes_back() -> None:
    case = load_case("gpt-5.4-tools")
    thought = {"type": "reasoning", "id": "rs_1", "encrypted_content": "ENCRYPTED"}
    thought["summary"] = [{"type": "summary_text", "text": "I must look first."}]  # type: ignore[assignment]
    case["to_the_agent_at_responses"][0]["body"]["output"].insert(0, thought)
    played = play_case(answer_agent(case, refuses_tools), answer_customer(case), *case["command"])
    check_played_to_its_end(played)
    assert [item for item in played.agent_requests[1].body["input"] if item.get("type") == "reasoning"] == [thought]
    assert [list(entry) for turn in played.turns for entry in turn.signed] == [["reasoning_items"]]


def test_gpt_5_4_tools_answer_that_was_cut_off() -> None:
    case = load_case("gpt-5.4-tools")
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    case["to_the_agent_at_responses"] = [case["to_the_agent_at_responses"][1]]
    case["to_the_agent_at_responses"][0]["body"] |= cut
    played = play_case(answer_agent(case, refuses_tools), answer_customer(case), *case["command"])
    assert [call.finish for turn in played.turns if turn.seat == "model" for call in turn.calls] == ["length"]
