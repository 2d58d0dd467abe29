"""Every rule of a vendor sees a body that breaks it, and nothing in the same body mended.

Not here: the requests that keep the rules (`test_vendor_rules`).
"""

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from support.vendor_rules import Json, Rule, anthropic, chat, gemini, mistral, ollama, responses

ARGUMENTS = json.dumps({"title": "Crème"}, ensure_ascii=False)


def chat_call(arguments: Any = ARGUMENTS, call_id: str = "abc123DEF", name: str = "look") -> Json:
    function = {"name": name, "arguments": arguments}
    return {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}]}


def chat_result(call_id: str = "abc123DEF") -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": "[]"}


def chat_body(*messages: Json, **more: Any) -> Json:
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    return {"messages": [{"role": "user", "content": "Hi."}, *messages], "tools": tools, **more}


def claude(*messages: tuple[str, list[Json]], **more: Any) -> Json:
    turns = [{"role": role, "content": blocks} for role, blocks in (("user", [text("Hi.")]), *messages)]
    return {"messages": turns, "max_tokens": 2048, **more}


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def google(*contents: tuple[str, list[Json]]) -> Json:
    return {"contents": [{"role": role, "parts": parts} for role, parts in (("user", [{"text": "Hi."}]), *contents)]}


ANSWER = {"role": "assistant", "content": "Hello."}
USE = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "[]"}
THINKING = {"type": "thinking", "thinking": "I look.", "signature": "s"}
ON = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
CALL = {"function_call": {"name": "look", "args": {}}}
RESPONSE = {"function_response": {"name": "look", "response": {"content": "[]"}}}
FUNCTION_CALL = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": ARGUMENTS}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "[]"}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": []}
SAID = {"role": "user", "content": [{"type": "input_text", "text": "Hi."}]}
OLLAMA_CALL = chat_call({})

BROKEN: list[tuple[Rule, Json, Json]] = [
    (chat.results_follow_calls, chat_body(chat_call(), ANSWER), chat_body(chat_call(), chat_result(), ANSWER)),
    (chat.results_follow_calls, chat_body(chat_result()), chat_body()),
    (chat.results_follow_calls, chat_body(chat_call()), chat_body(chat_call(), chat_result())),
    (chat.text_is_not_blank, chat_body({"role": "assistant", "content": "\n\n"}), chat_body(ANSWER)),
    (chat.text_is_not_blank, chat_body({"role": "assistant", "content": None}), chat_body(chat_call())),
    (chat.arguments_are_json_objects, chat_body(chat_call("[]")), chat_body(chat_call())),
    (chat.arguments_are_letters, chat_body(chat_call(json.dumps({"title": "Crème"}))), chat_body(chat_call())),
    (chat.tools_are_offered_where_called, chat_body(chat_call(), tools=[]), chat_body(tools=[])),
    (chat.tools_are_offered_where_called, chat_body(chat_call(name="look up")), chat_body(chat_call())),
    (
        mistral.no_user_behind_a_result,
        chat_body(chat_call(), chat_result(), {"role": "user", "content": "And?"}),
        chat_body(chat_call(), chat_result(), ANSWER),
    ),
    (mistral.ids_are_nine_letters_or_digits, chat_body(chat_call(call_id="call_1")), chat_body(chat_call())),
    (mistral.ids_are_nine_letters_or_digits, chat_body(chat_result("call_1")), chat_body(chat_result())),
    (mistral.has_its_own_fields_only, chat_body({**ANSWER, "reasoning_content": "x"}), chat_body(ANSWER)),
    (responses.outputs_follow_calls, {"input": [SAID, FUNCTION_CALL]}, {"input": [SAID, FUNCTION_CALL, OUTPUT]}),
    (responses.outputs_follow_calls, {"input": [OUTPUT, FUNCTION_CALL]}, {"input": [FUNCTION_CALL, OUTPUT]}),
    (responses.reasoning_is_followed, {"input": [REASONING, SAID]}, {"input": [REASONING, FUNCTION_CALL]}),
    (responses.text_is_not_blank, {"input": [{"role": "user", "content": " "}]}, {"input": [SAID]}),
    (
        responses.arguments_are_letters,
        {"input": [{**FUNCTION_CALL, "arguments": json.dumps({"title": "Crème"})}]},
        {"input": [FUNCTION_CALL]},
    ),
    (anthropic.roles_alternate, claude(("user", [text("And?")])), claude(("assistant", [text("Hello.")]))),
    (anthropic.first_turn_is_the_users, {"messages": [{"role": "assistant", "content": []}]}, claude()),
    (
        anthropic.every_tool_use_has_its_result_next,
        claude(("assistant", [USE]), ("user", [text("And?")])),
        claude(("assistant", [USE]), ("user", [RESULT, text("And?")])),
    ),
    (
        anthropic.every_tool_use_has_its_result_next,
        claude(("assistant", [USE]), ("user", [text("And?"), RESULT])),
        claude(("assistant", [USE]), ("user", [RESULT])),
    ),
    (anthropic.every_tool_use_has_its_result_next, claude(("user", [RESULT])), claude()),
    (
        anthropic.thinking_block_first_before_tool_use,
        claude(("assistant", [USE]), ("user", [RESULT]), **ON),
        claude(("assistant", [THINKING, USE]), ("user", [RESULT]), **ON),
    ),
    (
        anthropic.thinking_block_first_before_tool_use,
        claude(("assistant", [text("I look."), THINKING, USE]), **ON),
        claude(("assistant", [text("I look."), USE]), ("user", [RESULT])),
    ),
    (anthropic.text_is_not_blank, claude(("assistant", [text("\n\n"), USE])), claude(("assistant", [USE]))),
    (anthropic.text_is_not_blank, claude(("assistant", [])), claude()),
    (anthropic.no_temperature_beside_thinking, claude(temperature=0.0, **ON), claude(temperature=1, **ON)),
    (anthropic.no_temperature_beside_thinking, claude(top_k=5, **ON), claude(temperature=0.0)),
    (
        anthropic.tokens_exceed_the_thinking_budget,
        claude(thinking={"type": "enabled", "budget_tokens": 2048}),
        claude(**ON),
    ),
    (
        anthropic.ids_are_plain,
        claude(("assistant", [{**USE, "id": "call:1"}])),
        claude(("assistant", [USE]), ("user", [RESULT])),
    ),
    (
        anthropic.at_most_four_cache_marks,
        claude(system=[text("x") | {"cache_control": {"type": "ephemeral"}}] * 5),
        claude(system=[text("x") | {"cache_control": {"type": "ephemeral"}}] * 4),
    ),
    (gemini.roles_alternate, google(("user", [RESPONSE])), google(("model", [CALL]), ("user", [RESPONSE]))),
    (gemini.roles_alternate, google(("assistant", [{"text": "Hello."}])), google(("model", [{"text": "Hello."}]))),
    (gemini.first_turn_is_the_users, {"contents": [{"role": "model", "parts": []}]}, google()),
    (
        gemini.function_response_count_matches_calls,
        google(("model", [CALL, CALL]), ("user", [RESPONSE])),
        google(("model", [CALL, CALL]), ("user", [RESPONSE, RESPONSE])),
    ),
    (gemini.function_response_count_matches_calls, google(("model", [CALL])), google(("model", [{"text": "Hi."}]))),
    (
        gemini.call_follows_the_user_or_a_response,
        google(("model", [{"text": "Hi."}]), ("model", [CALL])),
        google(("model", [CALL])),
    ),
    (gemini.text_is_not_blank, google(("model", [{"text": " "}])), google(("model", [CALL]))),
    (gemini.text_is_not_blank, google(("model", [])), google()),
    (
        gemini.arguments_are_objects,
        google(("model", [{"function_call": {"name": "look", "args": "{}"}}])),
        google(("model", [CALL])),
    ),
    (ollama.arguments_are_objects, chat_body(chat_call("{}")), chat_body(OLLAMA_CALL)),
    (
        ollama.content_is_text,
        chat_body({"role": "assistant", "content": ""}),
        chat_body(OLLAMA_CALL | {"content": ""}),
    ),
    (ollama.results_follow_calls, chat_body(OLLAMA_CALL, ANSWER), chat_body(OLLAMA_CALL, chat_result(), ANSWER)),
    (ollama.results_follow_calls, chat_body(chat_result()), chat_body()),
]
"""A rule, a body that breaks it, and one that does not."""


def name_rule(value: object) -> str:
    return f"{value.__module__.split('.')[-1]}-{value.__name__}" if inspect.isfunction(value) else ""


@pytest.mark.parametrize(("rule", "broken", "kept"), BROKEN, ids=name_rule)
def test_a_rule_sees_what_breaks_it(rule: Rule, broken: Json, kept: Json) -> None:
    assert list(rule(broken))
    assert not list(rule(kept))


def test_every_rule_is_tried() -> None:
    modules = (chat, responses, mistral, anthropic, gemini, ollama)
    rules = {
        rule
        for module in modules
        for _, rule in inspect.getmembers(module, inspect.isfunction)
        if rule.__module__ == module.__name__ and inspect.get_annotations(rule)["return"] == Iterator[str]
    }
    assert rules == {rule for rule, _, _ in BROKEN}
