"""Classic τ-bench against its own package: what is relied on, and what the adapter makes of it.

Skipped where the package is not installed. Its grades: `test_tau_bench_grading`.
"""

import inspect
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

pytest.importorskip("tau_bench", reason="the package tau_bench is not installed; docs/benchmarks.md says how")
from tau_bench import types
from tau_bench.envs import get_env
from tau_bench.envs.base import Env
from tau_bench.envs.user import LLMUserSimulationEnv

from tautraj import process_env
from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.tau_bench.adapter import SPLITS, STOP_WORD, TauBench
from tautraj.benchmarks.tau_bench.replay import SilentUser
from tautraj.config import BenchmarkConfig, Domain
from tautraj.errors import ConfigError
from tautraj.trajectory import ToolCall

TASKS = {("retail", "train"): 500, ("retail", "test"): 115, ("retail", "dev"): 20, ("airline", "test"): 50}
READING: dict[str, dict[str, dict[str, Any]]] = {
    "retail": {
        "calculate": {"expression": "1 + 1"},
        "find_user_id_by_email": {"email": "mia.garcia2723@example.com"},
        "find_user_id_by_name_zip": {"first_name": "Yusuf", "last_name": "Rossi", "zip": "19122"},
        "get_order_details": {"order_id": "#W2378156"},
        "get_product_details": {"product_id": "1656367028"},
        "get_user_details": {"user_id": "yusuf_rossi_9620"},
        "list_all_product_types": {},
        "think": {"thought": "Hm."},
        "transfer_to_human_agents": {"summary": "It is complicated."},
    },
    "airline": {
        "calculate": {"expression": "1 + 1"},
        "get_reservation_details": {"reservation_id": "JMO1MG"},
        "get_user_details": {"user_id": "mia_li_3668"},
        "list_all_airports": {},
        "search_direct_flight": {"origin": "JFK", "destination": "SEA", "date": "2024-05-20"},
        "search_onestop_flight": {"origin": "JFK", "destination": "SEA", "date": "2024-05-20"},
        "think": {"thought": "Hm."},
        "transfer_to_human_agents": {"summary": "It is complicated."},
    },
}
"""A call that works for every tool that is not said to write."""


@pytest.fixture(scope="module", autouse=True)
def _settled() -> None:
    process_env.freeze_gc()


def bench(domain: str) -> TauBench:
    found = open_benchmark(BenchmarkConfig(name="tau_bench", world="overlay"), Domain(name=domain, data_dir=None))
    assert isinstance(found, TauBench)
    return found


def stock(domain: str, split: str = "test", index: int = 0) -> Any:
    """The package's own environment, as nothing of ours has touched it."""
    return get_env(domain, "human", "", split, task_index=index)


# What is relied on


def parameters(callable_: Any) -> list[str]:
    return list(inspect.signature(callable_).parameters)


def fields(model: Any) -> set[str]:
    return set(model.model_fields)


CONTRACT: dict[str, Callable[[], bool]] = {
    "get_env(env_name, user_strategy, user_model, task_split, user_provider, task_index)": lambda: (
        parameters(get_env)
        == ["env_name", "user_strategy", "user_model", "task_split", "user_provider", "task_index"]
    ),
    "Env(data_load_func, tools, tasks, wiki, rules, user_strategy, user_model, user_provider, task_index)": lambda: (
        parameters(Env)
        == [
            *("data_load_func", "tools", "tasks", "wiki", "rules"),
            *parameters(get_env)[1:3],
            *parameters(get_env)[4:],
        ]
    ),
    "Env.step(action)": lambda: parameters(Env.step) == ["self", "action"],
    "Env.calculate_reward()": lambda: parameters(Env.calculate_reward) == ["self"],
    "Env.get_data_hash()": lambda: parameters(Env.get_data_hash) == ["self"],
    "Env's attributes": lambda: (
        {"data", "data_load_func", "tools_map", "tools_info", "terminate_tools", "tasks", "wiki", "rules", "user"}
        <= set(vars(stock("retail")))
    ),
    "LLMUserSimulationEnv.reset(instruction)": lambda: (
        parameters(LLMUserSimulationEnv.reset) == ["self", "instruction"]
    ),
    "LLMUserSimulationEnv.generate_next_message(messages)": lambda: (
        parameters(LLMUserSimulationEnv.generate_next_message) == ["self", "messages"]
    ),
    "Action(name, kwargs)": lambda: fields(types.Action) == {"name", "kwargs"},
    "Task(user_id, actions, instruction, outputs)": lambda: (
        fields(types.Task) == {"user_id", "actions", "instruction", "outputs"}
    ),
    "EnvResponse(observation, reward, done, info)": lambda: (
        fields(types.EnvResponse) == {"observation", "reward", "done", "info"}
    ),
    "RewardResult(reward, info, actions)": lambda: fields(types.RewardResult) == {"reward", "info", "actions"},
    "RewardOutputInfo(r_outputs, outputs)": lambda: fields(types.RewardOutputInfo) == {"r_outputs", "outputs"},
    "RewardActionInfo(r_actions, gt_data_hash)": lambda: (
        fields(types.RewardActionInfo) == {"r_actions", "gt_data_hash"}
    ),
    "respond(content)": lambda: (
        (types.RESPOND_ACTION_NAME, types.RESPOND_ACTION_FIELD_NAME) == ("respond", "content")
    ),
    "terminate_tools": lambda: all(stock(d).terminate_tools == ["transfer_to_human_agents"] for d in SPLITS),
    "the customer hears the rules and the instruction, and then the greeting": lambda: (
        [(m["role"], m["content"]) for m in SilentUser("Be Ann.").messages]
        == [("system", SilentUser("Be Ann.").prompt), ("user", "Hi! How can I help you today?")]
        and "\n\nInstruction: Be Ann.\n\nRules:\n" in SilentUser("Be Ann.").prompt
        and f"generate '{STOP_WORD}'" in SilentUser("Be Ann.").prompt
    ),
}


@pytest.mark.parametrize("what", CONTRACT)
def test_the_package_has(what: str) -> None:
    assert CONTRACT[what]()


@pytest.mark.parametrize(("domain", "split"), TASKS)
def test_the_package_has_the_tasks(domain: str, split: str) -> None:
    assert len(stock(domain, split).tasks) == TASKS[domain, split]
    assert bench(domain).list_task_ids(split) == [f"{split}-{n}" for n in range(TASKS[domain, split])]
    assert set(SPLITS) == {domain for domain, _ in TASKS}
    assert set(SPLITS[domain]) == {split for d, split in TASKS if d == domain}


def test_the_package_ends_at_the_stop_word_and_at_the_transfer_call() -> None:
    env = stock("retail")
    env.user = SilentUser(None)
    say = types.Action(name="respond", kwargs={"content": "Hello"})
    assert not env.step(say).done
    env.user.generate_next_message = lambda messages: f"Bye. {STOP_WORD}"
    assert env.step(say).done
    env = stock("retail")
    assert env.step(types.Action(name="transfer_to_human_agents", kwargs={"summary": "x"})).done


# What the adapter makes of it


@pytest.mark.parametrize(
    ("domain", "data_dir", "named"),
    [
        ("telecom", None, ["domain=telecom", "retail, airline", "benchmark=tau2"]),
        ("mock", None, ["domain=mock", "retail, airline"]),
        ("retail", "/x", ["domain.data_dir=/x", "leave domain.data_dir out"]),
    ],
)
def test_what_it_does_not_have_is_named_in_one_line(domain: str, data_dir: str | None, named: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        open_benchmark(BenchmarkConfig(name="tau_bench", world="overlay"), Domain(name=domain, data_dir=data_dir))
    (line,) = str(caught.value).splitlines()
    assert [words for words in named if words not in line] == []


def test_a_split_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match="^split=train: airline has no such split. Choose one of: test$"):
        bench("airline").list_task_ids("train")


@pytest.mark.parametrize("domain", SPLITS)
def test_prompt_tools_and_customer_are_the_packages(domain: str) -> None:
    ours, theirs = bench(domain), stock(domain)
    assert ours.agent_prompt == theirs.wiki
    assert list(ours.tools) == theirs.tools_info
    assert ours.closing_tools == {"transfer_to_human_agents"} == set(theirs.terminate_tools)
    task = ours.get_task("test-0")
    assert task.scenario.text == theirs.tasks[0].instruction
    assert theirs.tasks[0].instruction in ours.build_user_prompt(task)


@pytest.mark.parametrize("domain", SPLITS)
def test_the_writing_tools_are_those_that_change_the_database(domain: str) -> None:
    ours = bench(domain)
    assert set(READING[domain]) == {tool["function"]["name"] for tool in ours.tools} - ours.writing_tools
    assert changing(domain, list(READING[domain].items())) == set()
    wanted, changed = set(ours.writing_tools), set()
    for task_id in ours.list_task_ids("test"):
        gold = golds(domain, task_id)
        if wanted & {name for name, _ in gold}:
            changed |= changing(domain, gold)
            wanted -= changed
    assert changed == ours.writing_tools


@pytest.mark.slow
@pytest.mark.parametrize(("domain", "split"), TASKS)
def test_no_other_tool_changes_the_database_in_any_gold(domain: str, split: str) -> None:
    ours = bench(domain)
    for task_id in ours.list_task_ids(split):
        assert changing(domain, golds(domain, task_id)) <= ours.writing_tools, task_id


def golds(domain: str, task_id: str) -> list[tuple[str, dict[str, Any]]]:
    actions = bench(domain).get_task(task_id).privileged.gold_actions
    return [(action["name"], action["arguments"]) for action in actions]


def changing(domain: str, calls: list[tuple[str, dict[str, Any]]]) -> set[str]:
    """The tools that change a fresh database of the package's when the calls are made in turn."""
    env, changed = stock(domain), set()
    seen = json.dumps(env.data)
    for name, arguments in deepcopy(calls):
        env.tools_map[name].invoke(data=env.data, **arguments)
        now = json.dumps(env.data)
        changed |= {name} if now != seen else set()
        seen = now
    return changed


@pytest.mark.parametrize("domain", SPLITS)
def test_worlds_are_apart_and_each_begins_with_the_packages_data(domain: str) -> None:
    ours = bench(domain)
    untouched = json.dumps(stock(domain).data)
    task_id = next(i for i in ours.list_task_ids("test") if changing(domain, golds(domain, i)))
    one, other = (ours.build_world(ours.get_task(task_id)) for _ in range(2))
    for name, arguments in golds(domain, task_id):
        one.call(ToolCall(id="", name=name, arguments=arguments), "model")
    assert json.dumps(one._environment.data) != untouched
    assert json.dumps(other._environment.data) == untouched
    assert json.dumps(ours.build_world(ours.get_task(task_id))._environment.data) == untouched


def test_what_the_model_did_wrong_is_an_error_in_the_packages_words() -> None:
    world = bench("retail").build_world(bench("retail").get_task("test-0"))

    def answer(name: str, **arguments: Any) -> tuple[str, bool]:
        return tuple(world.call(ToolCall(id="", name=name, arguments=arguments), "model"))

    assert answer("get_order_details", order_id="#W0") == ("Error: order not found", True)
    content, error = answer("get_order_details", order="#W2378156")
    assert error
    assert content.startswith("Error: ")
    assert "unexpected keyword argument 'order'" in content
    assert answer("think", data="x", thought="y")[1]
    assert answer("think", thought="y") == ("", False)
    assert answer("calculate", expression="1 + 1") == ("2.0", False)


def test_a_later_call_does_not_change_the_arguments_of_an_earlier_one() -> None:
    """The package keeps a booking's `payment_methods` as the payment history, and appends to it."""
    ours = bench("airline")
    world = ours.build_world(ours.get_task("test-0"))
    book = ToolCall(id="1", **ours.get_task("test-0").privileged.gold_actions[0])
    paid = deepcopy(book.arguments["payment_methods"])
    assert not world.call(book, "model").error
    payment = {"payment_id": "credit_card_4421486", "total_baggages": 5, "nonfree_baggages": 2}
    bags = {"reservation_id": "HATHAT", **payment}
    assert not world.call(ToolCall(id="2", name="update_reservation_baggages", arguments=bags), "model").error
    assert len(world.peek("get_reservation_details", {"reservation_id": "HATHAT"})["payment_history"]) > len(paid)
    assert book.arguments["payment_methods"] == paid
    assert ours.get_task("test-0").privileged.gold_actions[0]["arguments"]["payment_methods"] == paid


def test_the_first_task_quarantined_is_one_whose_gold_write_fails() -> None:
    assert {"train-24", "train-161", "test-12"} <= set(bench("retail").quarantine)
    assert bench("airline").quarantine == {}


@pytest.mark.slow
@pytest.mark.parametrize("domain", SPLITS)
def test_the_quarantine_is_every_task_with_a_gold_write_that_fails(domain: str) -> None:
    ours = bench(domain)

    def fails(task_id: str) -> bool:
        task = ours.get_task(task_id)
        world = ours.build_world(task)
        gold = [ToolCall(id="", **action) for action in task.privileged.gold_actions]
        answers = [(call.name, world.call(call, "model")) for call in gold]
        return any(answer.error for name, answer in answers if name in ours.writing_tools)

    assert {task_id for split in SPLITS[domain] for task_id in ours.list_task_ids(split) if fails(task_id)} == set(
        ours.quarantine
    )
