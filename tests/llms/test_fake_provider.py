"""The fake provider, and what litellm makes of each protocol it speaks.

The tables of exceptions are litellm's behaviour, written down: when an upgrade changes one, `tautraj.llms`
has to be read again.
"""

import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, IncompleteRead
from typing import Any

import pytest
from support.provider.call_log import most_in_window
from support.provider.server import Answer, ChatRequest, Fault, Provider, Said

BASES = {
    "openai/x": "openai_base",
    "hosted_vllm/x": "openai_base",
    "anthropic/claude-sonnet-4-5": "anthropic_base",
    "gemini/gemini-2.5-flash": "gemini_base",
    "gemini/gemini-3-pro-preview": "gemini_base",
}
OPENAI, VLLM, ANTHROPIC, GEMINI, GEMINI_3 = BASES
HELLO = [{"role": "user", "content": "hello"}]
LOOK = {
    "type": "function",
    "function": {"name": "look", "description": "look", "parameters": {"type": "object", "properties": {}}},
}
TOO_LONG = "This model's maximum context length is 8 tokens."

every_model = pytest.mark.parametrize("model", BASES)


@pytest.fixture(scope="module")
def litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "true"
    import litellm

    litellm.suppress_debug_info = True
    return litellm


class Brain:
    """Gives the answers in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)

    def __call__(self, request: ChatRequest) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def ask(litellm: Any, provider: Provider, model: str, messages: list[Any] = HELLO, **options: Any) -> Any:
    base = getattr(provider, BASES[model])
    once: dict[str, Any] = {"num_retries": 0, "max_retries": 0, "timeout": 30, "api_key": "k"}
    return litellm.completion(model=model, messages=messages, api_base=base, **once | options)


def call_of(arguments: str) -> dict[str, Any]:
    function = {"name": "look", "arguments": arguments}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": function}],
    }


@every_model
def test_text_system_key_and_usage(litellm: Any, model: str) -> None:
    answer = Answer("hi", tokens_in=1000, tokens_out=20, tokens_cached=300)
    with Provider(Brain(answer)) as provider:
        response = ask(litellm, provider, model, [{"role": "system", "content": "Be brief."}, *HELLO])
    assert response.choices[0].message.content == "hi"
    assert response.choices[0].finish_reason == "stop"
    usage = response.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens) == (
        1000,
        20,
        300,
    )
    (request,) = provider.requests
    assert (request.number, request.model, request.system) == (1, model.partition("/")[2], "Be brief.")
    assert request.messages == (Said("user", "hello"),)
    assert "k" in [value.removeprefix("Bearer ") for value in request.headers.values()]


@every_model
def test_tool_call_and_its_result(litellm: Any, model: str) -> None:
    asks = Answer("One moment.", (("look", {"id": "#W1", "deep": {"a": [1]}}), ("look", {})), "I must look.")
    with Provider(Brain(asks, Answer("done"))) as provider:
        message = ask(litellm, provider, model, tools=[LOOK]).choices[0].message
        calls = [(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls]
        ids = [call.id for call in message.tool_calls]
        results = [{"role": "tool", "tool_call_id": one, "content": f"found {n}"} for n, one in enumerate(ids)]
        ask(litellm, provider, model, [*HELLO, message.model_dump(), *results], tools=[LOOK])
    assert (message.content, tuple(calls)) == (asks.text, asks.tool_calls)
    assert provider.requests[0].tools == ("look",)
    # litellm keeps ids from Gemini before 3, which refuses them, and takes signatures out of the others.
    sent = [None if model == GEMINI else one.partition("__thought__")[0] for one in ids]
    assert provider.requests[1].messages == (
        Said("user", "hello"),
        Said("assistant", "One moment.", asks.tool_calls),
        Said("tool", "found 0", tool_call_id=sent[0]),
        Said("tool", "found 1", tool_call_id=sent[1]),
    )
    assert not provider.errors


@every_model
@pytest.mark.parametrize("result", ['{"a":1}', "[1, 2]", '{"content": 5}', "Error: no", ""])
def test_tool_results_arrive_as_they_left(litellm: Any, model: str, result: str) -> None:
    history = [*HELLO, call_of("{}"), {"role": "tool", "tool_call_id": "c1", "content": result}]
    with Provider(Brain(Answer("done"))) as provider:
        ask(litellm, provider, model, history, tools=[LOOK])
    _, asked, answered = provider.requests[0].messages
    assert asked.tool_calls == (("look", {}),)
    respaced = model.startswith("gemini/") and result.startswith("{")
    assert answered.text == (json.dumps(json.loads(result)) if respaced else result)


@every_model
def test_reasoning_is_readable(litellm: Any, model: str) -> None:
    with Provider(Brain(Answer("hi", reasoning="They greet me."))) as provider:
        message = ask(litellm, provider, model).choices[0].message
    assert (message.content, message.reasoning_content) == ("hi", "They greet me.")
    thought = {"type": "thinking", "thinking": "They greet me."}
    signed = {OPENAI: None, VLLM: None, ANTHROPIC: [thought | {"signature": "c2lnbmVk"}]}
    assert getattr(message, "thinking_blocks", None) == signed.get(model, [thought])


def test_anthropic_gets_its_signed_thought_back(litellm: Any) -> None:
    with Provider(Brain(Answer(None, (("look", {}),), "I must look."), Answer("done"))) as provider:
        message = ask(litellm, provider, ANTHROPIC, tools=[LOOK]).choices[0].message
        result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "found"}
        ask(litellm, provider, ANTHROPIC, [*HELLO, message.model_dump(), result], tools=[LOOK])
    thought, _ = provider.requests[1].body["messages"][1]["content"]
    assert thought == {"type": "thinking", "thinking": "I must look.", "signature": "c2lnbmVk"}


@pytest.mark.parametrize("model", [GEMINI, GEMINI_3])
def test_gemini_gets_its_signature_back_out_of_the_call_id(litellm: Any, model: str) -> None:
    with Provider(Brain(Answer(None, (("look", {}),), "I must look."), Answer("done"))) as provider:
        call = ask(litellm, provider, model, tools=[LOOK]).choices[0].message.tool_calls[0]
        history = [*HELLO, call_of("{}"), {"role": "tool", "tool_call_id": call.id, "content": "found"}]
        history[1]["tool_calls"][0]["id"] = call.id
        ask(litellm, provider, model, history, tools=[LOOK])
    assert call.id.endswith("__thought__c2lnbmVk")
    assert call.provider_specific_fields == {"thought_signature": "c2lnbmVk"}
    (part,) = provider.requests[1].body["contents"][1]["parts"]
    assert part["thoughtSignature"] == "c2lnbmVk"
    plain = call.id.partition("__thought__")[0]
    assert provider.requests[1].messages[2].tool_call_id == (None if model == GEMINI else plain)


@every_model
def test_any_order_of_turns_reaches_the_provider(litellm: Any, model: str) -> None:
    """The real Anthropic has refused a leading assistant turn; litellm sends it on unchanged to all."""
    turns = [
        ("assistant", "Hi! How can I help you today?"),
        ("user", "one"),
        ("user", "two"),
        ("user", "three"),
    ]
    history = [{"role": role, "content": text} for role, text in turns]
    with Provider(Brain(Answer("ok"))) as provider:
        ask(litellm, provider, model, [{"role": "system", "content": "s"}, *history])
    assert provider.requests[0].messages == tuple(Said(*turn) for turn in turns)


@every_model
def test_an_empty_answer_is_no_content(litellm: Any, model: str) -> None:
    with Provider(Brain(Answer())) as provider:
        message = ask(litellm, provider, model).choices[0].message
    assert (message.content, message.tool_calls) == (None, None)


@pytest.mark.parametrize("model", [OPENAI, VLLM])
def test_broken_arguments_pass_both_ways(litellm: Any, model: str) -> None:
    with Provider(Brain(Answer(None, (("look", '{"id": '),)), Answer("done"))) as provider:
        message = ask(litellm, provider, model, tools=[LOOK]).choices[0].message
        result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "bad JSON"}
        ask(litellm, provider, model, [*HELLO, message.model_dump(), result], tools=[LOOK])
    assert message.tool_calls[0].function.arguments == '{"id": '
    assert provider.requests[1].messages[1].tool_calls == (("look", '{"id": '),)


@pytest.mark.parametrize(("model", "raised"), [(ANTHROPIC, "BadRequestError"), (GEMINI, "APIConnectionError")])
def test_broken_arguments_in_the_history_never_leave(litellm: Any, model: str, raised: str) -> None:
    history = [*HELLO, call_of('{"id": '), {"role": "tool", "tool_call_id": "c1", "content": "bad JSON"}]
    with Provider(Brain(Answer("done"))) as provider, pytest.raises(getattr(litellm, raised)):
        ask(litellm, provider, model, history, tools=[LOOK])
    assert not provider.requests


# What litellm raises for openai/, hosted_vllm/, anthropic/ and gemini/. It reads the words before the status.
RAISED = [
    (Fault("status", 400), *["BadRequestError"] * 4),
    (
        Fault("status", 401),
        "BadRequestError",
        "BadRequestError",
        "AuthenticationError",
        "AuthenticationError",
    ),
    (Fault("status", 401, message="Incorrect API key provided: k."), *["AuthenticationError"] * 4),
    (Fault("status", 403), "BadRequestError", "BadRequestError", "PermissionDeniedError", "BadRequestError"),
    (Fault("status", 404), *["NotFoundError"] * 4),
    (Fault("status", 408), "BadRequestError", "BadRequestError", "Timeout", "Timeout"),
    (Fault("status", 429), *["RateLimitError"] * 4),
    (Fault("status", 429, code="insufficient_quota"), *["RateLimitError"] * 4),
    (Fault("status", 500), *["InternalServerError"] * 4),
    (Fault("status", 500, message="rate limit"), *["RateLimitError"] * 2, *["InternalServerError"] * 2),
    (Fault("status", 502), *["BadGatewayError"] * 3, "APIConnectionError"),
    (Fault("status", 503), *["ServiceUnavailableError"] * 4),
    (Fault("status", 504), *["Timeout"] * 4),
    (Fault("status", 529), "APIError", "APIError", "InternalServerError", "APIError"),
    (Fault("status", 400, code="context_length_exceeded"), *["BadRequestError"] * 4),
    (Fault("status", 400, message=TOO_LONG), *["ContextWindowExceededError"] * 4),
    (Fault("status", 400, code="content_filter"), *["BadRequestError"] * 4),
    (Fault("drop"), *["InternalServerError"] * 3, "APIConnectionError"),
    (Fault("cut"), *["InternalServerError"] * 3, "APIConnectionError"),
    (Fault("reset"), *["InternalServerError"] * 3, "APIConnectionError"),
    (Fault("truncated"), "InternalServerError", "APIError", "APIConnectionError", "BadRequestError"),
    (Fault("html", 500), *["InternalServerError"] * 4),
    (Fault("html", 502), *["BadGatewayError"] * 3, "APIConnectionError"),
    (Fault("html", 200), "InternalServerError", "APIError", "APIConnectionError", "BadRequestError"),
    (Fault("empty"), "InternalServerError", "APIError", "APIConnectionError", "BadRequestError"),
    (Fault("not_json"), "InternalServerError", "APIError", "APIConnectionError", "BadRequestError"),
    (Fault("hang", seconds=1.5), *["Timeout"] * 4),
]


@pytest.mark.parametrize(
    ("fault", "model", "raised"),
    [(fault, model, name) for fault, *names in RAISED for model, name in zip(BASES, names, strict=False)],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else None,
)
def test_what_litellm_raises(litellm: Any, fault: Fault, model: str, raised: str) -> None:
    with Provider(Brain(Answer("too late")), lambda _: fault) as provider:
        with pytest.raises(getattr(litellm, raised)) as caught:
            ask(litellm, provider, model, timeout=0.5 if fault.seconds else 30)
        assert type(caught.value).__name__ == raised
    assert len(provider.requests) == 1, "litellm, or the SDK under it, asked again"
    assert not provider.errors


@every_model
def test_an_answer_without_choices_raises_nothing(litellm: Any, model: str) -> None:
    with Provider(Brain(Answer("never")), lambda _: Fault("no_choices")) as provider:
        choices = ask(litellm, provider, model).choices
    assert [choice.message.content for choice in choices] == ([None] if model == ANTHROPIC else [])


@every_model
@pytest.mark.parametrize(("status", "raised"), [(429, "RateLimitError"), (503, "ServiceUnavailableError")])
def test_retry_after_is_on_the_exception(litellm: Any, model: str, status: int, raised: str) -> None:
    fault = Fault("status", status, {"Retry-After": "7"}, message="later")
    expected = pytest.raises(getattr(litellm, raised), match="later")
    with Provider(Brain(Answer()), lambda _: fault) as provider, expected as caught:
        ask(litellm, provider, model)
    error: Any = caught.value
    assert (error.status_code, error.litellm_response_headers["retry-after"]) == (status, "7")


@every_model
def test_a_fault_passes_and_the_next_call_is_answered(litellm: Any, model: str) -> None:
    faults = iter([Fault("drop"), Fault("cut"), None])
    with Provider(Brain(Answer("hi")), lambda _: next(faults)) as provider:
        for _ in range(2):
            with pytest.raises((litellm.InternalServerError, litellm.APIConnectionError)):
                ask(litellm, provider, model)
        assert ask(litellm, provider, model).choices[0].message.content == "hi"


@every_model
def test_a_brain_that_raises_is_remembered(litellm: Any, model: str) -> None:
    def brain(_: ChatRequest) -> Answer:
        raise LookupError("no such order")

    with (
        Provider(brain) as provider,
        pytest.raises(litellm.InternalServerError, match="LookupError.*no such order"),
    ):
        ask(litellm, provider, model)
    assert [repr(error) for error in provider.errors] == ["LookupError('no such order')"]


def test_gemini_models_unknown_to_litellm_get_the_system_prompt_as_a_user(litellm: Any) -> None:
    with Provider(Brain(Answer("hi"))) as provider:
        messages = [{"role": "system", "content": "Be brief."}, *HELLO]
        base = provider.gemini_base
        litellm.completion(model="gemini/x", api_base=base, api_key="k", messages=messages, num_retries=0)
    assert provider.requests[0].system == ""
    assert provider.requests[0].messages == (Said("user", "Be brief."), Said("user", "hello"))


# From here on without litellm: what the server itself promises.

CHAT = json.dumps({"model": "x", "messages": HELLO})
OPENAI_PATH, ANTHROPIC_PATH, GEMINI_PATH = "/v1/chat/completions", "/v1/messages", "/models/x:generateContent"


def connect(provider: Provider, seconds: float = 10) -> closing[HTTPConnection]:
    return closing(HTTPConnection("127.0.0.1", provider.server_port, timeout=seconds))


def post(connection: HTTPConnection, path: str = OPENAI_PATH, body: str = CHAT) -> tuple[int, Any]:
    connection.request("POST", path, body)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_one_connection_serves_many_requests() -> None:
    with Provider(Brain(Answer("hi"))) as provider, connect(provider) as connection:
        assert [post(connection)[0] for _ in range(3)] == [200] * 3
        assert len(provider.connections) == 1


def test_a_closed_provider_answers_nobody() -> None:
    with Provider(Brain(Answer("hi"))) as provider:
        kept = HTTPConnection("127.0.0.1", provider.server_port, timeout=10)
        assert post(kept)[0] == 200
    with pytest.raises(ConnectionError):
        post(kept)
    assert len(provider.requests) == 1


def test_requests_are_numbered_and_calls_named_once() -> None:
    together = threading.Barrier(16)

    def talk(_: int) -> str:
        with connect(provider) as connection:
            together.wait()
            message = post(connection)[1]["choices"][0]["message"]
            return str(message["tool_calls"][0]["id"])

    with Provider(Brain(Answer(None, (("look", {}),)))) as provider, ThreadPoolExecutor(16) as threads:
        ids = list(threads.map(talk, range(64)))
    assert len(set(ids)) == 64
    assert [request.number for request in provider.requests] == list(range(1, 65))
    arrivals = [request.arrived for request in provider.requests]
    assert arrivals == sorted(arrivals)


def test_drop_is_a_reset_and_cut_is_half_a_body() -> None:
    faults = iter([Fault("drop"), Fault("cut"), Fault("reset"), Fault("truncated")])
    with Provider(Brain(Answer("hi")), lambda _: next(faults)) as provider:
        with connect(provider) as connection, pytest.raises(ConnectionResetError) as caught:
            post(connection)
        assert type(caught.value) is ConnectionResetError  # not RemoteDisconnected, which is an orderly close
        with connect(provider) as connection, pytest.raises(IncompleteRead):
            post(connection)
        with connect(provider) as connection, pytest.raises(ConnectionResetError):
            post(connection)
        with connect(provider) as connection, pytest.raises(json.JSONDecodeError):
            post(connection)


def test_calls_at_once_and_what_they_took_are_known() -> None:
    def talk(seconds: float) -> None:
        with suppress(TimeoutError), connect(provider, seconds) as connection:
            post(connection)

    with Provider(Brain(Answer("hi")), lambda _: Fault("hang", seconds=0.5)) as provider:
        with ThreadPoolExecutor(3) as threads:
            list(threads.map(talk, [10, 10, 0.2]))
        talk(10)
    assert [visit.at_once for visit in provider.visits] == [1, 2, 3, 1]
    assert sorted((visit.tokens, visit.whole) for visit in provider.visits) == [(110, False), *[(110, True)] * 3]


def test_a_client_that_has_hung_up_is_not_at_once_with_the_next() -> None:
    """Though the thread that serves it may not have noticed yet."""
    with Provider(Brain(Answer("hi")), lambda _: Fault("hang", seconds=0.3)) as provider:
        for _ in range(5):
            with connect(provider, seconds=0.05) as connection, pytest.raises(TimeoutError):
                post(connection)
    assert [visit.at_once for visit in provider.visits] == [1] * 5
    assert provider.visits[-1].arrived - provider.visits[0].arrived < 1


@pytest.mark.parametrize(
    ("times", "most"), [([], 0), ([7.0], 1), ([0.0, 59.9, 60.0], 2), ([60.0, 0.0, 30.0, 89.9, 90.0], 3)]
)
def test_the_fullest_minute(times: list[float], most: int) -> None:
    assert most_in_window(times, [1] * len(times), 60) == most


def test_the_fullest_minute_weighs() -> None:
    assert most_in_window([0, 50, 100, 150], [1, 5, 2, 6], 60) == 8


def test_a_client_that_stops_waiting_is_no_news(capfd: pytest.CaptureFixture[str]) -> None:
    long = Answer("hi" * 100_000)  # in several packets: the first meets a closed door, the next an error
    with Provider(Brain(long), lambda _: Fault("hang", seconds=0.2)) as provider:
        with connect(provider, seconds=0.05) as connection, pytest.raises(TimeoutError):
            post(connection)
        time.sleep(0.4)
    assert capfd.readouterr().err == ""
    assert not provider.errors


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (OPENAI_PATH, {"error": {"message": "m", "type": "requests", "code": "rate_limit_exceeded"}}),
        (ANTHROPIC_PATH, {"type": "error", "error": {"type": "rate_limit_error", "message": "m"}}),
        (GEMINI_PATH, {"error": {"code": 429, "message": "m", "status": "RESOURCE_EXHAUSTED"}}),
    ],
)
def test_errors_have_the_shape_of_the_protocol(path: str, body: dict[str, Any]) -> None:
    sent = json.dumps({"model": "x", "messages": [], "contents": []})
    fault = Fault("status", 429, message="m")
    with Provider(Brain(Answer()), lambda _: fault) as provider, connect(provider) as connection:
        assert post(connection, path, sent) == (429, body)


def test_an_unknown_fault_is_an_error_of_the_test() -> None:
    fault = Fault("hangs")
    with Provider(Brain(Answer()), lambda _: fault) as provider, connect(provider) as connection:
        assert post(connection)[0] == 500
    assert [str(error) for error in provider.errors] == ["no fault is called hangs"]


@pytest.mark.parametrize("path", [ANTHROPIC_PATH, GEMINI_PATH])
def test_raw_arguments_are_refused_where_no_protocol_carries_them(path: str) -> None:
    sent = json.dumps({"model": "x", "messages": [], "contents": []})
    with Provider(Brain(Answer(None, (("look", "{"),)))) as provider, connect(provider) as connection:
        assert post(connection, path, sent)[0] == 500
    assert [type(error) for error in provider.errors] == [TypeError]


def test_models_are_listed_and_other_paths_are_not_found() -> None:
    with Provider(Brain(Answer("hi"))) as provider, connect(provider) as connection:
        connection.request("GET", "/v1/models")
        assert json.loads(connection.getresponse().read())["data"][0]["id"] == "x"
        connection.request("POST", "/v1/v1/messages", CHAT)
        assert connection.getresponse().status == 404
