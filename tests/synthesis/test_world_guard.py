"""`export.contamination.world_guard`: tasks pass but those of the test split; nothing official in a world does."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.export.contamination.official_data import list_texts, load_official_data
from tautraj.export.contamination.world_guard import find_world_refusal

TAU2 = BenchmarkConfig(name="tau2", world="overlay")


def opened(folder: Path | None) -> Benchmark:
    return open_benchmark(TAU2, Domain(name="retail", data_dir=folder and str(folder)))


def test_all_pass_but_the_worlds_own_test_split(retail_world: Path) -> None:
    world = opened(retail_world)
    refused = {task_id for task_id in world.list_task_ids("base") if find_world_refusal(world, task_id)}
    assert refused == set(world.list_task_ids("test"))
    assert refused


def test_the_benchmarks_own_tasks_are_another_guards() -> None:
    assert find_world_refusal(opened(None), "0") is None


@pytest.mark.parametrize(
    ("domain", "tasks"),
    [
        ("retail", 114),
        pytest.param("airline", 50, marks=pytest.mark.slow),
        pytest.param("telecom", 114, marks=pytest.mark.slow),
    ],
)
def test_no_official_task_would_pass_as_one_of_a_world(domain: str, tasks: int) -> None:
    """Its text alone, without what it is called and how it is graded."""
    official = open_benchmark(TAU2, Domain(name=domain, data_dir=None))
    data = load_official_data(domain)
    texts = ["\n".join(list_texts(official.get_task(task_id))) for task_id in official.list_task_ids("base")]
    assert [bool(data.find_contact(text, ())) for text in texts] == [True] * tasks


def tell_official_story(task: dict[str, Any], official: Any) -> None:
    task["user_scenario"]["instructions"]["reason_for_call"] = official.scenario.reason


def write_official_gold(task: dict[str, Any], official: Any) -> None:
    gold = official.privileged.gold_actions[-1]
    task["evaluation_criteria"]["actions"][-1] |= {"name": gold["name"], "arguments": gold["arguments"]}


def be_official_customer(task: dict[str, Any], official: Any) -> None:
    task["user_scenario"]["instructions"]["known_info"] = official.scenario.known


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (tell_official_story, "has words of an official task"),
        (write_official_gold, "names something of an official database"),
        (be_official_customer, "names something of an official database"),
    ],
)
def test_what_is_planted_in_a_world_is_refused(
    plant: Callable[[dict[str, Any], Any], None], said: str, retail_world: Path, tmp_path: Path
) -> None:
    """Of a train task, which the other guard lets pass."""
    folder = tmp_path / plant.__name__
    shutil.copytree(retail_world, folder)
    path = folder / "tau2" / "domains" / "retail" / "tasks.json"
    tasks = json.loads(path.read_text())
    train = json.loads(path.with_name("split_tasks.json").read_text())["train"]
    task = next(task for task in tasks if task["id"] in train and task["evaluation_criteria"]["actions"])
    plant(task, opened(None).get_task("5"))
    path.write_text(json.dumps(tasks))
    assert find_world_refusal(opened(folder), task["id"]) == said
