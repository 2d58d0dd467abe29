"""The order of roles that strict servers require, over all sequences of turns. Whole episodes: `agents`, `cases`."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.strict_servers import breaks_turns_beside_calls

from tautraj.llms.turn_order import OPENING, SILENCE, arrange_turns

Message = dict[str, Any]

SYSTEM = {"role": "system", "content": "Be kind."}


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    return {"role": "assistant", "content": text}


def called(number: int) -> list[Message]:
    """A call with its result."""
    call_id = f"call_{number}"
    function = {"name": "look", "arguments": "{}"}
    call = {"id": call_id, "type": "function", "function": function}
    return [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": call_id, "content": f"result {number}"},
    ]


SPEECH = st.builds(lambda make, number: [make(f"word {number}")], st.sampled_from([user, assistant]), st.integers(0))
TEXTS = st.lists(SPEECH, max_size=12).map(lambda turns: [SYSTEM, *sum(turns, [])])
CALLS = st.lists(st.one_of(SPEECH, st.integers(0).map(called)), max_size=12).map(lambda turns: sum(turns, [SYSTEM]))


@given(TEXTS)
def test_without_tools_the_user_begins_and_the_sides_take_turns(messages: list[Message]) -> None:
    system, *roles = [message["role"] for message in arrange_turns(messages, alternate=True)]
    assert system == "system"
    assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"] * (len(roles) % 2)


@given(TEXTS)
def test_without_tools_the_texts_are_all_there_in_their_order(messages: list[Message]) -> None:
    arranged = arrange_turns(messages, alternate=True)
    for role in ("user", "assistant"):
        parts = [part for m in arranged if m["role"] == role for part in m["content"].split("\n\n")]
        assert [part for part in parts if part not in (OPENING, SILENCE)] == [
            m["content"] for m in messages if m["role"] == role
        ]


@given(CALLS)
def test_beside_calls_the_sides_take_turns_too_where_that_is_wanted(messages: list[Message]) -> None:
    arranged = arrange_turns(messages, alternate=True)
    assert not breaks_turns_beside_calls(arranged)
    assert [m for m in arranged if m.get("tool_calls")] == [m for m in messages if m.get("tool_calls")]
    joined = "\n\n".join(m["content"] for m in arranged if m["content"])
    assert [part for part in joined.split("\n\n") if part not in (OPENING, SILENCE)] == [
        m["content"] for m in messages if m["content"]
    ]


@given(CALLS)
def test_with_tools_no_user_stands_behind_a_result_and_all_else_stays(messages: list[Message]) -> None:
    arranged = arrange_turns(messages, alternate=False)
    roles = [message["role"] for message in arranged]
    assert ("tool", "user") not in zip(roles, roles[1:], strict=False)
    assert [m for m in arranged if m["role"] == "assistant"] == [m for m in messages if m["role"] == "assistant"]
    texts = [part for m in arranged if m["content"] for part in m["content"].split("\n\n")]
    assert texts == [m["content"] for m in messages if m["content"]]
    assert [m["tool_call_id"] for m in arranged if m["role"] == "tool"] == [
        m["tool_call_id"] for m in messages if m["role"] == "tool"
    ]


@given(CALLS, st.booleans())
def test_arranging_again_changes_nothing_and_what_was_given_stays(messages: list[Message], alternate: bool) -> None:
    before = [dict(message) for message in messages]
    arranged = arrange_turns(messages, alternate=alternate)
    assert arrange_turns(arranged, alternate=alternate) == arranged
    assert messages == before


@pytest.mark.parametrize("alternate", [True, False])
def test_an_order_that_is_fine_stays(alternate: bool) -> None:
    messages = [SYSTEM, user("Hello."), assistant("Hi."), user("Bye.")]
    assert arrange_turns(messages, alternate=alternate) == messages


def test_a_greeting_stays_first_where_there_are_tools() -> None:
    messages = [SYSTEM, assistant("Hi!"), user("Hello."), user("Your answer was empty.")]
    assert arrange_turns(messages, alternate=False) == messages


def test_the_words_that_are_added_and_merged() -> None:
    messages = [SYSTEM, assistant("Hi!"), user("Hello."), user("You said nothing."), assistant("a"), assistant("b")]
    assert arrange_turns(messages, alternate=True) == [
        SYSTEM,
        user("(The conversation begins.)"),
        assistant("Hi!"),
        user("Hello.\n\nYou said nothing."),
        assistant("a"),
        user("(No reply.)"),
        assistant("b"),
    ]


def test_content_in_parts_is_not_touched() -> None:
    parts = {"role": "user", "content": [{"type": "text", "text": "Hello."}]}
    assert arrange_turns([SYSTEM, parts, user("Well?")], alternate=True) == [SYSTEM, parts, user("Well?")]
