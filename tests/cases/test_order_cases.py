"""Orders of roles and forms of ids that strict servers want: the cases of Mistral and of chat templates."""

import pytest
from support.cases import answer_agent, answer_customer, load_case, play_case
from support.strict_servers import breaks_mistral_rules, breaks_turns

from tautraj.agents.message_history import EMPTY_REPLY


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "k")


@pytest.mark.parametrize("task", ["create_task_1", "update_task_with_message_history"])
def test_mistral_empty_after_result(task: str) -> None:
    case = load_case("mistral-empty-after-result")
    agent = answer_agent(case, lambda request: breaks_mistral_rules(request.body["messages"]))
    played = play_case(agent, answer_customer(case), *case["command"], task=task)
    assert played.error is None
    assert played.trajectory is not None
    assert [(turn.kind, turn.message) for turn in played.turns if turn.seat == "model" and not turn.given] == [
        ("tool_call", None),
        ("mistake", None),
        ("message", "Goodbye."),
    ]
    assert len(played.agent_requests) == 3
    *_, call, result = played.agent_requests[2].body["messages"]
    assert call["tool_calls"][0]["id"] == result["tool_call_id"] == "abc123DEF"
    world_answer = next(turn.observation for turn in played.turns if turn.kind == "tool_call" and not turn.given)
    assert result["content"] == f"{world_answer}\n\n{EMPTY_REPLY}"
    given_ids = [turn.tool_call.id for turn in played.turns if turn.given and turn.tool_call]
    assert given_ids == (["call_1"] if task != "create_task_1" else []), "the record keeps the benchmark's id"


@pytest.mark.parametrize("agent", ["react", "act", "code"])
@pytest.mark.parametrize("task", ["create_task_1", "update_task_with_message_history"])
def test_text_agents_take_turns(agent: str, task: str) -> None:
    case = load_case("text-agents-take-turns")
    assert {f"agent={agent}"} <= {*case["command"], *case["also"]}
    words = [word for word in case["command"] if not word.startswith("agent=")]
    served = answer_agent(case, lambda request: breaks_turns(request.body["messages"]))
    played = play_case(served, answer_customer(case), *words, f"agent={agent}", task=task)
    assert played.error is None
    assert played.trajectory is not None
    ending = "user_stop" if agent != "code" else "too_many_mistakes"  # the case's answer is no Python
    assert played.trajectory.outcome.kind == ending
    last = [message["content"] for message in played.agent_requests[-1].body["messages"]]
    heard = [turn.message for turn in played.turns if turn.seat == "user" and turn.message]
    for text in heard if agent == "code" else heard[:-1]:
        assert any(f"Customer: {text}" in content for content in last)
