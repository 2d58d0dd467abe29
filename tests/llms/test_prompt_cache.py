"""Prompt caching where a provider caches only what is marked: which bodies carry marks, and what cached tokens cost.

Prices are those of claude-sonnet-5-5 in litellm 1.106.2, per million tokens: in 2, out 10, cache read 0.1, write 2.5.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.cases import CUSTOMER_LINES, PlayedCase, in_turn, openai_text, play_case

from tautraj.config import Run
from tautraj.llms.prompt_cache import mark_for_cache

MARK = {"type": "ephemeral"}
USAGE = {
    "input_tokens": 100,
    "cache_creation_input_tokens": 200,
    "cache_read_input_tokens": 4000,
    "output_tokens": 50,
}
CALLS = [("get_users", {}), ("create_task", {"user_id": "user_1", "title": "Important Meeting"})]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENROUTER_API_KEY"):
        monkeypatch.setenv(name, "k")


def claude_answer(*content: dict[str, Any]) -> dict[str, Any]:
    stop = "tool_use" if content[0]["type"] == "tool_use" else "end_turn"
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": list(content)}
    return {"body": {**message, "stop_reason": stop, "usage": USAGE}}


def openai_call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    answer = openai_text("")
    function = {"name": name, "arguments": json.dumps(arguments)}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c", "type": "function", "function": function}],
    }
    answer["choices"][0] |= {"message": message, "finish_reason": "tool_calls"}
    return {"body": answer}


CLAUDE = [
    *(
        claude_answer({"type": "tool_use", "id": f"toolu_{n}", "name": name, "input": given})
        for n, (name, given) in enumerate(CALLS)
    ),
    claude_answer({"type": "text", "text": "Done."}),
]
OPENAI = [*(openai_call(*call) for call in CALLS), {"body": openai_text("Done.")}]


def play(*words: str, answers: list[dict[str, Any]] = CLAUDE) -> PlayedCase:
    customer = [{"body": openai_text(line)} for line in CUSTOMER_LINES]
    played = play_case(in_turn(answers), in_turn(customer), *words)
    assert played.error is None
    assert len(played.agent_requests) == 3
    return played


def marks(node: Any, path: str = "") -> Iterator[str]:
    """Paths of all marks in a body."""
    if isinstance(node, dict):
        if "cache_control" in node:
            assert node["cache_control"] == MARK
            yield path
        for key, value in node.items():
            yield from marks(value, f"{path}.{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from marks(value, f"{path}.{index}")


def unmarked(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: unmarked(value) for key, value in node.items() if key != "cache_control"}
    return [unmarked(value) for value in node] if isinstance(node, list) else node


@pytest.fixture(scope="module")
def claude() -> PlayedCase:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", "k")
        return play("model=claude")


def test_tools_system_prompt_and_the_end_of_the_conversation_are_marked(claude: PlayedCase) -> None:
    for body in (request.body for request in claude.agent_requests):
        turns = body["messages"]
        last_turn = f".messages.{len(turns) - 1}.content.{len(turns[-1]['content']) - 1}"
        assert set(marks(body)) == {f".tools.{len(body['tools']) - 1}", ".system.0", last_turn}


def test_each_request_goes_on_where_the_marked_part_of_the_one_before_ends(claude: PlayedCase) -> None:
    bodies = [unmarked(request.body) for request in claude.agent_requests]
    for body, following in zip(bodies, bodies[1:], strict=False):
        assert (following["tools"], following["system"]) == (body["tools"], body["system"])
        assert following["messages"][: len(body["messages"])] == body["messages"]
        assert len(following["messages"]) == len(body["messages"]) + 2


def test_cached_tokens_are_recorded_and_priced_as_cached(claude: PlayedCase) -> None:
    calls = [call for turn in claude.turns if turn.seat == "model" for call in turn.calls]
    assert len(calls) == 3
    for call in calls:
        assert (call.tokens_in, call.tokens_out, call.tokens_cached) == (4300, 50, 4000)
        assert call.usd == pytest.approx((100 * 2 + 200 * 2.5 + 4000 * 0.1 + 50 * 10) / 1e6)  # 0.0016


def test_the_record_has_no_marks(claude: PlayedCase) -> None:
    assert claude.trajectory is not None
    assert "cache_control" not in claude.trajectory.model_dump_json()


def test_a_setting_turns_it_off() -> None:
    played = play("model=claude", "+model.extra.cache_control=null")
    assert [list(marks(request.body)) for request in played.agent_requests] == [[], [], []]


def test_a_setting_keeps_the_cache_for_longer() -> None:
    played = play("model=claude", "+model.extra.cache_control={type:ephemeral,ttl:1h}")
    assert played.agent_requests[0].body["system"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert "cache_control" not in played.agent_requests[0].body


def test_a_question_that_is_not_continued_is_not_written_to_the_cache(run_of: Callable[..., Run]) -> None:
    """Such as those about a belief or a plan: a system prompt, which is always the same, and one question."""
    system, question = {"role": "system", "content": "S"}, {"role": "user", "content": "Q"}
    llm = run_of("model=claude").model
    request = {"messages": [system, question]}
    assert mark_for_cache(llm, request) == {"messages": [{**system, "cache_control": MARK}, question]}
    assert request == {"messages": [system, question]}, "the record's own"


def test_anthropic_does_not_count_what_is_read_from_its_cache() -> None:
    """Three calls of 4300 tokens, 4000 of them cached, within 8000 a minute."""
    started = time.monotonic()
    play("model=claude", "model.provider.tokens_per_minute=8000")
    assert time.monotonic() - started < 50


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        (["model=openrouter", "model.name=anthropic/claude-sonnet-5.5"], True),
        (["model=openrouter"], False),
        (["model=openai_compatible"], False),
    ],
)
def test_other_providers_get_marks_only_where_their_model_needs_them(words: list[str], marked: bool) -> None:
    for body in (request.body for request in play(*words, answers=OPENAI).agent_requests):
        last = len(body["messages"]) - 1
        expected = {".messages.0.content.0", f".messages.{last}.content.0"} if marked else set()
        assert set(marks(body)) == expected
