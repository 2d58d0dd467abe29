"""An export teaches: a model that solves no task of a world solves half of them after the loop.

Takes what `make learn` installs, and a quarter of an hour: `make test-learn`. Not here: the steps (`test_loop`), the
training (`test_train`).
"""

import json
from pathlib import Path

import pytest
from support.cli import by_the_door

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.training.loop import LearnRequest
from tautraj.training.scores import read_scores

pytestmark = [pytest.mark.learn, pytest.mark.timeout(3600)]

SMALL = (
    "families=[direct]",
    "worlds.test.n=700",
    "tasks.before=20",
    "tasks.after=20",
    "train.rows=100",
)


def test_a_model_that_solves_nothing_solves_half_of_the_tasks_of_a_world_it_never_saw(tmp_path: Path) -> None:
    words = (*SMALL, f"root={tmp_path}/learn")
    done = by_the_door("learn", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    before, after = read_scores(parse_as(LearnRequest, compose_tree(list(words), "learn")))
    assert (before.name, after.name) == ("before", "after-1")
    assert before.overall == (0, 20)
    assert after.overall.tasks == 20
    assert after.overall.successes >= 10
    assert f"{after.overall.successes} of 20" in done.out
    assert not find_names(tmp_path / "learn", 101) & find_names(tmp_path / "learn", 202)


def find_names(root: Path, seed: int) -> set[str]:
    """Customers, orders and tasks of the world."""
    [folder] = root.glob(f"worlds/{seed}-*/tau2/domains/retail")
    database = json.loads((folder / "db.json").read_text())
    tasks = {task["id"] for task in json.loads((folder / "tasks.json").read_text())}
    return tasks | set(database["users"]) | set(database["orders"])
