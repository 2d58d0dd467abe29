"""A run graded again from its record: by the front door, against what was recorded, with no provider anywhere."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import cli
from support.cli import REPO, Finished
from support.conversations import agent, graded, opened, user

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import locate_run_directory
from tautraj.config.parse import parse_as
from tautraj.errors import GradingError, UserError
from tautraj.grading.regrade import RegradeRequest, explain_episode, find_changes, regrade, regrade_trajectory
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.runs.startup import start_up
from tautraj.store import Store

GOLDEN = REPO / "tests" / "golden"


def asked(run: Path, *words: str) -> RegradeRequest:
    return parse_as(RegradeRequest, compose_tree([f"run={run}", *words], "regrade"))


def by_the_door(run: Path, *words: str) -> Finished:
    return cli.by_the_door("regrade", f"run={run}", *words, cwd=Path.cwd())


@pytest.fixture
def run_directory(run_of: Callable[..., Run], tmp_path: Path) -> Path:
    """Of all nine mock tasks, played offline."""
    run = run_of("domain=mock", "split=base", "tracking=none", root=tmp_path / "outputs")
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            play(plan.run, spec)
    return Path(locate_run_directory(run))


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False))


def test_nothing_changes_where_nothing_did(run_directory: Path) -> None:
    before = {path: path.read_bytes() for path in run_directory.rglob("episodes/*")}
    done = by_the_door(run_directory)
    assert (done.code, done.err) == (0, "")
    assert json.loads((run_directory / "regrade.json").read_text()) == {
        "episodes": 9,
        "changes": [],
        "broken": {},
        "kept": False,
    }
    assert {path: path.read_bytes() for path in run_directory.rglob("episodes/*")} == before


def test_old_and_new_stand_side_by_side_and_are_kept_when_asked(run_directory: Path) -> None:
    [path] = run_directory.glob("episodes/create_task_1-t0-*")
    rewritten(path, lambda record: record.update(reward=0.0))
    rewritten(path, lambda record: record["labels"].update(wrote_nothing=True))
    spoilt = path.read_bytes()
    told = [
        (change.what, change.old, change.new)
        for change in regrade(Store(str(run_directory)), asked(run_directory)).changes
    ]
    assert ("reward", 0.0, 1.0) in told
    assert path.read_bytes() == spoilt
    done = by_the_door(run_directory, "keep=true")
    assert done.code == 0, done.err
    assert "0.0 → 1.0" in done.out
    assert "True → False" in done.out
    found = Store(str(run_directory)).read_episode(path.stem)
    assert found is not None and found.labels is not None
    assert (found.reward, found.labels.wrote_nothing) == (1.0, False)
    assert json.loads((run_directory / "metrics.json").read_text())["reward_mean"] == 8 / 9, "one cannot be passed"
    assert "create_task_1" in (run_directory / "report.html").read_text(), "the page is written again"
    assert regrade(Store(str(run_directory)), asked(run_directory)).changes == []


def test_why_a_reward_is_what_it_is(run_directory: Path) -> None:
    [path] = run_directory.glob("episodes/create_task_1-t0-*")
    rewritten(path, lambda record: record.update(turns=[]))
    done = by_the_door(run_directory, f"explain={path.stem}")
    assert done.code == 0, done.err
    assert "never written: create_task(" in done.out
    assert not (run_directory / "regrade.json").exists()
    with pytest.raises(UserError, match="has no complete episode nobody"):
        explain_episode([Store(str(run_directory))], asked(run_directory, "explain=nobody"))


def test_what_an_older_version_wrote_is_labelled(tmp_path: Path) -> None:
    [golden] = (GOLDEN / "4").glob("oracle__*")
    folder = Path(shutil.copytree(golden, tmp_path / golden.name))
    [before] = Store(str(folder)).read_episodes()
    regrade(Store(str(folder)), asked(folder, "keep=true"))
    [after] = Store(str(folder)).read_episodes()
    assert (before.labels, before.reward) == (None, after.reward)
    assert after.labels is not None
    assert after.turns == before.turns


def test_a_task_that_the_data_does_not_have_keeps_what_it_has() -> None:
    played = graded("mock", "create_task_1", agent("Hi!"), user("Bye. ###STOP###"))
    with pytest.raises(GradingError, match="task gone, which this data does not have"):
        regrade_trajectory(played.model_copy(update={"task_id": "gone"}), opened("mock"))


def test_a_change_is_told_once() -> None:
    played = graded("mock", "create_task_1", agent("Hi!"), user("Bye. ###STOP###"))
    unlabelled = played.model_copy(update={"labels": None, "reward": 1.0})
    assert [change.what for change in find_changes(unlabelled, played)] == ["labels", "reward"]
    assert list(find_changes(played, played)) == []


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: None, "is no run directory"),
        (lambda folder: (folder / "run.yaml").write_text("schema: 5"), "is not valid"),
    ],
    ids=["nothing", "an empty run.yaml"],
)
def test_what_is_no_run_is_one_line(make: Callable[[Path], Any], said: str, tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(UserError) as refused:
        regrade(Store(str(tmp_path)), asked(tmp_path))
    [line] = str(refused.value).splitlines()
    assert said in line
    assert "run=" in line


def test_the_command_in_its_header_is_right() -> None:
    first = (REPO / "conf" / "regrade.yaml").read_text().splitlines()[0]
    words = shlex.split(first.removeprefix("# python flows/regrade.py "))
    assert not parse_as(RegradeRequest, compose_tree(words, "regrade")).keep
