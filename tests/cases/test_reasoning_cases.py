"""What goes back to a model is what came from it: the cases of reasoning."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from support.cases import PlayedCase, Refuses, answer_agent, answer_customer, load_case, play_case
from support.provider.raw_server import RawRequest

from tautraj.errors import BadRequest


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "MISTRAL_API_KEY"):
        monkeypatch.setenv(name, "k")


def play(case: dict[str, Any], *more: str, refuses: Refuses = lambda _: False) -> PlayedCase:
    return play_case(answer_agent(case, refuses), answer_customer(case), *case["command"], *more)


def called(request: RawRequest) -> list[dict[str, Any]]:
    """The assistant messages with calls of a request in OpenAI's protocol."""
    return [message for message in request.body["messages"] if message.get("tool_calls")]


def signed(played: PlayedCase) -> list[dict[str, Any]]:
    return [entry for turn in played.turns for entry in turn.signed]


def test_openrouter_reasoning_details() -> None:
    case = load_case("openrouter-reasoning-details")
    details = case["to_the_agent"][0]["body"]["choices"][0]["message"]["reasoning_details"]
    played = play(case)
    assert played.error is None
    assert [message["reasoning_details"] for message in called(played.agent_requests[1])] == [details]
    assert signed(played) == [{"reasoning_details": details}]
    without = play(case, "agent.replay_reasoning=false")
    assert without.error is None
    assert not any("SIGNED" in json.dumps(request.body) for request in without.agent_requests)


def test_vllm_reasoning() -> None:
    case = load_case("vllm-reasoning")
    played = play(case)
    assert played.error is None
    first, second = played.agent_requests[:2]
    [message] = called(second)
    assert message["reasoning"] == "I must look first."
    assert "reasoning_content" not in message
    assert "reasoning" not in json.dumps(first.body)
    assert signed(played) == [], "plain text is no signed reasoning"
    assert [turn.reasoning for turn in played.turns if turn.kind == "tool_call"] == ["I must look first."]


def test_vllm_reasoning_of_a_server_that_says_reasoning_content() -> None:
    case = load_case("vllm-reasoning")
    message = case["to_the_agent"][0]["body"]["choices"][0]["message"]
    message["reasoning_content"] = message.pop("reasoning")
    [message] = called(play(case).agent_requests[1])
    assert message["reasoning_content"] == "I must look first."
    assert "reasoning" not in message


def lacks_reasoning_content(request: RawRequest) -> bool:
    return any("reasoning_content" not in message for message in called(request))


def test_deepseek_empty_reasoning() -> None:
    case = load_case("deepseek-empty-reasoning")
    played = play(case, refuses=lacks_reasoning_content)
    assert played.error is None
    third = called(played.agent_requests[2])
    assert [message["reasoning_content"] for message in third] == ["I must look first.", ""]


def test_deepseek_empty_reasoning_of_a_server_that_leaves_the_key_out() -> None:
    case = load_case("deepseek-empty-reasoning")
    del case["to_the_agent"][1]["body"]["choices"][0]["message"]["reasoning_content"]
    played = play(case, refuses=lacks_reasoning_content)
    assert played.error is None
    assert [message["reasoning_content"] for message in called(played.agent_requests[2])] == [
        "I must look first.",
        "",
    ]


def test_deepseek_empty_reasoning_is_not_sent_to_a_model_that_never_used_it() -> None:
    case = load_case("deepseek-empty-reasoning")
    for answer in case["to_the_agent"]:
        del answer["body"]["choices"][0]["message"]["reasoning_content"]
    played = play(case)
    assert played.error is None
    assert "reasoning" not in json.dumps([request.body for request in played.agent_requests])


THINKING_BLOCK = {"type": "thinking", "thinking": "I must look first.", "signature": "SIGNED"}


def is_thinking(request: RawRequest) -> bool:
    return request.body.get("thinking", {}).get("type") in ("enabled", "adaptive")


def refuses_sampling(request: RawRequest) -> bool:
    return is_thinking(request) and request.body.get("temperature", 1) != 1


@pytest.mark.parametrize("preset", ["claude", "claude_haiku_45"])
def test_claude_reasoning_effort(preset: str) -> None:
    """The second preset has a temperature of 0, as `claude` had."""
    case = load_case("claude-reasoning-effort")
    played = play(case, f"model={preset}", refuses=refuses_sampling)
    assert played.error is None
    assert [is_thinking(request) for request in played.agent_requests] == [True] * len(played.agent_requests)
    assert signed(played) == [{"thinking_blocks": [THINKING_BLOCK]}]
    plain = play_case(answer_agent(case), answer_customer(case), "model=claude_haiku_45")
    assert [request.body["temperature"] for request in plain.agent_requests] == [0.0] * len(plain.agent_requests)


@pytest.mark.parametrize(
    "words",
    [
        ["+model.extra.thinking={type: enabled, budget_tokens: 2048}"],
        ["+model.extra.reasoning_effort=low", "+model.extra.top_p=0.5"],
    ],
    ids=["thinking", "top_p"],
)
def test_claude_reasoning_effort_in_other_words(words: Sequence[str]) -> None:
    case = load_case("claude-reasoning-effort")
    played = play_case(answer_agent(case, refuses_sampling), answer_customer(case), "model=claude", *words)
    assert played.error is None
    assert all(is_thinking(request) and "top_p" not in request.body for request in played.agent_requests)


def test_claude_reasoning_effort_none_keeps_the_temperature() -> None:
    case = load_case("claude-reasoning-effort")
    words = ["model=claude_haiku_45", "+model.extra.reasoning_effort=none"]
    played = play_case(answer_agent(case), answer_customer(case), *words)
    assert [request.body["temperature"] for request in played.agent_requests] == [0.0] * len(played.agent_requests)


def starts_without_thinking(request: RawRequest) -> bool:
    """The refusal of `claude-replay-off`: a call goes back without the thinking that came before it."""
    messages = request.body["messages"]
    behind = [
        before["content"][0]["type"]
        for before, after in zip(messages, messages[1:], strict=False)
        if before["role"] == "assistant" and after["content"][0]["type"] == "tool_result"
    ]
    return request.body.get("thinking", {}).get("type") == "enabled" and any(kind != "thinking" for kind in behind)


def test_claude_replay_off() -> None:
    case = load_case("claude-replay-off")
    played = play(case, refuses=starts_without_thinking)
    assert played.error is None
    first, second = played.agent_requests[:2]
    assert is_thinking(first)
    assert "thinking" not in second.body, "left out of the request, too"
    assert "SIGNED" not in json.dumps(second.body)


def test_claude_replay_off_where_the_model_always_thinks() -> None:
    """claude-sonnet-5-5 thinks whatever the request says, and its provider wants the thinking back."""

    def refuses(request: RawRequest) -> bool:
        return starts_without_thinking(request._replace(body={**request.body, "thinking": {"type": "enabled"}}))

    played = play(load_case("claude-replay-off"), refuses=refuses)
    assert type(played.error) is BadRequest
    step = "use agent.replay_reasoning=true, or a model that may answer without thinking."
    assert str(played.error).endswith(f"The model wants its thinking back before a call: {step}")
    assert len(played.agent_requests) == 2, "not asked again"


def test_claude_replay_off_of_another_agent_leaves_thinking_on() -> None:
    """A text agent makes no native calls: nothing has to come back."""
    case = load_case("claude-replay-off")
    case["to_the_agent"] = [case["to_the_agent"][1]]
    played = play(case, "agent=act", "limits.turns=4", refuses=starts_without_thinking)
    assert played.error is None
    assert all(is_thinking(request) for request in played.agent_requests)


def test_claude_blank_text() -> None:
    case = load_case("claude-blank-text")
    played = play(case)
    assert played.error is None
    [turn] = [message for message in played.agent_requests[1].body["messages"] if message["role"] == "assistant"][-1:]
    assert [block["type"] for block in turn["content"]] == ["tool_use"]


def test_non_ascii_arguments() -> None:
    case = load_case("non-ascii-arguments")
    played = play(case)
    assert played.error is None
    [message] = called(played.agent_requests[1])
    arguments = message["tool_calls"][0]["function"]["arguments"]
    assert arguments == '{"user_id": "user_1", "title": "Café für 東京"}'
    [call] = [turn.tool_call for turn in played.turns if turn.kind == "tool_call"]
    assert call is not None
    assert call.arguments == {"user_id": "user_1", "title": "Café für 東京"}


def test_signatures_of_calls_through_a_gateway() -> None:
    """Gemini's OpenAI-compatible address signs a call inside `extra_content`; a gateway passes thinking blocks on."""
    case = load_case("vllm-reasoning")
    message = case["to_the_agent"][0]["body"]["choices"][0]["message"]
    content = {"google": {"thought_signature": "SIGNED"}}
    message["tool_calls"][0]["extra_content"] = content
    played = play(case)
    [sent] = called(played.agent_requests[1])
    assert sent["tool_calls"][0]["extra_content"] == content
    assert signed(played) == [{"tool_calls": [{"extra_content": content}]}]
    off = play(case, "agent.replay_reasoning=false")
    assert "SIGNED" not in json.dumps([request.body for request in off.agent_requests])


@pytest.mark.parametrize("command", [["model=vllm"], ["model=openrouter"], ["model=gpt4o"]])
def test_thinking_blocks_through_a_gateway(command: list[str]) -> None:
    case = load_case("vllm-reasoning")
    message = case["to_the_agent"][0]["body"]["choices"][0]["message"]
    message.update(reasoning_content=message.pop("reasoning"), thinking_blocks=[THINKING_BLOCK])
    played = play_case(answer_agent(case), answer_customer(case), *command)
    assert [sent["thinking_blocks"] for sent in called(played.agent_requests[1])] == [[THINKING_BLOCK]]
    assert signed(played) == [{"thinking_blocks": [THINKING_BLOCK]}]
