"""`synthesis.reproof`, `flows/prove.py`: a world is proved from its folder, and what was changed in it is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from support.cli import by_the_door
from support.retail_mutations import choose_random_variant

from tautraj.benchmarks.goals import Goal
from tautraj.errors import ConfigError
from tautraj.synthesis.reproof import FinishedWorld, find_faults, prove_tasks, read_world
from tautraj.synthesis.world_folder import to_task


@pytest.fixture
def copied(retail_world: Path, tmp_path: Path) -> FinishedWorld:
    return read_world(Path(shutil.copytree(retail_world, tmp_path / "world")))


def write(world: FinishedWorld) -> None:
    """The tasks, proofs and splits that were changed in place."""
    (world.folder / "tasks.json").write_text(json.dumps(list(world.tasks.values())))
    (world.folder / "split_tasks.json").write_text(json.dumps(world.splits))
    (world.path / "proofs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in world.proofs.values()))


def plant_wrong_gold(world: FinishedWorld) -> str:
    """Another variant of a product, in the goal and in the task alike. Returns the task's id."""
    database = json.loads((world.folder / "db.json").read_text())
    for task_id, proof in world.proofs.items():
        if changed := choose_random_variant(database, Goal.model_validate(proof["goal"]), Random(1)):
            proof["goal"] = changed.model_dump(exclude_defaults=True)
            world.tasks[task_id] = to_task(task_id, changed, "retail")
            return task_id
    raise AssertionError("no task of the world changes an item")


def test_what_was_changed_is_refused_and_the_rest_is_proved(copied: FinishedWorld) -> None:
    wrong = plant_wrong_gold(copied)
    sound, reworded, regraded = [task_id for task_id in copied.tasks if task_id != wrong][:3]
    copied.tasks[reworded]["user_scenario"]["instructions"]["reason_for_call"] += " And a lamp."
    copied.tasks[regraded]["evaluation_criteria"]["communicate_info"].append("$1.00")
    write(copied)
    refused = prove_tasks(copied.path, [sound, wrong, reworded, regraded])
    assert {task_id: rejection.check for task_id, rejection in refused.items()} == {
        wrong: "V8",
        reworded: "goal",
        regraded: "goal",
    }


def test_a_finished_world_has_no_fault(copied: FinishedWorld) -> None:
    assert find_faults(copied) == []


def test_tasks_splits_and_the_database_are_looked_at(copied: FinishedWorld) -> None:
    first, *_ = copied.splits["train"]
    copied.splits["test"].append(first)
    copied.proofs["another"] = copied.proofs[first]
    path = copied.folder / "db.json"
    database = json.loads(path.read_text())
    order = next(iter(database["orders"].values()))
    order["payment_history"][0]["amount"] += 1
    path.write_text(json.dumps(database))
    lone, shared, violation = find_faults(copied)
    assert lone == "another is only in one of tasks.json and proofs.jsonl"
    assert shared == f"{copied.read_goal(first).user_id} is in the splits train and test"
    assert order["order_id"] in violation


def leave_unfinished(world: Path) -> None:
    (world / "tau2").rename(world / ".making")


def break_a_line(world: Path) -> None:
    (world / "proofs.jsonl").write_text('{"task": ')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (shutil.rmtree, r"world=\S+ is no finished world\. Name the folder of a finished world"),
        (leave_unfinished, r"world=\S+ is no finished world\. Name the folder of a finished world"),
        (break_a_line, r"world=\S+ cannot be read: JSONDecodeError: .* Name the folder of a finished world"),
    ],
)
def test_a_folder_that_is_no_world_is_named(change: Callable[[Path], Any], said: str, copied: FinishedWorld) -> None:
    change(copied.path)
    with pytest.raises(ConfigError, match=said):
        read_world(copied.path)


@pytest.mark.slow
def test_the_command_counts_and_ends_with_1_if_a_check_does_not_hold(copied: FinishedWorld, tmp_path: Path) -> None:
    done = by_the_door("prove", f"world={copied.path}", "workers=2", cwd=tmp_path, cold=True)
    assert (done.code, done.err.strip()) == (0, "")
    assert "20 of 20" in done.out
    changed = list(copied.tasks)[3]
    copied.tasks[changed]["user_scenario"]["instructions"]["known_info"] = "Your name is Nobody."
    write(copied)
    done = by_the_door("prove", f"world={copied.path}", "workers=2", cwd=tmp_path, cold=True)
    assert done.code == 1
    assert "19 of 20" in done.out
    assert changed in done.out
    assert list(tmp_path.iterdir()) == [copied.path]
