"""Answers of odd shape, over each protocol: what is worth reading in them is read, and paid for once.

Not here: the same bodies as faults of a whole run (`end_to_end/test_faults`).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from support.cases import PlayedCase, answer_customer, in_turn, openai_text, play_case
from support.provider.presets import configured
from support.provider.raw_server import RawAnswer, RawServer

from tautraj.errors import ProviderUnavailable
from tautraj.llms import chat
from tautraj.trajectory import LlmCall, Turn

Body = dict[str, Any]
RESPONSES = ("model=gpt5", "model.name=responses/gpt-5.5")
NESTED = '{"a": ' + "[" * 10_000 + "]" * 10_000 + "}"
LONG_NUMBER = '{"a": ' + "9" * 5000 + "}"
HELLO = [{"role": "user", "content": "hello"}]
EMPTY = "Your answer was empty"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "k")


def chat_answer(**message: Any) -> Body:
    body = openai_text("")
    body["choices"][0]["message"] = {"role": "assistant", "content": None, **message}
    return body


def chat_call(arguments: Any = "{}", **call: Any) -> Body:
    function = {"name": "get_users", "arguments": arguments}
    return chat_answer(tool_calls=[{"id": "call_a", "type": "function", "function": function, **call}])


def claude_answer(*content: Any, **more: Any) -> Body:
    usage = {"input_tokens": 10, "output_tokens": 2}
    named = {"id": "m", "type": "message", "role": "assistant", "model": "c", "stop_reason": "end_turn"}
    return {**named, "content": list(content), "usage": usage, **more}


def claude_call(**call: Any) -> Body:
    return claude_answer({"type": "tool_use", "id": "t", "name": "get_users", "input": {}, **call})


def gemini_answer(*parts: Any, **more: Any) -> Body:
    candidate = {"index": 0, "content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 2, "totalTokenCount": 12}
    return {"candidates": [candidate], "usageMetadata": usage, **more}


def response(*output: Any, **more: Any) -> Body:
    usage = {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12}
    fields = {"id": "r", "object": "response", "created_at": 1, "status": "completed", "model": "m", "usage": usage}
    return {**fields, "parallel_tool_calls": True, "tools": [], "tool_choice": "auto", "output": list(output), **more}


def response_message(*content: Any) -> Body:
    return {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": list(content)}


THEN: dict[str, Body] = {
    "model=openai_compatible": openai_text("Bye."),
    "model=gpt4o": openai_text("Bye."),
    "model=claude": claude_answer({"type": "text", "text": "Bye."}),
    "model=gemini": gemini_answer({"text": "Bye."}),
    "model=gpt5": response(response_message({"type": "output_text", "text": "Bye.", "annotations": []})),
}


def play(body: Body | bytes, *words: str) -> PlayedCase:
    """The agent's first answer is `body`, its next ones a farewell; nothing is asked again."""
    return play_case(in_turn([{"body": body}, {"body": THEN[words[0]]}]), answer_customer({}), *words)


def read_first_turn(body: Body | bytes, *words: str) -> Turn:
    played = play(body, *words)
    assert played.error is None
    return next(turn for turn in played.turns if turn.seat == "model" and not turn.given)


REASONING = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "E"}


@pytest.mark.parametrize(
    "output",
    [[], [REASONING], [response_message()], [{**response_message(), "content": None}], [{"type": "web_search_call"}]],
    ids=["nothing", "reasoning", "message without parts", "message without content", "unknown item"],
)
def test_a_response_that_says_nothing_is_an_empty_answer(output: list[Any]) -> None:
    turn = read_first_turn(response(*output), *RESPONSES)
    assert turn.kind == "mistake"
    assert (turn.observation or "").startswith(EMPTY)
    assert [(call.tokens_in, call.tokens_out, call.retries) for call in turn.calls] == [(10, 2, 0)]


@pytest.mark.parametrize("status", ["failed", "cancelled", "queued", "in_progress"])
def test_a_response_that_is_not_finished_is_the_providers_failure(status: str) -> None:
    played = play(response(status=status), *RESPONSES)
    assert type(played.error) is ProviderUnavailable
    assert status in str(played.error)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (chat_answer(refusal="I cannot."), ["model=openai_compatible"]),
        (response(response_message({"type": "refusal", "refusal": "I cannot."})), RESPONSES),
    ],
)
def test_a_refusal_is_what_the_model_says(body: Body, words: list[str]) -> None:
    turn = read_first_turn(body, *words)
    assert (turn.kind, turn.message) == ("message", "I cannot.")


CHAT, CLAUDE, GEMINI = "model=openai_compatible", "model=claude", "model=gemini"


@pytest.mark.parametrize(
    ("word", "body"),
    [
        (CHAT, chat_call(id=None)),
        (CHAT, chat_call(id="")),
        (CLAUDE, claude_call(id=None)),
        (CLAUDE, claude_call(id="")),
    ],
)
def test_a_call_without_an_id_gets_one_of_its_own(word: str, body: Body) -> None:
    """A form that every provider accepts, Mistral too; no two turns share it."""
    played = play_case(in_turn([{"body": body}] * 3 + [{"body": THEN[word]}]), answer_customer({}), word)
    assert played.error is None
    ids = [turn.tool_call.id for turn in played.turns if turn.tool_call]
    assert len(set(ids)) == 3
    assert all(len(call_id) == 9 and call_id.isalnum() for call_id in ids)
    assert all(json.dumps(call_id) in json.dumps(played.agent_requests[-1].body) for call_id in ids)


@pytest.mark.parametrize(
    ("word", "body"),
    [
        (CHAT, chat_call(id=7)),
        (CHAT, chat_call("")),
        (CHAT, chat_call("  ")),
        (CHAT, chat_call(None)),
        (CHAT, chat_call({})),
        (CLAUDE, claude_call(id=7)),
        (CLAUDE, claude_call(input=None)),
        (GEMINI, gemini_answer({"functionCall": {"name": "get_users"}})),
    ],
)
def test_a_call_of_odd_form_is_carried_out(word: str, body: Body) -> None:
    turn = read_first_turn(body, word)
    assert (turn.kind, turn.error) == ("tool_call", False)
    assert turn.tool_call is not None
    assert (turn.tool_call.name, turn.tool_call.arguments) == ("get_users", {})


@pytest.mark.parametrize(
    "arguments",
    [[], 3, True, '"{}"', NESTED, LONG_NUMBER],
    ids=["list", "number", "bool", "JSON in JSON", "deep", "long number"],
)
def test_arguments_that_are_no_object_are_a_mistake_of_the_model(arguments: Any) -> None:
    turn = read_first_turn(chat_call(arguments), CHAT)
    assert turn.kind == "mistake"
    assert "not a JSON object" in (turn.observation or "")
    assert turn.calls[0].retries == 0


@pytest.mark.parametrize(
    ("word", "make"),
    [
        (CHAT, lambda name: chat_call(function={"name": name, "arguments": "{}"})),
        (CLAUDE, lambda name: claude_call(name=name)),
        (GEMINI, lambda name: gemini_answer({"functionCall": {"name": name, "args": {}}})),
    ],
)
@pytest.mark.parametrize(
    ("name", "sent"), [("", "unnamed"), ("functions.get users", "functions_get_users"), ("x" * 99, "x" * 64)]
)
def test_the_name_of_no_tool_goes_back_in_the_form_of_a_tools_name(
    word: str, make: Callable[[str], Body], name: str, sent: str
) -> None:
    """OpenAI: `^[a-zA-Z0-9_-]{1,64}$`. Others refuse it too, and the episode with it."""
    played = play(make(name), word)
    assert played.error is None
    [mistake] = [turn for turn in played.turns if turn.kind == "mistake"]
    assert mistake.tool_call is not None
    assert mistake.tool_call.name == name, "the record has what the model wrote"
    assert f'"name": {json.dumps(sent)}' in json.dumps(played.agent_requests[1].body)


NAN, INF = float("nan"), float("inf")
UNKNOWN = (None, None)
OTHERS = (CLAUDE, GEMINI, "model=gpt5")
COUNTS: list[tuple[Any, Any, tuple[int | None, int | None]]] = [
    (10, 2, (10, 2)),
    ("10", "2", (10, 2)),
    (10.0, 2.0, (10, 2)),
    (-10, -2, UNKNOWN),
    (10**30, 10**30, UNKNOWN),
    (NAN, NAN, UNKNOWN),
    (INF, INF, UNKNOWN),
    (None, None, UNKNOWN),
    ("many", "few", UNKNOWN),
    ([1], {"a": 1}, UNKNOWN),
    (True, True, UNKNOWN),
]


@pytest.mark.parametrize(("tokens_in", "tokens_out", "counted"), COUNTS)
@pytest.mark.parametrize("word", ["model=gpt4o", *(pytest.param(word, marks=pytest.mark.slow) for word in OTHERS)])
def test_usage_that_is_no_count_is_unknown_and_the_answer_is_heard(
    word: str, tokens_in: Any, tokens_out: Any, counted: tuple[int | None, int | None]
) -> None:
    body = dict(THEN[word])
    name = "usageMetadata" if word == GEMINI else "usage"
    keys = {
        "model=gpt4o": ("prompt_tokens", "completion_tokens", "total_tokens"),
        GEMINI: ("promptTokenCount", "candidatesTokenCount", "totalTokenCount"),
    }.get(word, ("input_tokens", "output_tokens", "total_tokens"))
    body[name] = dict(zip(keys, (tokens_in, tokens_out, tokens_in), strict=True))
    check_heard(body, word, counted)


@pytest.mark.parametrize("usage", [None, "x", [1], {}, ...], ids=str)
@pytest.mark.parametrize("word", ["model=gpt4o", *(pytest.param(word, marks=pytest.mark.slow) for word in OTHERS)])
def test_usage_of_another_shape_is_unknown_and_the_answer_is_heard(word: str, usage: Any) -> None:
    name = "usageMetadata" if word == GEMINI else "usage"
    body = {key: value for key, value in THEN[word].items() if key != name}
    check_heard(body if usage is ... else {**body, name: usage}, word, UNKNOWN)


def check_heard(body: Body, word: str, counted: tuple[int | None, int | None]) -> None:
    llm = configured(word.removeprefix("model="))
    name = RESPONSES[1].removeprefix("model.name=") if word == "model=gpt5" else llm.name
    with RawServer(lambda _: RawAnswer(200, json.dumps(body).encode())) as server:
        address = f"{server.address}{'/v1beta' if word == GEMINI else '' if word == CLAUDE else '/v1'}"
        provider = llm.provider.model_copy(update={"api_base": address, "retry_seconds": 0.0})
        reply = chat(llm.model_copy(update={"name": name, "provider": provider}), HELLO)
    call = reply.llm_call
    assert reply.text == "Bye."
    assert (call.tokens_in, call.tokens_out) == counted
    assert LlmCall.model_validate_json(call.model_dump_json()) == call
    assert (call.usd is None) == (counted == UNKNOWN), "an unknown price is no price"


def test_a_message_without_a_role_is_the_models() -> None:
    body = openai_text("Hello.")
    del body["choices"][0]["message"]["role"]
    assert read_first_turn(body, CHAT).message == "Hello."


def test_half_a_surrogate_pair_keeps_what_stands_beside_it() -> None:
    """orjson does not read such a body; its ending is read all the same."""
    body = openai_text("It costs \ud800.")
    body["choices"][0]["finish_reason"] = "max_tokens"
    turn = read_first_turn(json.dumps(body).encode(), CHAT)
    assert (turn.message, turn.calls[0].finish) == ("It costs \ufffd.", "length")
