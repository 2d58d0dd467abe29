"""Agents whose actions are text, and a model that makes native calls all the same."""

from typing import Any

import pytest
from support.cases import answer_customer, in_turn, openai_text, play_case


@pytest.mark.parametrize("agent", ["react", "act", "code"])
def test_a_native_call_without_text_is_named_as_such(agent: str) -> None:
    called: dict[str, Any] = openai_text("")
    call = {"id": "c", "type": "function", "function": {"name": "get_users", "arguments": "{}"}}
    called["choices"][0]["message"] = {"role": "assistant", "content": None, "tool_calls": [call]}
    answers = in_turn([{"body": called}, {"body": openai_text("")}])
    words = ["model=openai_compatible", f"agent={agent}", "limits.mistakes_in_a_row=2"]
    played = play_case(answers, answer_customer({}), *words)
    first, second = (turn for turn in played.turns if turn.kind == "mistake")
    assert "native tool calls are not carried out" in (first.observation or "")
    assert "empty" not in (first.observation or "")
    assert "empty" in (second.observation or "")
