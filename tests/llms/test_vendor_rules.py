"""The requests of ten-turn conversations keep the rules of each vendor: a test per rule, called after it.

Not here: that the rules see what breaks them (`test_vendor_rules_broken`).
"""

import itertools
from collections.abc import Callable, Iterator

import pytest
from support.cases import openai_text, play_case
from support.provider import ten_answers
from support.provider.raw_server import RawAnswer, RawRequest
from support.provider.ten_answers import LINES, STEPS, Encoder, Step, write_as_text
from support.vendor_rules import Json, Rule, anthropic, chat, gemini, mistral, ollama, responses

pytestmark = pytest.mark.xdist_group("vendor rules")  # one worker plays each conversation once

PROTOCOLS: dict[str, tuple[Encoder, list[str]]] = {
    "openai": (ten_answers.encode_chat, ["model=gpt4o"]),
    "responses": (
        ten_answers.encode_responses,
        ["model=gpt5", "model.name=gpt-5.4", "+model.extra.reasoning_effort=low"],
    ),
    "anthropic": (ten_answers.encode_anthropic, ["model=claude", "+model.extra.reasoning_effort=low"]),
    "gemini": (ten_answers.encode_gemini, ["model=gemini"]),
    "mistral": (ten_answers.encode_mistral, ["model=mistral"]),
    "openrouter": (ten_answers.encode_openrouter, ["model=openrouter", "model.name=google/gemini-3-pro-preview"]),
    "ollama": (ten_answers.encode_ollama, ["model=ollama"]),
}
"""Protocol -> how its answers are put, and the words that choose it."""

CONVERSATIONS = {
    "calls": ("tool_calling", "create_task_1"),
    "history": ("tool_calling", "update_task_with_message_history"),
    "notes": ("planning", "create_task_1"),
    "text": ("react", "create_task_1"),
}
"""Native calls; the same behind calls that nobody played; beside beliefs and plans; calls written as text."""

Sent = Callable[..., list[Json]]


def answer(encode: Encoder, agent: str) -> Callable[[RawRequest], RawAnswer]:
    """The ten answers in turn, the last one for ever; a belief or a plan gets a text of its own.

    A request without tools goes to OpenAI's chat completions whatever serves those with tools.
    """
    ids, steps = itertools.count(1), iter([write_as_text(step) for step in STEPS] if agent == "react" else STEPS)
    last: list[Step] = []

    def reply(request: RawRequest) -> RawAnswer:
        is_chat = request.path.endswith("/chat/completions")
        put = ten_answers.encode_chat if is_chat and encode is ten_answers.encode_responses else encode
        if agent == "planning" and not request.body.get("tools"):
            return RawAnswer(200, put(Step(None, "1. Look, then act."), ids))
        last[:] = [next(steps, last[0] if last else STEPS[-1])]
        return RawAnswer(200, put(last[0], ids))

    return reply


@pytest.fixture(scope="module")
def sent() -> Iterator[Sent]:
    """`sent("gemini", "calls")`: the bodies of all requests of the agent in that conversation, first to last."""
    played: dict[tuple[str, str], list[Json]] = {}

    def bodies(protocol: str, *conversations: str) -> list[Json]:
        return [body for name in conversations or CONVERSATIONS for body in play(protocol, name)]

    def play(protocol: str, name: str) -> list[Json]:
        if (protocol, name) not in played:
            (encode, words), (agent, task) = PROTOCOLS[protocol], CONVERSATIONS[name]
            customer = iter(openai_text(line) for line in LINES)
            done = play_case(
                answer(encode, agent),
                lambda _: RawAnswer(200, next(customer)),
                *words,
                f"agent={agent}",
                task=task,
            )
            assert done.error is None
            assert len(done.agent_requests) >= len(STEPS)
            played[protocol, name] = [request.body for request in done.agent_requests]
        return played[protocol, name]

    with pytest.MonkeyPatch.context() as patch:
        for vendor in ("OPENAI", "ANTHROPIC", "GEMINI", "OPENROUTER", "MISTRAL"):
            patch.setenv(f"{vendor}_API_KEY", "k")
        yield bodies


def check(rule: Rule, bodies: list[Json]) -> None:
    broken = {number: lines for number, body in enumerate(bodies) if (lines := list(rule(body)))}
    assert broken == {}


def thoughts_of(steps: tuple[Step, ...] = STEPS[:-1]) -> list[Step]:
    """The answers whose thoughts are part of the last request."""
    return [step for step in steps if step.thought]


# OpenAI, chat completions


def test_openai_tool_messages_follow_their_calls(sent: Sent) -> None:
    check(chat.results_follow_calls, sent("openai"))


def test_openai_text_is_not_blank(sent: Sent) -> None:
    check(chat.text_is_not_blank, sent("openai"))


def test_openai_arguments_are_json_objects(sent: Sent) -> None:
    check(chat.arguments_are_json_objects, sent("openai"))


def test_openai_arguments_are_letters(sent: Sent) -> None:
    check(chat.arguments_are_letters, sent("openai"))


def test_openai_tools_are_offered_where_called(sent: Sent) -> None:
    check(chat.tools_are_offered_where_called, sent("openai"))


# OpenAI, /responses


def at_responses(sent: Sent) -> list[Json]:
    """The requests that went there: those with tools."""
    return [body for body in sent("responses", "calls", "history", "notes") if "input" in body]


def test_responses_get_every_request_with_tools(sent: Sent) -> None:
    assert [body for body in sent("responses") if body.get("tools") and "input" not in body] == []
    assert len(at_responses(sent)) >= 3 * len(STEPS)


def test_responses_outputs_follow_their_calls(sent: Sent) -> None:
    check(responses.outputs_follow_calls, at_responses(sent))


def test_responses_reasoning_is_followed_by_what_it_came_with(sent: Sent) -> None:
    check(responses.reasoning_is_followed, at_responses(sent))


def test_responses_text_is_not_blank(sent: Sent) -> None:
    check(responses.text_is_not_blank, at_responses(sent))


def test_responses_arguments_are_letters(sent: Sent) -> None:
    check(responses.arguments_are_letters, at_responses(sent))


def test_responses_reasoning_comes_back_as_it_was(sent: Sent) -> None:
    items = [item for item in sent("responses", "calls")[-1]["input"] if item.get("type") == "reasoning"]
    assert [item["encrypted_content"] for item in items] == [ten_answers.signature(step) for step in thoughts_of()]
    assert [item["summary"] for item in items] == [
        [{"type": "summary_text", "text": step.thought}] for step in thoughts_of()
    ]


# Anthropic


def test_anthropic_roles_alternate(sent: Sent) -> None:
    check(anthropic.roles_alternate, sent("anthropic"))


def test_anthropic_first_turn_is_the_users_without_tools(sent: Sent) -> None:
    """With tools, the greeting stands first, as τ² sends it; api.anthropic.com takes that."""
    check(anthropic.first_turn_is_the_users, sent("anthropic", "text"))


def test_anthropic_every_tool_use_has_its_result_next(sent: Sent) -> None:
    check(anthropic.every_tool_use_has_its_result_next, sent("anthropic"))


def test_anthropic_thinking_block_first_before_tool_use(sent: Sent) -> None:
    check(anthropic.thinking_block_first_before_tool_use, sent("anthropic"))


def test_anthropic_thinking_comes_back_as_it_was(sent: Sent) -> None:
    last = sent("anthropic", "calls")[-1]
    blocks = [block for message in last["messages"] for block in message["content"] if block["type"] == "thinking"]
    assert blocks == [
        {"type": "thinking", "thinking": step.thought, "signature": ten_answers.signature(step)}
        for step in thoughts_of()
    ]


def test_anthropic_text_is_not_blank(sent: Sent) -> None:
    check(anthropic.text_is_not_blank, sent("anthropic"))


def test_anthropic_no_temperature_beside_thinking(sent: Sent) -> None:
    check(anthropic.no_temperature_beside_thinking, sent("anthropic"))


def test_anthropic_tokens_exceed_the_thinking_budget(sent: Sent) -> None:
    check(anthropic.tokens_exceed_the_thinking_budget, sent("anthropic"))


def test_anthropic_ids_are_plain(sent: Sent) -> None:
    check(anthropic.ids_are_plain, sent("anthropic"))


def test_anthropic_at_most_four_cache_marks(sent: Sent) -> None:
    check(anthropic.at_most_four_cache_marks, sent("anthropic"))


# Gemini


def test_gemini_roles_alternate(sent: Sent) -> None:
    check(gemini.roles_alternate, sent("gemini"))


def test_gemini_first_turn_is_the_users_without_tools(sent: Sent) -> None:
    check(gemini.first_turn_is_the_users, sent("gemini", "text"))


def test_gemini_function_response_count_matches_calls(sent: Sent) -> None:
    check(gemini.function_response_count_matches_calls, sent("gemini"))


def test_gemini_call_follows_the_user_or_a_response(sent: Sent) -> None:
    check(gemini.call_follows_the_user_or_a_response, sent("gemini"))


def test_gemini_signatures_come_back_where_they_were(sent: Sent) -> None:
    """At the first call, or else at the text."""
    last = sent("gemini", "calls")[-1]
    parts = [part for content in last["contents"] for part in content["parts"] if "thoughtSignature" in part]
    assert [part["thoughtSignature"] for part in parts] == [ten_answers.signature(step) for step in thoughts_of()]
    assert [part.get("text") or part["function_call"]["name"] for part in parts] == [
        step.calls[0][0] if step.calls else step.text for step in thoughts_of()
    ]


def test_gemini_text_is_not_blank(sent: Sent) -> None:
    check(gemini.text_is_not_blank, sent("gemini"))


def test_gemini_arguments_are_objects(sent: Sent) -> None:
    check(gemini.arguments_are_objects, sent("gemini"))


# Mistral


def test_mistral_no_user_after_tool(sent: Sent) -> None:
    check(mistral.no_user_behind_a_result, sent("mistral"))


def test_mistral_ids_are_nine_letters_or_digits(sent: Sent) -> None:
    check(mistral.ids_are_nine_letters_or_digits, sent("mistral"))


def test_mistral_tool_messages_follow_their_calls(sent: Sent) -> None:
    check(chat.results_follow_calls, sent("mistral"))


def test_mistral_has_its_own_fields_only(sent: Sent) -> None:
    check(mistral.has_its_own_fields_only, sent("mistral"))


def test_mistral_text_is_not_blank(sent: Sent) -> None:
    check(chat.text_is_not_blank, sent("mistral"))


def test_mistral_arguments_are_letters(sent: Sent) -> None:
    check(chat.arguments_are_letters, sent("mistral"))


# OpenRouter


def test_openrouter_tool_messages_follow_their_calls(sent: Sent) -> None:
    check(chat.results_follow_calls, sent("openrouter"))


def test_openrouter_reasoning_details_come_back_as_they_were(sent: Sent) -> None:
    """Block for block, with the turn they came with."""
    messages = [m for m in sent("openrouter", "calls")[-1]["messages"] if m["role"] == "assistant"][1:]
    kept = [step for step in STEPS[:-1] if step != Step()]
    assert [message.get("reasoning_details") for message in messages] == [
        ten_answers.reasoning_details(step) if step.thought else None for step in kept
    ]


def test_openrouter_text_is_not_blank(sent: Sent) -> None:
    check(chat.text_is_not_blank, sent("openrouter"))


def test_openrouter_arguments_are_letters(sent: Sent) -> None:
    check(chat.arguments_are_letters, sent("openrouter"))


# Ollama


def test_ollama_arguments_are_objects(sent: Sent) -> None:
    check(ollama.arguments_are_objects, sent("ollama"))


def test_ollama_content_is_text(sent: Sent) -> None:
    check(ollama.content_is_text, sent("ollama"))


def test_ollama_results_follow_their_calls(sent: Sent) -> None:
    check(ollama.results_follow_calls, sent("ollama"))


def test_ollama_has_room_for_the_conversation(sent: Sent) -> None:
    """The server cuts what is over `num_ctx`, 4096 where none is named, from the front. 4 characters are a token."""
    for body in sent("ollama"):
        assert body["options"]["num_ctx"] >= max(4096, len(str(body["messages"])) // 4)
