"""What a conversation is in each format, and what becomes of what was not said."""

import json
import shlex
from typing import Any

import pytest
from support import records

from tautraj.export.formats import Conversation, Row
from tautraj.export.kto import kto
from tautraj.export.messages import Style, build_messages
from tautraj.export.output.row_checks import find_problem
from tautraj.export.predecessor import predecessor
from tautraj.export.preference import preference
from tautraj.export.prompts import prompts
from tautraj.export.sft import sft
from tautraj.export.sharegpt import sharegpt
from tautraj.export.steps import steps
from tautraj.trajectory import Trajectory

TOOLS = [{"type": "function", "function": {"name": "get_order_details", "description": "", "parameters": {}}}]


def style(**changed: Any) -> Style:
    plain = {"reasoning": "field", "thought": "reasoning", "plan": "reasoning", "belief": "drop"}
    plain |= {"system": "recorded", "tools": "full", "results": "full", "greeting": "keep", "arguments": "object"}
    return Style.model_validate({**plain, "loss_mask": True, **changed})


def conversation(last: str = "Done.", **fields: Any) -> Trajectory:
    turns = [
        records.turn(message="Hi! How can I help you?", given=True),
        records.turn(seat="user", message="Where is my order?"),
        records.turn(kind="plan", message=None, plan="Look it up."),
        records.turn(kind="belief", message=None, belief={"order": "W1"}),
        records.turn(kind="mistake", message=None, observation="there is no tool x", reasoning="A slip."),
        records.tool_call({"order_id": "W1"}, reasoning="I must look.", thought="Let me see."),
        records.turn(message=last),
        records.turn(seat="user", message="Thanks. ###STOP###"),
    ]
    numbered = [turn.model_copy(update={"index": at}) for at, turn in enumerate(turns)]
    gold = {"gold_actions": [{"name": "secret_gold", "arguments": {}}], "communicate": ["secret"]}
    return records.trajectory(turns=numbered, tools=TOOLS, privileged=gold, **fields)


RUN = {"run": "run", "guard": "all"}


def chosen(trajectory: Trajectory) -> Conversation:
    return Conversation(trajectory, RUN, chosen=True)


def failed(trajectory: Trajectory) -> Conversation:
    return Conversation(trajectory, RUN, chosen=False)


def test_the_messages_are_the_agents_side_of_it() -> None:
    found = build_messages(conversation(), style())
    assert [message["role"] for message in found] == ["system", "assistant", "user", "assistant", "tool", "assistant"]
    assert [message.get("weight") for message in found] == [None, 0, None, 1, None, 1]
    assert found[3]["content"] == ""
    assert found[3]["reasoning_content"] == "Look it up.\n\nI must look.\n\nLet me see."
    [call] = found[3]["tool_calls"]
    assert call["function"] == {"name": "get_order_details", "arguments": {"order_id": "W1"}}
    assert (found[4]["tool_call_id"], found[4]["content"]) == (call["id"], "{}")
    assert not any(value is None for message in found for value in message.values())


@pytest.mark.parametrize("channel", ["inline", "field", "drop"])
@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("reasoning", "I must look.", "reasoning_content"),
        ("thought", "Let me see.", "thought"),
        ("plan", "Look it up.", "plan"),
        ("belief", '{"order": "W1"}', "belief"),
    ],
)
def test_a_channel_goes_where_it_is_asked_to(channel: str, name: str, text: str, key: str) -> None:
    dropped = dict.fromkeys(("reasoning", "thought", "plan", "belief"), "drop")
    found = build_messages(conversation(), style(**{**dropped, name: channel}))[3]
    assert (text in found["content"]) == (channel == "inline")
    assert (found.get(key) == text) == (channel == "field")


def test_without_a_system_prompt_and_a_mask() -> None:
    found = build_messages(conversation(), style(system="none", loss_mask=False, arguments="text"))
    assert found[0]["role"] == "assistant"
    assert all("weight" not in message for message in found)
    assert json.loads(found[2]["tool_calls"][0]["function"]["arguments"]) == {"order_id": "W1"}


def test_a_greeting_that_the_task_gives_can_be_left_out() -> None:
    found = build_messages(conversation(), style(greeting="drop"))
    assert [message["role"] for message in found] == ["system", "user", "assistant", "tool", "assistant"]
    assert [row["step"] for row in rows(steps, chosen(conversation()), discount=1.0)] == [0, 1]
    [row, _] = steps([chosen(conversation())], style(greeting="drop"), discount=1.0)
    assert [message["role"] for message in row["prompt"]] == ["system", "user"]


def rows(make: Any, *task: Conversation, **settings: Any) -> list[Row]:
    if make is preference:
        settings = {"same_prompt": True, "completion": "conversation", **settings}
    return list(make(list(task), style(), **settings))


@pytest.mark.parametrize("make", [sft, sharegpt, kto, prompts, predecessor])
def test_no_gold_reaches_a_row_and_every_row_tells_where_it_is_from(make: Any) -> None:
    [row] = rows(make, chosen(conversation()))
    assert "secret" not in json.dumps(row)
    assert (row["task"], row["domain"], row["benchmark"]) == ("5", "retail", "tau2")
    assert make is prompts or (row["episode"], row["run"], row["cell"]) == ("5-t0-00000000", "run", "c-0")


def test_sharegpt_takes_turns_as_llama_factory_wants_it() -> None:
    [row] = rows(sharegpt, chosen(conversation()))
    said = [one["from"] for one in row["conversations"]]
    assert said == ["human", "function_call", "observation", "gpt"]
    assert row["system"] == "Be kind."
    beside, _, call = row["conversations"][1]["value"].partition("</think>\n")
    assert "Let me see." in beside
    assert json.loads(call) == {"name": "get_order_details", "arguments": {"order_id": "W1"}}


def test_sharegpt_ends_with_the_agent() -> None:
    cut = conversation().model_copy(update={"turns": conversation().turns[:6]})
    [row] = rows(sharegpt, chosen(cut))
    assert [one["from"] for one in row["conversations"]] == ["human", "function_call"]


def message(role: str, **fields: Any) -> dict[str, Any]:
    return {"role": role, "content": "Yes.", **fields}


CALL = message("assistant", content="", tool_calls=[{"id": "a"}])
RESULT = message("tool", tool_call_id="a")


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ([message("system"), message("user"), CALL, RESULT, message("assistant")], None),
        ([message("user"), CALL], None),
        ([message("user")], "the agent never spoke"),
        ([], "the agent never spoke"),
        ([message("user"), message("system"), message("assistant")], "a system prompt in the middle"),
        ([CALL, RESULT, RESULT], "a result that nobody asked for"),
        ([CALL, message("user"), message("assistant")], "a call without its result"),
        ([message("assistant", content="")], "the agent says and does nothing"),
    ],
)
def test_what_no_loader_takes_is_found(told: list[dict[str, Any]], wrong: str | None) -> None:
    assert find_problem({"messages": told}) == wrong
    assert find_problem({"prompt": told[:1], "completion": told[1:]}) == wrong


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (["human", "gpt", "observation", "function_call"], None),
        (["human"], "the agent does not have the last word"),
        ([], "the agent does not have the last word"),
        (["human", "human"], "somebody speaks twice in a row"),
    ],
)
def test_what_sharegpts_loaders_refuse_is_found(said: list[str], wrong: str | None) -> None:
    assert find_problem({"conversations": [{"from": one, "value": ""} for one in said]}) == wrong


def test_a_prompt_with_nothing_in_it_is_refused() -> None:
    said = {"role": "assistant", "content": "Hello."}
    assert find_problem({"prompt": [], "completion": [said]}) == "an empty prompt, which TRL stumbles over"
    assert find_problem({"messages": [said]}) is None


@pytest.mark.parametrize("make", [sft, sharegpt, kto, prompts, predecessor, preference])
def test_every_format_makes_rows_without_fault(make: Any) -> None:
    task = [chosen(conversation()), failed(conversation("No.", reward=0.0))]
    assert [find_problem(row) for row in rows(make, *task)].count(None) >= 1


def test_steps_have_what_was_seen_done_and_still_to_come() -> None:
    found = rows(steps, chosen(conversation(reward=1.0)), discount=0.5)
    assert [(row["step"], row["steps"], row["return_to_go"]) for row in found] == [(0, 2, 0.5), (1, 2, 1.0)]
    assert [row["completion"][0]["role"] for row in found] == ["assistant", "assistant"]
    assert found[1]["prompt"][-1]["role"] == "tool"
    assert rows(steps, chosen(conversation(reward=None, ungraded="x", grade=None)), discount=1.0) == []


def test_a_pair_parts_where_the_two_do() -> None:
    other = conversation("I cannot help you.", id="other", reward=0.0)
    [row] = rows(preference, chosen(conversation()), failed(other))
    assert [message["content"] for message in (*row["chosen"], *row["rejected"])] == ["Done.", "I cannot help you."]
    assert row["prompt"][-1]["role"] == "tool"
    assert (row["rejected_episode"], row["rejected_reward"]) == ("other", 0.0)


@pytest.mark.parametrize(
    "sibling",
    [
        conversation("No.", reward=1.0),
        conversation("No.", reward=None, ungraded="x", grade=None),
        conversation("No.", reward=0.0, system_prompt="Be rude."),
        conversation(reward=0.0),
    ],
    ids=["no failure", "ungraded", "another prompt", "the same words"],
)
def test_what_makes_no_pair(sibling: Trajectory) -> None:
    assert rows(preference, chosen(conversation()), failed(sibling)) == []


def test_a_failure_is_rejected_though_failures_are_chosen_too() -> None:
    failure = conversation("I cannot help you.", id="other", reward=0.0)
    [row] = rows(preference, chosen(conversation()), chosen(failure))
    assert (row["rejected_episode"], row["rejected_reward"]) == ("other", 0.0)


def test_a_sibling_is_paired_once() -> None:
    task = [chosen(conversation()), chosen(conversation(id="again")), failed(conversation("No.", reward=0.0))]
    assert len(rows(preference, *task)) == 1


def test_the_rest_of_a_task_is_paired_though_one_sibling_is_the_same() -> None:
    same, other = conversation(reward=0.0, id="same"), conversation("No.", reward=0.0, id="other")
    [row] = rows(preference, chosen(conversation()), failed(same), failed(other))
    assert row["rejected_episode"] == "other"


def test_a_sibling_of_the_same_cell_comes_first_then_the_one_that_has_most_in_common() -> None:
    """Another agent's failure parts later; it differs in who plays, and DPO would learn that."""
    early = [records.turn(message="Hi! How can I help you?", given=True), records.turn(seat="user", message="Hello?")]
    early.append(records.turn(message="No."))
    turns = tuple(turn.model_copy(update={"index": at}) for at, turn in enumerate(early))
    here = conversation(reward=0.0, id="here").model_copy(update={"turns": turns})
    other_cell = failed(conversation("No.", reward=0.0, id="there", cell="another"))
    nearer = failed(conversation("No.", reward=0.0, id="nearer"))
    assert partner_of(chosen(conversation()), other_cell, failed(here), same_prompt=False) == "here"
    assert partner_of(chosen(conversation()), failed(here), nearer, same_prompt=False) == "nearer"


def partner_of(*task: Conversation, **settings: Any) -> Any:
    [row] = rows(preference, *task, **settings)
    return row["rejected_episode"]


def test_the_best_pairs_come_first_whatever_the_order_of_the_chosen() -> None:
    """The first could take the partner that only the second has most in common with."""
    first, second = conversation("Done.", id="a"), conversation("All done.", id="b")
    near_second = conversation("No.", reward=0.0, id="n")
    started = [turn.model_copy(update={"message": "What?"}) if turn.index == 1 else turn for turn in first.turns]
    first = first.model_copy(update={"turns": tuple(started)})
    [row] = rows(preference, chosen(first), chosen(second), failed(near_second), same_prompt=False)
    assert row["episode"] == "b"


def test_what_was_only_thought_makes_no_pair() -> None:
    turns = [
        turn.model_copy(update={"thought": "Another thought."}) if turn.thought else turn
        for turn in conversation().turns
    ]
    same = conversation(reward=0.0, id="same").model_copy(update={"turns": tuple(turns)})
    assert rows(preference, chosen(conversation()), failed(same)) == []


def test_where_customers_part_there_is_a_pair_only_if_it_is_asked_for() -> None:
    turns = list(conversation().turns)
    turns[1] = turns[1].model_copy(update={"message": "My order is late."})
    task = [chosen(conversation()), failed(conversation(reward=0.0).model_copy(update={"turns": tuple(turns)}))]
    assert rows(preference, *task) == []
    [row] = rows(preference, *task, same_prompt=False)
    assert (row["chosen"][0]["role"], len(row["prompt"])) == ("user", 2)


def test_what_was_chosen_and_failed_is_not_wanted() -> None:
    task = [chosen(conversation(reward=0.0)), failed(conversation("No.", reward=0.0))]
    assert [row["label"] for row in rows(kto, *task)] == [False, False]
    assert rows(preference, *task) == []


def test_kto_has_both_kinds_and_nothing_ungraded() -> None:
    task = [
        chosen(conversation()),
        failed(conversation("No.", reward=0.0)),
        failed(conversation("No.", reward=None, ungraded="x", grade=None)),
    ]
    found = rows(kto, *task)
    assert [row["label"] for row in found] == [True, False]
    assert found[0]["prompt"][-1]["content"] == "Where is my order?"
    assert found[0]["completion"][0]["role"] == "assistant"


def test_prompts_are_one_per_task_with_how_to_grade_it() -> None:
    [row] = rows(prompts, chosen(conversation()), chosen(conversation(id="again")))
    assert [message["role"] for message in row["prompt"]] == ["system", "assistant", "user"]
    assert row["prompt"][-1]["content"] == "Where is my order?"
    assert "split=test 'tasks.ids=[\"5\"]' model=openai_compatible" in row["grade_with"]
    assert row["scenario"] == "Ada."


def test_the_command_that_grades_is_one_command_whatever_a_record_says() -> None:
    odd = "5'; touch x; '\" \u4efb"
    [row] = rows(prompts, chosen(conversation(task_id=odd, domain="$(touch y)", split="a b")))
    words = shlex.split(row["grade_with"])
    assert words[2:5] == ["benchmark=tau2", "domain=$(touch y)", "split=a b"]
    assert words[5] == f"tasks.ids={json.dumps([odd], ensure_ascii=False)}"
    assert words[6:] == ["model=openai_compatible", "model.provider.api_base=…"]


def test_predecessor() -> None:
    [row] = rows(predecessor, chosen(conversation()))
    assert row["instruction"] == "Ada."
    [call, said] = row["trajectory"]
    assert call["thought"] == "I must look.\n\nLook it up.\n\nLet me see."
    assert json.loads(call["action"]) == {"name": "get_order_details", "arguments": {"order_id": "W1"}}
    assert call["observation"] == "{}"
    assert json.loads(said["action"]) == {"name": "respond", "arguments": {"content": "Done."}}
    assert (said["observation"], row["ground_truth"]) == ("Thanks. ###STOP###", [])
