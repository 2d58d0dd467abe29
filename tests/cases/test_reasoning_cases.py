"""What goes back to a model is what came from it: the cases of reasoning."""

import json

import pytest
from support.cases import answer_agent, answer_customer, load_case, play_case


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "MISTRAL_API_KEY"):
        monkeypatch.setenv(name, "k")


def test_vllm_reasoning() -> None:
    case = load_case("vllm-reasoning")
    played = play_case(answer_agent(case), answer_customer(case), *case["command"])
    assert played.error is None
    first, second = (request.body for request in played.agent_requests[:2])
    called = next(message for message in second["messages"] if message.get("tool_calls"))
    assert called["reasoning"] == "I must look first."
    assert "reasoning_content" not in called
    assert "reasoning" not in json.dumps(first)
