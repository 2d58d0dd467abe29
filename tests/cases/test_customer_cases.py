"""The customer's failure is never the agent's 0: the case of a customer that calls tools which it does not have."""

import json
from typing import Any

import pytest
from support.cases import PlayedCase, answer_agent, in_turn, load_case, openai_text, play_case

from tautraj.errors import InvalidToolCalls

TOLD = "Error: there is no tool transfer_to_human_agents. You have no tools. Write what you say, and make no call."


def play(*said: dict[str, Any], words: tuple[str, ...] = ()) -> PlayedCase:
    """The case, with those answers of the customer's."""
    case = load_case("customer-without-tools-calls")
    return play_case(answer_agent(case), in_turn(said), *case["command"], "split=test", *words, task="0")


@pytest.fixture
def call() -> dict[str, Any]:
    [answer] = load_case("customer-without-tools-calls")["to_the_customer"]
    return {"status": 200, "body": answer["body"]}


def say(text: str) -> dict[str, Any]:
    return {"body": openai_text(text)}


@pytest.mark.parametrize("strategy", ["llm", "react", "verify", "reflection"])
def test_customer_without_tools_calls(call: dict[str, Any], strategy: str) -> None:
    played = play(call, words=(f"user_strategy={strategy}",))
    assert played.trajectory is None, "no reward, and no row of an export"
    assert type(played.error) is InvalidToolCalls
    assert played.error.transient
    assert str(played.error) == f"the customer made 5 invalid calls in a row, the last: {TOLD}"
    assert [turn.kind for turn in played.turns if turn.seat == "user"] == ["mistake"] * 5


def test_a_customer_that_calls_once_is_told_and_goes_on(call: dict[str, Any]) -> None:
    played = play(call, say("I want to exchange my keyboard."), call, say("###STOP###"))
    assert played.error is None
    assert played.trajectory is not None
    assert played.trajectory.outcome.kind == "user_stop"
    first, second, third, fourth = (request.body["messages"] for request in played.customer_requests)
    assert second[:-1] == first[:-1]
    assert second[-1] == {
        "role": "user",
        "content": f"{first[-1]['content']}\n\n(This is not from the agent.) {TOLD}",
    }
    assert "not from the agent" not in json.dumps(third), "it leaves no trace"
    assert "tool_calls" not in json.dumps(fourth)
    heard = json.dumps([request.body["messages"] for request in played.agent_requests])
    assert "I want to exchange my keyboard." in heard
    assert TOLD not in heard


def test_a_call_before_every_message_is_not_in_a_row(call: dict[str, Any]) -> None:
    said = [answer for number in range(6) for answer in (call, say(f"Word {number}."))]
    played = play(*said, say("###STOP###"))
    assert played.error is None
    assert played.trajectory is not None
    assert played.trajectory.outcome.kind == "user_stop"
    assert [turn.kind for turn in played.turns if turn.seat == "user"].count("mistake") == 6
