"""A synthetic world in classic τ-bench: which tasks it plays, why not the others, and that the package agrees.

Skipped where the package is not installed.
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("tau_bench", reason="the package tau_bench is not installed; docs/benchmarks.md says how")
from support.airline_tasks import compose_drafts, make_few_customers
from support.composed import composed_tree
from support.goal_world import CARD, PAYPAL, make_database, make_goal, make_write, write_world
from tau_bench.envs import get_env
from tau_bench.types import Action
from tau_bench.types import Task as ClassicTask

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.goals import Goal, Request
from tautraj.config import BenchmarkConfig, Domain, Run
from tautraj.config.parse import parse_run
from tautraj.errors import ConfigError
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import describe_unplayable, plan_run
from tautraj.runs.play import grade_episode

STATUSES = {"available", "on time", "delayed", "flying", "landed", "cancelled"}
ADDRESS = {"address1": "9 Oak Lane", "address2": "", "city": "Dover", "country": "USA", "state": "DE", "zip": "19901"}


def open_in_classic(domain: str, world: Path) -> Benchmark:
    return open_benchmark(
        BenchmarkConfig(name="tau_bench", world="overlay"), Domain(name=domain, data_dir=str(world))
    )


def compose(domain: str, world: Path, root: Path, *overrides: str) -> Run:
    given = ("benchmark=tau_bench", f"domain={domain}", f"domain.data_dir={world}", "split=base", f"root={root}")
    return parse_run(composed_tree(*given, *overrides))


class Stopping:
    """A customer that hears one message."""

    def reset(self, instruction: str | None = None) -> str:
        return "Hello."

    def step(self, content: str) -> str:
        return "###STOP###"

    def get_total_cost(self) -> float:
        return 0.0


def ask_package(env: Any, task: dict[str, Any], *, done: bool) -> float:
    """The reward by the package's environment for the gold calls and what is to be told, or for nothing."""
    criteria = task["evaluation_criteria"]
    actions = [Action(name=action["name"], kwargs=action["arguments"]) for action in criteria["actions"]]
    env.tasks = [ClassicTask(user_id="", actions=actions, instruction="", outputs=criteria["communicate_info"])]
    env.user = Stopping()
    env.reset(task_index=0)
    for action in deepcopy(actions) if done else []:
        answer = env.step(action)
        if answer.done:
            return float(answer.reward)
    told = ", ".join(criteria["communicate_info"]) if done else "nothing"
    return float(env.step(Action(name="respond", kwargs={"content": f"Done: {told}."})).reward)


def test_every_retail_task_is_played_and_the_package_agrees(retail_world: Path, tmp_path: Path) -> None:
    folder = retail_world / "tau2" / "domains" / "retail"
    tasks = json.loads((folder / "tasks.json").read_text())
    benchmark = open_in_classic("retail", retail_world)
    assert benchmark.find_unplayable([task["id"] for task in tasks]) == {}
    assert benchmark.agent_prompt == (folder / "policy.md").read_text()
    run = compose("retail", retail_world, tmp_path, "model=oracle", "user_strategy=goal")
    rewards = {
        spec.task_id: grade_episode(run_episode(run, spec, Recorder()), run).reward for spec in plan_run(run).owed
    }
    assert rewards == {task["id"]: 1.0 for task in tasks}
    assert describe_unplayable(run) is None
    env = get_env("retail", "human", "", "test", task_index=0)
    env.data_load_func = lambda: json.loads((folder / "db.json").read_text())
    for task in tasks[:10]:
        assert ask_package(env, task, done=True) == 1.0
        criteria = task["evaluation_criteria"]
        wants_nothing = {action["name"] for action in criteria["actions"]} <= {"transfer_to_human_agents"}
        expected = float(wants_nothing and not criteria["communicate_info"])
        assert ask_package(env, task, done=False) == expected


def expect_obstacle(goal: Goal, database: dict[str, Any]) -> str | None:
    """By the rule, from the raw data."""
    about = {key for request in goal.requests for key in request.about} & database["reservations"].keys()
    flights = [flight for key in about for flight in database["reservations"][key]["flights"]]
    status_of = {
        (flight["flight_number"], flight["date"]): database["flights"][flight["flight_number"]]["dates"][
            flight["date"]
        ]["status"]
        for flight in flights
    }
    hidden = [
        key
        for key, status in status_of.items()
        if status in {"cancelled", "delayed", "on time", "flying"} or (status == "landed" and key[1] >= "2024-05-15")
    ]
    if hidden or STATUSES & set(goal.tells):
        return "a flight's status decides, and classic τ-bench has no tool that shows it"
    for write in goal.writes:
        if write.tool == "update_reservation_flights":
            reservation = database["reservations"][write.arguments["reservation_id"]]
            if write.arguments["cabin"] != reservation["cabin"]:
                return "update_reservation_flights leaves other records than in τ²"
    return None


def test_an_airline_task_is_played_unless_a_status_decides_or_the_cabin_changes(tmp_path: Path) -> None:
    database = make_few_customers(7, 60)
    goals = {str(number): draft.goal for number, draft in enumerate(compose_drafts(database, 60, "classic"))}
    expected = {task: why for task, goal in goals.items() if (why := expect_obstacle(goal, database))}
    assert len(set(expected.values())) == 2
    world = write_world(tmp_path / "world", "airline", database, goals)
    assert open_in_classic("airline", world).find_unplayable(list(goals)) == expected
    run = compose("airline", world, tmp_path)
    assert [spec.task_id for spec in plan_run(run).owed] == [task for task in goals if task not in expected]
    line = describe_unplayable(run)
    assert line is not None
    assert line.startswith(
        f"{60 - len(expected)} of 60 tasks of split=base play under benchmark=tau_bench; the others"
    )
    for why in set(expected.values()):
        assert f"{why} × {list(expected.values()).count(why)}" in line


def make_retail_world(folder: Path) -> Path:
    order = {"order_id": "#W1000001"}
    swap = {"item_ids": ["1000000001"], "new_item_ids": ["1000000002"], "payment_method_id": PAYPAL}
    both = {
        "item_ids": ["1000000001", "2000000001"],
        "new_item_ids": ["1000000002", "2000000002"],
        "payment_method_id": CARD,
    }
    items, address = "modify_pending_order_items", "modify_pending_order_address"
    writes = {
        "one": [make_write(address, **order, **ADDRESS), make_write(items, **order, **swap)],
        "late": [make_write(items, **order, **swap), make_write(address, **order, **ADDRESS)],
        "two": [make_write(items, **order, **both)],
        "ask": [make_write("ask_the_manager", **order)],
    }
    goals = {
        task: make_goal(Request(family="direct", said="Please change my order.", writes=tuple(calls)))
        for task, calls in writes.items()
    }
    return write_world(folder, "retail", make_database(), goals)


def test_each_way_in_which_the_tools_differ_has_its_reason(tmp_path: Path) -> None:
    """τ² lets an order with modified items be sent elsewhere, and prices each of them like the last."""
    world = make_retail_world(tmp_path / "world")
    assert open_in_classic("retail", world).find_unplayable(["one", "late", "two", "ask"]) == {
        "late": "modify_pending_order_address is an error in classic τ-bench",
        "two": "modify_pending_order_items leaves other records than in τ²",
        "ask": "classic τ-bench has no ask_the_manager",
    }


def test_a_task_that_is_named_and_not_played_is_refused(tmp_path: Path) -> None:
    world = make_retail_world(tmp_path / "world")
    with pytest.raises(ConfigError, match=r"does not play two \(modify_pending_order_items .*Choose benchmark=tau2"):
        plan_run(compose("retail", world, tmp_path, "tasks.ids=[one,two]"))


def test_a_folder_without_goals_is_no_world(tmp_path: Path) -> None:
    world = make_retail_world(tmp_path / "world")
    (world / "proofs.jsonl").unlink()
    with pytest.raises(ConfigError, match=r"this has no proofs.jsonl with a goal .*Choose benchmark=tau2, or leave"):
        open_in_classic("retail", world)
