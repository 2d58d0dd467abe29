"""litellm's handler asked directly does what `litellm.completion` does: the same on the wire, the same answer."""

import copy
import json
from typing import Any

import litellm
import openai
import pytest
from support.provider.presets import configured
from support.provider.raw_server import RawAnswer, RawServer
from support.provider.server import Answer, ChatRequest, Fault, Provider

from tautraj.llms import openai_fast_path
from tautraj.llms.error_mapping import to_provider_error
from tautraj.llms.http_client import ensure_http_handler

ASK = {"role": "user", "content": "Where is my order?"}
CALLED = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"id": "#W1"}'}}],
}
THOUGHT = {"role": "assistant", "content": "", "reasoning_content": "Hm."}
CONVERSATION = [{"role": "system", "content": "Be kind."}, ASK, CALLED]
CONVERSATION += [{"role": "tool", "tool_call_id": "c1", "content": "{}"}, THOUGHT, ASK]
PROPERTIES = {
    "when": {"type": "string"},
    "id": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Id"},
    "n": {"type": "integer"},
}
SCHEMA = {"type": "object", "properties": PROPERTIES, "required": ["id"], "additionalProperties": False}
TOOLS = [{"type": "function", "function": {"name": "look", "strict": True, "parameters": SCHEMA}}]
MODELS = ["openai/gpt-4o-2024-11-20", "openai/gpt-5", "openai/o3", "openai/my-own", "hosted_vllm/qwen"]
SAMPLINGS: list[dict[str, Any]] = [
    {},
    {"temperature": 0.0, "seed": 7},
    {
        "temperature": 0.7,
        "max_tokens": 9,
        "top_p": 0.5,
        "stop": ["x"],
        "frequency_penalty": 0.1,
        "presence_penalty": 0.1,
    },
    {"reasoning_effort": "low", "seed": 7, "max_tokens": 9},
    {"parallel_tool_calls": False},
]
ANSWERS = [
    Answer("Hello. é😀"),
    Answer(None, (("look", {"id": "#W1"}),)),
    Answer("Let me see.", (("look", {}), ("look", {"n": 1})), reasoning="It wants its order."),
]


def request(provider: Provider, model: str, **more: Any) -> dict[str, Any]:
    plain = {"model": model, "messages": copy.deepcopy(CONVERSATION), "timeout": 20, "api_base": provider.openai_base}
    return {**plain, "num_retries": 0, "max_retries": 0, "drop_params": True, "api_key": "none", **more}


def both(provider: Provider, model: str, **more: Any) -> list[Any]:
    """What comes of a request each way: the answer, or what was raised."""
    ensure_http_handler()
    found = []
    for ask in (lambda given: litellm.completion(**given), openai_fast_path.complete):
        given = request(provider, model, **copy.deepcopy(more))
        assert openai_fast_path.is_supported(given)
        try:
            found.append(ask(given))
        except openai.OpenAIError as error:  # litellm's are
            found.append(error)
    return found


@pytest.mark.parametrize("tools", [None, TOOLS], ids=["talk", "tools"])
@pytest.mark.parametrize("sampling", SAMPLINGS, ids=lambda sampling: "+".join(sampling) or "bare")
@pytest.mark.parametrize("model", MODELS)
def test_the_wire_is_the_same(model: str, sampling: dict[str, Any], tools: Any) -> None:
    more = {**sampling, **({"tools": tools} if tools else {})}
    with Provider(lambda _: Answer("hi")) as provider:
        both(provider, model, **more)
        one, other = provider.requests
    assert one.body == other.body
    assert json.dumps(one.body.get("tools")) == json.dumps(other.body.get("tools"))  # a model reads them in order
    assert {name: one.headers.get(name) for name in ("authorization", "content-type")} == {
        name: other.headers.get(name) for name in ("authorization", "content-type")
    }


@pytest.mark.parametrize("answer", ANSWERS, ids=["text", "call", "calls"])
@pytest.mark.parametrize("model", MODELS)
def test_the_answer_is_the_same(model: str, answer: Answer) -> None:
    with Provider(lambda _: answer) as provider:
        one, other = both(provider, model, tools=TOOLS)
    assert told(one) == told(other)
    if model in (MODELS[0], MODELS[1]):
        assert other._hidden_params["response_cost"] > 0


def told(response: Any) -> Any:
    """All but the number that the server counts answers by, when it came, and what OpenAI's SDK sets to None."""
    found = response.model_dump(exclude={"id", "created"}, exclude_none=True)
    for choice in found["choices"]:
        for place in (choice, choice["message"]):
            fields = place.pop("provider_specific_fields", None) or {}
            place["fields"] = {name: value for name, value in fields.items() if value is not None}
        for call in choice["message"].get("tool_calls", []):
            del call["id"]
    return found, response._hidden_params.get("response_cost") or None


def test_tools_are_left_as_they_are() -> None:
    with Provider(lambda _: Answer("hi")) as provider:
        tools = copy.deepcopy(TOOLS)
        for _ in range(2):
            openai_fast_path.complete(request(provider, "hosted_vllm/qwen", tools=tools))
        assert tools == TOOLS
        assert provider.requests[0].body == provider.requests[1].body


@pytest.mark.parametrize("seed", [1, 2])
def test_every_call_has_its_own_seed(seed: int) -> None:
    with Provider(lambda _: Answer("hi")) as provider:
        openai_fast_path.complete(request(provider, "openai/gpt-4o", seed=seed))
        assert provider.requests[0].body["seed"] == seed


def too_long(_: ChatRequest) -> Fault:
    return Fault(
        "status", 400, message="This model's maximum context length is 8 tokens.", code="context_length_exceeded"
    )


@pytest.mark.parametrize(
    "fault", [Fault("status", 401), Fault("status", 429), Fault("status", 500)], ids=lambda f: str(f.status)
)
@pytest.mark.parametrize("model", ["openai/gpt-4o-2024-11-20", "hosted_vllm/qwen"])
def test_a_refusal_keeps_its_status_and_headers(model: str, fault: Fault) -> None:
    named = Fault(fault.kind, fault.status, {"Retry-After": "3"})
    with Provider(lambda _: Answer("hi"), lambda _: named) as provider:
        one, other = both(provider, model)
    assert other.status_code == fault.status
    assert other.litellm_response_headers["retry-after"] == "3"
    assert type(one) is type(other)


ODD_BODIES: dict[str, Any] = {
    "no choices": {"id": "c"},
    "choices are none": {"choices": None},
    "no message": {"choices": [{"index": 0, "finish_reason": "stop"}]},
    "an error": {"error": {"message": "Provider returned error", "code": 429}},
    "an error as text": {"error": "model runner has unexpectedly stopped"},
    "HTML": b"<html>Bad gateway</html>",
    "a list": [],
}


@pytest.mark.parametrize("name", list(ODD_BODIES))
@pytest.mark.parametrize("model", ["openai/gpt-4o-2024-11-20", "hosted_vllm/qwen"])
def test_an_odd_body_is_the_same_failure(model: str, name: str) -> None:
    with RawServer(lambda _: RawAnswer(200, ODD_BODIES[name])) as server:
        ensure_http_handler()
        given = {"model": model, "messages": [ASK], "timeout": 20, "api_base": server.address, "api_key": "none"}
        given |= {"num_retries": 0, "max_retries": 0}
        raised = []
        for ask in (lambda: litellm.completion(**given), lambda: openai_fast_path.complete(given)):
            with pytest.raises(openai.OpenAIError) as caught:  # litellm's are
                ask()
            raised.append(caught.value)
    one, other = raised
    assert type(to_provider_error(one, configured("gpt4o"))) is type(to_provider_error(other, configured("gpt4o")))
    if model.startswith("hosted_vllm/"):  # for openai/ litellm asks OpenAI's SDK, which has a class of its own first
        assert type(one) is type(other)


BRIDGED = [
    *((name, "low", base) for name in ("gpt-5.4", "gpt-5.5", "gpt-5.6") for base in (None, "http://127.0.0.1:9/v1")),
    *((name, None, None) for name in ("gpt-5.4", "gpt-5.5", "gpt-5.6")),
]
CHAT_ONLY = [
    ("gpt-5.2", "low", None),
    ("gpt-4.1", None, None),
    ("gpt-5.4", "none", None),
    ("gpt-5.6", None, "http://127.0.0.1:9/v1"),
]


@pytest.mark.parametrize(("name", "effort", "base"), BRIDGED + CHAT_ONLY)
def test_tools_of_newer_models_go_the_long_way(name: str, effort: str | None, base: str | None) -> None:
    given = {"model": f"openai/{name}", "messages": [], "reasoning_effort": effort, "api_base": base}
    given = {key: value for key, value in given.items() if value is not None}
    assert openai_fast_path.is_supported({**given, "tools": TOOLS}) == ((name, effort, base) in CHAT_ONLY)
    assert openai_fast_path.is_supported(given), "without tools"


def test_a_context_that_is_too_long_has_its_name() -> None:
    with Provider(lambda _: Answer("hi"), too_long) as provider:
        _, other = both(provider, "openai/gpt-4o-2024-11-20")
    assert isinstance(other, litellm.ContextWindowExceededError)


@pytest.mark.parametrize(
    "more",
    [
        {"model": "anthropic/claude-sonnet-4-5"},
        {"model": "openai/gpt-4o", "extra_body": {"x": 1}},
        {"model": "openai/gpt-4o", "response_format": {"type": "json_object"}},
        {"model": "openai/gpt-5", "reasoning_effort": {"effort": "low", "summary": "auto"}},
        {"model": "openai/responses/gpt-5"},
    ],
    ids=["protocol", "body", "format", "summary", "interface"],
)
def test_what_takes_more_goes_the_long_way(more: dict[str, Any]) -> None:
    assert not openai_fast_path.is_supported({"messages": [], **more})


def test_who_names_an_organization_goes_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    assert openai_fast_path.is_supported({"model": "openai/gpt-4o", "messages": []})
    monkeypatch.setenv("OPENAI_ORGANIZATION", "org-1")
    assert not openai_fast_path.is_supported({"model": "openai/gpt-4o", "messages": []})
