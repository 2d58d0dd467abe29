"""What providers send and demand beyond OpenAI's protocol, rule by rule. Whole conversations: `tests/cases`."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tautraj.llms.provider_rules.raw_answer import read_raw_answer
from tautraj.llms.provider_rules.response_repair import repair_response
from tautraj.llms.provider_rules.thinking import add_empty_reasoning, find_refused_parameters

SYSTEM = {"role": "system", "content": "Be kind."}
ASKED = {"role": "user", "content": "Where is my order?"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [{"id": "c"}]}
THOUGHT = {**CALLED, "thinking_blocks": [{"type": "thinking", "thinking": "Hm.", "signature": "s"}]}
RESULT = {"role": "tool", "tool_call_id": "c", "content": "{}"}


def respond(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers={"content-type": "application/json", **headers}, content=content)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"message": "no", "code": 429}, 429),
        ({"message": "no", "code": "503"}, 503),
        ({"message": "no", "type": "invalid_request_error", "code": None}, 400),
        ({"message": "no", "code": "insufficient_quota"}, 402),
        ({"message": "no", "code": 1302}, 502),
        ({"message": "no", "code": 200}, 502),
        ("stopped", 502),
        ({"message": "", "code": None}, 200),
        (None, 200),
        ({}, 200),
    ],
)
def test_an_error_in_a_200_gets_its_status(error: Any, status: int) -> None:
    body = {"error": error}
    repaired = repair_response(respond(body))
    assert (repaired.status_code, repaired.json()) == (status, body)


def test_an_error_with_a_status_keeps_it() -> None:
    assert repair_response(respond({"error": {"message": "no", "code": 400}}, 503)).status_code == 503


def test_a_compressed_body_is_read() -> None:
    packed = gzip.compress(json.dumps({"error": {"message": "no", "code": 429}}).encode())
    repaired = repair_response(respond(packed, **{"content-encoding": "gzip"}))
    assert (repaired.status_code, repaired.json()["error"]["message"]) == (429, "no")


@pytest.mark.parametrize(
    "body", [b'"error" not JSON', b'["error"]', b'{"choices": "error", "candidates": null, "error": null}', b""]
)
def test_a_body_of_another_shape_stays(body: bytes) -> None:
    repaired = repair_response(respond(body))
    assert (repaired.status_code, repaired.content) == (200, body)


@pytest.mark.parametrize(
    ("body", "own", "named"),
    [
        ({"choices": [{"finish_reason": "stop"}]}, "stop", "litellm's"),
        ({"choices": [{"finish_reason": "length"}]}, "length", "length"),
        ({"choices": [{"finish_reason": "stop", "native_finish_reason": "MAX_TOKENS"}]}, "MAX_TOKENS", "length"),
        ({"choices": [{"finish_reason": "tool_calls", "native_finish_reason": "tool_use"}]}, "tool_use", "litellm's"),
        ({"candidates": [{"finishReason": "STOP"}]}, "STOP", "litellm's"),
        ({"candidates": [{"finishReason": "SAFETY"}]}, "SAFETY", "SAFETY"),
        ({"stop_reason": "end_turn", "content": []}, "end_turn", "litellm's"),
        ({"stop_reason": "refusal", "content": []}, "refusal", "refusal"),
        ({"done_reason": "length", "message": {}}, "length", "length"),
        ({"incomplete_details": {"reason": "max_output_tokens"}}, "max_output_tokens", "length"),
        ({"choices": "none"}, None, "litellm's"),
        ([], None, "litellm's"),
    ],
)
def test_an_ending_has_the_providers_word(body: Any, own: str | None, named: str) -> None:
    raw = read_raw_answer(json.dumps(body))
    assert (raw.finish, raw.name_finish("litellm's")) == (own, named)


@pytest.mark.parametrize(
    ("messages", "parameters", "refused"),
    [
        ([SYSTEM, ASKED], {}, set()),
        ([SYSTEM, ASKED], {"reasoning_effort": "none"}, set()),
        ([SYSTEM, ASKED], {"thinking": {"type": "disabled"}}, set()),
        ([SYSTEM, ASKED], {"reasoning_effort": "low"}, {"temperature", "top_p", "top_k"}),
        ([SYSTEM, ASKED], {"thinking": {"type": "adaptive"}}, {"temperature", "top_p", "top_k"}),
        ([SYSTEM, ASKED, THOUGHT, RESULT], {"reasoning_effort": "low"}, {"temperature", "top_p", "top_k"}),
        ([SYSTEM, ASKED, CALLED, RESULT], {"reasoning_effort": "low"}, {"thinking", "reasoning_effort"}),
        ([SYSTEM, ASKED, CALLED, RESULT, ASKED], {"reasoning_effort": "low"}, {"thinking", "reasoning_effort"}),
        (
            [SYSTEM, ASKED, CALLED, RESULT, {"role": "assistant", "content": "Done."}, ASKED],
            {"reasoning_effort": "low"},
            {"temperature", "top_p", "top_k"},
        ),
    ],
)
def test_what_claude_refuses(messages: list[Any], parameters: dict[str, Any], refused: set[str]) -> None:
    assert set(find_refused_parameters("claude-sonnet-4-5", {"messages": messages, **parameters})) == refused
    assert find_refused_parameters("gpt-5.2", {"messages": messages, **parameters}) == ()


def test_empty_reasoning_goes_beside_calls_alone() -> None:
    spoke = {"role": "assistant", "content": "Hello.", "reasoning_content": "I must greet."}
    plain = {"role": "assistant", "content": "Done."}
    assert add_empty_reasoning([SYSTEM, CALLED, RESULT, plain]) == [SYSTEM, CALLED, RESULT, plain]
    assert add_empty_reasoning([SYSTEM, spoke, CALLED, RESULT, plain]) == [
        SYSTEM,
        spoke,
        {**CALLED, "reasoning_content": ""},
        RESULT,
        plain,
    ]
    assert "reasoning_content" not in CALLED, "left as it was"
