"""How an answer ended, in the provider's own word: the cases of failures and of mistakes."""

import re
from typing import Any

import pytest
from support.cases import PlayedCase, answer_agent, answer_customer, load_case, openai_text, play_case
from support.provider.raw_server import RawAnswer, RawRequest

from tautraj import errors
from tautraj.errors import ContextTooLong, ProviderError, ProviderUnavailable, TransientProviderError


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "MISTRAL_API_KEY"):
        monkeypatch.setenv(name, "k")


def play(case: dict[str, Any], *more: str) -> PlayedCase:
    return play_case(answer_agent(case), answer_customer(case), *case["command"], *more)


def fail(status: int, body: Any, *words: str) -> PlayedCase:
    """Every request of the agent gets that answer."""
    return play_case(lambda _: RawAnswer(status, body), answer_customer({}), *words)


def read_words(body: dict[str, Any]) -> str:
    error = body["error"]
    return str(error if isinstance(error, str) else error["message"])


def read_kinds(kind: str) -> tuple[type[ProviderError], ...]:
    """The error classes that a case's `kind` names."""
    return tuple(getattr(errors, name) for name in re.findall(r"\b[A-Z]\w+", kind))


def test_openrouter_broken_off() -> None:
    case = load_case("openrouter-broken-off")
    played = play(case, "model.provider.retry_seconds=5")
    assert type(played.error) is ProviderUnavailable
    assert "upstream idle timeout" in str(played.error)
    assert len(played.agent_requests) > 1, "asked again"
    assert not [turn for turn in played.turns if turn.seat == "model" and not turn.given]


@pytest.mark.parametrize("finish", ["error", "network_error"])
def test_openrouter_broken_off_in_the_middle_of_a_text(finish: str) -> None:
    body = openai_text("Your order is")
    body["choices"][0]["finish_reason"] = finish
    played = fail(200, body, "model=vllm")
    assert type(played.error) is ProviderUnavailable
    assert finish in str(played.error)


@pytest.mark.parametrize("word", ["model=openai_compatible", "model=gpt4o", "model=vllm", "model=openrouter"])
def test_error_in_a_200(word: str) -> None:
    case = load_case("error-in-a-200")
    assert word in [*case["command"], *case["also"]]
    for listed in case["bodies"]:
        kinds = read_kinds(listed["kind"])
        played = fail(200, listed["body"], word)
        assert type(played.error) in kinds, listed
        assert read_words(listed["body"]) in str(played.error)
        assert "litellm" not in str(played.error)


@pytest.mark.parametrize("index", range(5))
def test_failure_words(index: int) -> None:
    cases = load_case("failure-words")["bodies"]
    assert len(cases) == 5
    listed = cases[index]
    name = ["model.name=m"] if listed["command"] == "model=openai_compatible" else []
    played = fail(listed["status"], listed["body"], listed["command"], *name, "model.provider.retry_seconds=5")
    assert len(played.agent_requests) == 1, "not asked again"
    assert read_words(listed["body"]) in str(played.error)
    if kinds := read_kinds(listed["kind"]):
        assert type(played.error) in kinds
    else:
        assert isinstance(played.error, ProviderError)
        assert not isinstance(played.error, TransientProviderError)
        assert "tokens_per_minute" in str(played.error), "the next step"


@pytest.mark.parametrize("stop", ["model_context_window_exceeded"])
def test_failure_words_as_a_stop_reason(stop: str) -> None:
    body = load_case("claude-blank-text")["to_the_agent"][1]["body"] | {"stop_reason": stop}
    played = fail(200, body, "model=claude")
    assert type(played.error) is ContextTooLong


def test_gemini_malformed_call() -> None:
    case = load_case("gemini-malformed-call")
    played = play(case)
    assert played.error is None
    [mistake] = [turn for turn in played.turns if turn.kind == "mistake"]
    assert "could not be read" in (mistake.observation or "")
    assert "Malformed function call: print(get_users(" in (mistake.observation or ""), "what the provider said"
    assert "empty" not in (mistake.observation or "")
    assert [call.finish for call in mistake.calls] == ["MALFORMED_FUNCTION_CALL"]
    assert "could not be read" in str(played.agent_requests[1].body["contents"])


def test_gemini_malformed_call_beside_a_text() -> None:
    case = load_case("gemini-malformed-call")
    candidate = case["to_the_agent"][0]["body"]["candidates"][0]
    candidate["content"] = {"role": "model", "parts": [{"text": "Let me look."}]}
    played = play(case)
    assert [turn.kind for turn in played.turns if turn.seat == "model" and not turn.given] == ["mistake", "message"]


@pytest.mark.parametrize("content", [{}, {"content": {}}, {"content": {"role": "model"}}], ids=str)
@pytest.mark.parametrize(
    "reason", ["TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "OTHER", "SAFETY", "NEW_WORD"]
)
def test_gemini_an_ending_without_content(reason: str, content: dict[str, Any]) -> None:
    candidate = {"finishReason": reason, "finishMessage": "Stopped there.", "index": 0, **content}
    played = fail(200, {"candidates": [candidate]}, "model=gemini", "model.provider.retry_seconds=0")
    is_filter = reason in ("OTHER", "SAFETY")
    assert type(played.error) is (errors.ContentRefused if is_filter else errors.MalformedResponse)
    assert str(played.error).endswith(f"({reason}: Stopped there.)")


@pytest.mark.parametrize("reason", ["abort", "insufficient_system_resource"])
def test_an_openai_ending_without_content(reason: str) -> None:
    """vLLM's for a request that was dropped, and DeepSeek's."""
    body = openai_text("")
    body["choices"][0]["finish_reason"] = reason
    played = fail(200, body, "model=vllm", "model.provider.retry_seconds=0")
    assert type(played.error) is errors.MalformedResponse
    assert str(played.error).endswith(f"an answer without content ({reason})")


def test_gemini_call_without_args() -> None:
    played = play(load_case("gemini-call-without-args"))
    assert played.error is None
    [turn] = [turn for turn in played.turns if turn.kind == "tool_call"]
    assert turn.tool_call is not None
    assert (turn.tool_call.name, turn.tool_call.arguments, turn.error) == ("get_users", {}, False)


def two_blocks(_: RawRequest) -> RawAnswer:
    body = openai_text("")
    blocks = [{"type": "text", "text": "It costs $10. "}, {"type": "text", "text": "Is that fine?"}]
    body["choices"][0]["message"]["content"] = blocks
    return RawAnswer(200, body)


@pytest.mark.parametrize("word", ["model=mistral", "model=vllm", "model=gpt4o"])
def test_two_text_blocks_are_both_heard(word: str) -> None:
    played = play_case(two_blocks, answer_customer({}), word)
    said = [turn.message for turn in played.turns if turn.seat == "model" and not turn.given]
    assert said == ["It costs $10. Is that fine?"]


def test_thinking_beside_two_text_blocks() -> None:
    """Magistral's form: a block of thinking, itself a list, before the text."""
    body = openai_text("")
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "I must greet."}]}
    blocks = [thinking, {"type": "text", "text": "Hello. "}, {"type": "text", "text": "How can I help?"}]
    body["choices"][0]["message"]["content"] = blocks
    played = fail(200, body, "model=mistral", "limits.turns=2")
    [turn] = [turn for turn in played.turns if turn.seat == "model" and not turn.given]
    assert (turn.reasoning, turn.message) == ("I must greet.", "Hello. How can I help?")
