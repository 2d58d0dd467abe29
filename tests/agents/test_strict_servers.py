"""Every agent and every customer on servers that refuse a wrong order of roles, with mistakes on the way.

Not here: the rules by themselves (`llms/test_turn_order.py`), the cases of providers (`cases/test_order_cases.py`).
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.cases import PlayedCase, openai_text, play_case
from support.provider.raw_server import RawAnswer, RawRequest
from support.strict_servers import breaks_mistral_rules, breaks_turns, breaks_turns_beside_calls

from tautraj.agents.belief import BELIEF_PROMPT, PLAN_PROMPT
from tautraj.users.reply_check import CHECK_PROMPT

Breaks = Callable[[Any], bool]

TASKS = ["create_task_1", "update_task_with_message_history"]
BELIEF = {"state": "investigating", "explanation": "x", "known_facts": [], "unknown_facts": []}
MISTAKES = "limits.mistakes_in_a_row=9"
REFUSAL = RawAnswer(400, {"error": {"message": "roles must alternate", "type": "BadRequestError", "code": 400}})


def refusing(breaks: Breaks, answers: Callable[[str], dict[str, Any]]) -> Callable[[RawRequest], RawAnswer]:
    """A server that refuses what `breaks` a rule, and else answers to the last message's text."""

    def answer(request: RawRequest) -> RawAnswer:
        messages = request.body["messages"]
        return REFUSAL if breaks(messages) else RawAnswer(200, answers(messages[-1]["content"] or ""))

    return answer


def opens_with(template: str, text: str) -> bool:
    return text.startswith(template.partition("{")[0])


def call(name: str, arguments: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    body = openai_text(text or "")
    function = {"name": name, "arguments": json.dumps(arguments)}
    message = {"role": "assistant", "content": text, "tool_calls": [{"id": "abc123DEF", "function": function}]}
    message["tool_calls"][0]["type"] = "function"  # type: ignore[index]
    body["choices"] = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    return body


def act_out(agent: str) -> Iterator[dict[str, Any]]:
    """An empty answer, a look, two empty answers, an unknown tool, an empty answer, text, a look, a message."""
    if agent in ("react", "act"):
        look, unknown, speak = (
            openai_text("Action:\n" + json.dumps({"name": name, "arguments": arguments}))
            for name, arguments in (("get_users", {}), ("nope", {}), ("respond", {"content": "Well?"}))
        )
    elif agent == "code":
        look, unknown, speak = (
            openai_text(f"```python\n{line}\n```")
            for line in ("print(get_users())", "nope()", "print(respond(content='Well?'))")
        )
    else:
        look, unknown, speak = call("get_users", {}), call("nope", {}), openai_text("Well?")
        if agent == "planning":
            speak = call("respond", {"content": "Well?"})
    nothing = openai_text("")
    yield from (nothing, look, nothing, nothing, unknown, nothing, openai_text("Hm."), look, speak, nothing, speak)
    while True:
        yield speak


def answers_of(agent: str) -> Callable[[str], dict[str, Any]]:
    actions, beliefs = act_out(agent), iter(["I do not know.", ""])

    def answer(last: str) -> dict[str, Any]:
        if opens_with(BELIEF_PROMPT, last):
            return openai_text(next(beliefs, json.dumps(BELIEF)))
        if opens_with(PLAN_PROMPT, last):
            return openai_text("1. Look.")
        if last.startswith("That could not be read"):
            return openai_text(json.dumps(BELIEF))
        return next(actions)

    return answer


def customer_words() -> Callable[[str], dict[str, Any]]:
    """Six drafts and the end, each behind an empty answer and a call of a tool that it has not; two are rejected."""
    says = iter(f"Word {number}." for number in range(6))
    oddities = [call("nope", {}), openai_text("")]
    verdicts = iter(["no\nToo short."] * 2 + ["yes"] * 9)

    def answer(last: str) -> dict[str, Any]:
        if opens_with(CHECK_PROMPT, last):
            return openai_text(next(verdicts))
        if oddities:
            return oddities.pop()
        oddities.extend([call("nope", {}), openai_text("")])
        return openai_text(next(says, "###STOP###"))

    return answer


def play(agent: str, task: str, breaks: Breaks, *words: str) -> PlayedCase:
    customer = refusing(breaks_turns, customer_words())
    return play_case(
        refusing(breaks, answers_of(agent)), customer, "model=vllm", f"agent={agent}", MISTAKES, *words, task=task
    )


def check_ended(played: PlayedCase) -> None:
    assert played.error is None
    assert played.trajectory is not None
    assert played.trajectory.outcome.kind == "user_stop"
    assert any(turn.kind == "mistake" and turn.seat == "model" for turn in played.turns)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("agent", ["react", "act", "code"])
def test_agents_without_native_calls_take_turns(agent: str, task: str) -> None:
    check_ended(play(agent, task, breaks_turns))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("agent", ["tool_calling", "planning"])
def test_agents_with_native_calls_keep_mistrals_rules(agent: str, task: str) -> None:
    def breaks(messages: list[dict[str, Any]]) -> bool:
        is_question = any(opens_with(prompt, messages[1]["content"] or "") for prompt in (BELIEF_PROMPT, PLAN_PROMPT))
        return breaks_turns(messages) if is_question else breaks_mistral_rules(messages)

    check_ended(play(agent, task, breaks))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("agent", ["tool_calling", "planning"])
def test_a_setting_lets_agents_with_native_calls_take_turns(agent: str, task: str) -> None:
    """As docs/providers.md names it."""
    played = play(agent, task, breaks_turns_beside_calls, "+model.extra.ensure_alternating_roles=true")
    check_ended(played)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("strategy", ["llm", "react", "verify", "reflection"])
def test_every_customer_takes_turns(strategy: str, task: str) -> None:
    played = play("tool_calling", task, breaks_mistral_rules, f"user_strategy={strategy}")
    check_ended(played)
    drafts = [turn.thought for turn in played.turns if turn.seat == "user" and turn.thought]
    assert bool(drafts) == (strategy in ("verify", "reflection"))
