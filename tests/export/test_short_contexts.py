"""Short contexts: what an agent sends in play is what a row of the same setting begins with, message by message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.composed import composed_run, composed_tree
from support.exports import rows_in
from support.provider.server import Answer, ChatRequest, Provider

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.briefing import keep_names, write_short_prompt
from tautraj.benchmarks.tool_results import DONE, shorten_result
from tautraj.config import Llm, Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import identify_cell, locate_run_directory
from tautraj.config.parse import parse_as, parse_run
from tautraj.errors import ConfigError
from tautraj.export import pipeline
from tautraj.export.request import ExportRequest
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.runs.startup import open_directory
from tautraj.store import Store
from tautraj.trajectory import ToolCall, Trajectory

GREETING, HELLO = "Hi! How can I help you today?", "Please create a task."
ARGUMENTS = {"user_id": "user_1", "title": "Important Meeting"}


class Script:
    """The agent asks, creates the task and says goodbye, in the form that its requests ask for."""

    def __call__(self, request: ChatRequest) -> Answer:
        messages = request.body["messages"]
        if str(messages[0]["content"]).startswith("# User Simulation"):
            return Answer(HELLO if len(messages) == 2 else "Yes. ###STOP###" if len(messages) > 4 else "Yes.")
        if any(message["role"] == "tool" for message in messages):
            return Answer("Done. Anything else?")
        return Answer(None, (("create_task", ARGUMENTS),)) if len(messages) > 3 else Answer("Shall I create it?")


def served(llm: Llm, provider: Provider) -> Llm:
    settings = {"api_base": provider.openai_base, "retry_seconds": 0.0, "tokens_per_minute": None}
    return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})


def play_one(root: Path, brain: Callable[[ChatRequest], Answer], *words: str) -> tuple[Run, Trajectory, list[Any]]:
    """The run, the record and the bodies of the agent's requests; a customer's have no greeting in them."""
    run = composed_run("domain=mock", "split=base", "model=gpt4o", "user=gpt41", "tracking=none", *words)
    run = run.model_copy(update={"root": str(root)})
    with Provider(brain) as provider:
        seats = {"model": served(run.model, provider), "user": served(run.user, provider)}
        plan = plan_run(run.model_copy(update=seats))
        open_directory(plan)
        play(plan.run, plan.owed[0])
    [trajectory] = Store(locate_run_directory(plan.run)).read_episodes()
    return plan.run, trajectory, [r.body for r in provider.requests if r.body["model"] == run.model.name]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


def export_row(run: Run, out: Path, *words: str) -> dict[str, Any]:
    words = (f"run={locate_run_directory(run)}", f"out={out}", "guard=off", "choose=everything", *words)
    pipeline.export(parse_as(ExportRequest, compose_tree(words, "export")))
    [row] = rows_in(out)
    return row


def plain(message: dict[str, Any]) -> dict[str, Any]:
    """A message as every server reads it: the call's arguments decoded, no content as none."""
    functions = [call["function"] for call in message.get("tool_calls", ())]
    calls = [(function["name"], json.loads(function["arguments"])) for function in functions]
    kept = {key: message[key] for key in ("role", "tool_call_id") if key in message}
    return kept | {"content": message.get("content") or "", "calls": calls}


@pytest.mark.parametrize(
    ("system", "tools", "results"),
    [
        ("short", "names", "short"),
        ("none", "names", "full"),
        ("benchmark", "full", "short"),
        ("benchmark", "full", "full"),
    ],
)
def test_a_row_is_what_play_sends(system: str, tools: str, results: str, tmp_path: Path) -> None:
    words = (f"agent.system={system}", f"agent.tools={tools}", f"agent.results={results}")
    run, record, requests = play_one(tmp_path, Script(), *words)
    benchmark = open_benchmark(run.benchmark, run.domain)
    prompt = {"short": write_short_prompt(benchmark), "none": "", "benchmark": benchmark.agent_prompt}[system]
    assert requests[0]["messages"] == [
        *([{"role": "system", "content": prompt}] if prompt else []),
        {"role": "assistant", "content": GREETING},
        {"role": "user", "content": HELLO},
    ]
    offered = list(keep_names(benchmark.tools) if tools == "names" else benchmark.tools)
    assert all(request["tools"] == offered for request in requests)
    assert (record.system_prompt, list(record.tools)) == (prompt, offered)
    assert [turn.tool_call.arguments for turn in record.turns if turn.tool_call] == [ARGUMENTS]
    assert not any(turn.error for turn in record.turns)
    style = [f"style.system={system}", f"style.tools={tools}", f"style.results={results}"]
    row = export_row(run, tmp_path / "data", *style, "style.loss_mask=false", "style.arguments=text")
    sent = requests[-1]["messages"]
    assert len(sent) > 5 and list(map(plain, row["messages"]))[: len(sent)] == list(map(plain, sent))
    assert row["tools"] == requests[-1]["tools"]
    [(call, answer)] = [(turn.tool_call, turn.observation) for turn in record.turns if turn.tool_call]
    assert answer and json.loads(answer)["title"] == ARGUMENTS["title"]
    [shown] = [message["content"] for message in sent if message["role"] == "tool"]
    short = shorten_result(call, answer, benchmark.writing_tools)
    assert short != answer and json.loads(short)["title"] == ARGUMENTS["title"]
    assert shown == (short if results == "short" else answer)


@pytest.mark.parametrize(
    ("tool", "answer", "shown"),
    [
        (
            "get_order",
            '{"id": "#W1", "price": 1.50, "items": [{"a": "é", "b": {}}], "cancel_reason": null}',
            '{"id":"#W1","price":1.5,"items":[{"a":"é"}]}',
        ),
        (
            "get_order",
            '{"zip": "02134", "n": 0, "is_open": false, "note": "", "list": [null, [], 1]}',
            '{"zip":"02134","n":0,"is_open":false,"note":"","list":[null,[],1]}',
        ),
        (
            "get_order",
            '{"items": [{"a": {"b": "c"}, "name": "Kite", "product_id": "1", "item_id": "2"}, {"name": "Oar"}]}',
            '{"items":[{"name":"Kite","item_id":"2","a":{"b":"c"},"product_id":"1"},{"name":"Oar"}]}',
        ),
        ("list_orders", '[{"id": "a"}, {"id": "b"}]', '[{"id":"a"},{"id":"b"}]'),
        (
            "get_user",
            '{"ways": {"gift_card_1": {"id": "gift_card_1", "source": "gift_card", "note": "gift_", "sum": 8.5}}}',
            '{"ways":{"gift_card_1":{"note":"gift_","sum":8.5}}}',
        ),
        ("get_user", '{"ways": {"paypal_1": {"id": "paypal_1", "source": "paypal"}}}', '{"ways":{"paypal_1":{}}}'),
        ("get_user", '{"a": "a", "b": ["b"], "": {"c": ""}}', '{"a":"a","b":["b"],"":{}}'),
        ("find_user", "ada_obi_1234", "ada_obi_1234"),
        ("count_orders", "12", "12"),
        ("cancel_order", '{"order_id": "#W1", "user_id": "ada", "status": "cancelled"}', DONE),
        ("cancel_order", '{"order_id": "#W2", "user_id": "#W1"}', '{"order_id":"#W2","user_id":"#W1"}'),
        ("cancel_order", '{"message": "added", "charge": 4.00}', '{"message":"added","charge":4.0}'),
        ("cancel_order", "Error: order not found", "Error: order not found"),
        ("cancel_order", "true", "true"),
    ],
)
def test_a_short_answer_has_all_values_but_those_that_a_write_repeats(tool: str, answer: str, shown: str) -> None:
    call = ToolCall(id="call_1", name=tool, arguments={"order_id": "#W1", "reason": "no longer needed"})
    assert shorten_result(call, answer, {"cancel_order"}) == shown


@pytest.mark.parametrize("agent", ["react", "planning"])
def test_agents_of_all_protocols_read_short_answers(agent: str, tmp_path: Path) -> None:
    brain = say_in_turn(Answer(TEXT_ACTION), Answer(TEXT_GOODBYE)) if agent == "react" else Script()
    _, record, requests = play_one(tmp_path, brain, f"agent={agent}", "agent.results=short")
    [turn] = [turn for turn in record.turns if turn.tool_call]
    assert turn.tool_call and turn.observation and ', "' in turn.observation
    sent = [str(message.get("content")) for request in requests for message in request["messages"]]
    assert not any(turn.observation in text for text in sent)
    assert any(shorten_result(turn.tool_call, turn.observation, ()) in text for text in sent)


def test_recorded_rows_have_the_answers_that_the_agent_saw(tmp_path: Path) -> None:
    run, _, requests = play_one(tmp_path, Script(), "agent.results=short")
    row = export_row(run, tmp_path / "data", "style.system=recorded")
    saw, wrote = (
        [message["content"] for message in messages if message["role"] == "tool"]
        for messages in (requests[-1]["messages"], row["messages"])
    )
    assert saw == wrote and len(saw) == 1


def test_what_a_run_without_a_prompt_recorded_has_none(tmp_path: Path) -> None:
    run, record, _ = play_one(tmp_path, Script(), "agent.system=none", "agent.tools=names")
    row = export_row(run, tmp_path / "data", "format=sharegpt", "style.system=recorded")
    assert row["system"] == "" and row["conversations"][0] == {"from": "human", "value": HELLO}
    assert json.loads(row["tools"]) == [tool["function"] for tool in record.tools]


def test_rows_of_a_run_with_the_whole_policy_may_be_short(tmp_path: Path) -> None:
    run, record, _ = play_one(tmp_path, Script())
    benchmark = open_benchmark(run.benchmark, run.domain)
    row = export_row(run, tmp_path / "data", "format=sharegpt", "style.system=short", "style.tools=names")
    assert record.system_prompt == benchmark.agent_prompt
    assert row["system"] == write_short_prompt(benchmark)
    assert json.loads(row["tools"]) == [tool["function"] for tool in keep_names(benchmark.tools)]
    assert (row["style"]["system"], row["style"]["tools"]) == ("short", "names")


TEXT_ACTION = f'Thought: now.\nAction:\n{{"name": "create_task", "arguments": {json.dumps(ARGUMENTS)}}}'
PYTHON_ACTION = "Now.\n```python\nprint(create_task(user_id='user_1', title='Important Meeting'))\n```"
TEXT_GOODBYE = 'Action:\n{"name": "respond", "arguments": {"content": "Done."}}'
PYTHON_GOODBYE = "Bye.\n```python\nrespond(content='Done.')\n```"
BY_POSITION = "Now.\n```python\nprint(create_task('user_1', 'Important Meeting'))\n```"


def say_in_turn(*answers: Answer) -> Callable[[ChatRequest], Answer]:
    left = list(answers)

    def answer(request: ChatRequest) -> Answer:
        if request.body["model"] != "gpt-4o":
            return Answer(HELLO if len(request.body["messages"]) == 2 else "###STOP###")
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


@pytest.mark.parametrize(
    ("agent", "answers"),
    [("react", [TEXT_ACTION, TEXT_GOODBYE]), ("code", [BY_POSITION, PYTHON_ACTION, PYTHON_GOODBYE])],
)
def test_agents_that_write_text_have_the_short_prompt_before_their_own(
    agent: str, answers: list[str], tmp_path: Path
) -> None:
    brain = say_in_turn(*map(Answer, answers))
    run, record, requests = play_one(tmp_path, brain, f"agent={agent}", "agent.system=short", "agent.tools=names")
    benchmark = open_benchmark(run.benchmark, run.domain)
    assert record.system_prompt.startswith(f"{write_short_prompt(benchmark)}\n\n# How to act")
    assert requests[0]["messages"][0] == {"role": "system", "content": record.system_prompt}
    shown = '{"name": "create_task", "description": "", "parameters": {"type": "object"}}'
    assert shown in record.system_prompt and "priority" not in record.system_prompt
    assert [turn.tool_call.arguments for turn in record.turns if turn.tool_call] == [ARGUMENTS]
    told = [str(turn.observation) for turn in record.turns if turn.kind == "code"][:1]
    assert all("create_task takes 0 positional arguments: name them" in text for text in told)


@pytest.mark.parametrize("agent", ["planning", "react", "act", "code", "few_shot"])
def test_no_prompt_is_refused_by_agents_that_explain_themselves_there(agent: str, run_of: Callable[..., Run]) -> None:
    words = ["agent.examples=nowhere"] if agent == "few_shot" else []
    with pytest.raises(ConfigError) as refused:
        plan_run(run_of("model=gpt4o", "user=gpt4o", f"agent={agent}", "agent.system=none", *words))
    assert str(refused.value).startswith(f"agent.system=none: agent={agent} says in its system prompt how to act.")
    assert "agent=tool_calling" in str(refused.value)


@pytest.mark.parametrize(
    "word", ["agent.system=short", "agent.system=none", "agent.tools=names", "agent.results=short"]
)
def test_a_short_context_is_another_cell_and_a_program_takes_none(word: str, run_of: Callable[..., Run]) -> None:
    seats = ("model=gpt4o", "user=gpt4o")
    assert identify_cell(run_of(*seats, word)).digest != identify_cell(run_of(*seats)).digest
    with pytest.raises(
        ConfigError, match="agent=oracle has no llm to prompt: leave out agent.system, agent.tools and agent.results"
    ):
        run_of(f"+{word}")


def test_an_agent_that_does_not_name_the_settings_has_the_benchmarks(run_of: Callable[..., Run]) -> None:
    """Its YAML may be somebody's own, or a run.yaml of an earlier version; its cell is the same."""
    tree = composed_tree("model=gpt4o", "user=gpt4o")
    whole = parse_run(tree)
    del tree.agent.system, tree.agent.tools, tree.agent.results
    older = parse_run(tree)
    assert (older.agent.system, older.agent.tools, older.agent.results) == ("benchmark", "full", "full")
    assert identify_cell(older) == identify_cell(whole)
