"""One conversation in the terminal: the one that is meant, its reward explained; nothing in it is markup."""

import functools
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from support import cli, records, sample_runs
from support.cli import REPO

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import locate_run_directory
from tautraj.config.parse import parse_as
from tautraj.errors import UserError
from tautraj.report.show import ShowRequest, ShowResult, find_episode
from tautraj.report.terminal import conversation
from tautraj.store import Store


@pytest.fixture(scope="module")
def retail(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Store:
    run = run_of("split=test", "tasks.limit=6", "trials=2", "tracking=none", root=tmp_path_factory.mktemp("show"))
    store = sample_runs.played(run)
    sample_runs.varied(store, run)
    return store


@pytest.fixture
def run(run_of: Callable[..., Run], tmp_path: Path) -> Run:
    return run_of("domain=mock", "split=base", "tracking=none", root=tmp_path / "outputs")


by_the_door = functools.partial(cli.by_the_door, "show")


def asked(*words: str) -> ShowResult:
    return find_episode(parse_as(ShowRequest, compose_tree(words, "show")))


def printed(found: ShowResult, capsys: pytest.CaptureFixture[str], *, full: bool = False) -> str:
    conversation.print_conversation(found, full=full)
    return " ".join(capsys.readouterr().out.split())


def test_without_a_task_the_first_failure_is_shown_and_explained(retail: Store, tmp_path: Path) -> None:
    done = by_the_door(f"run={retail.path}", cwd=tmp_path, cold=True)
    assert (done.code, done.err) == (0, "")
    first = next(one for one in retail.read_episodes() if one.reward == 0.0)
    text = " ".join(done.out.split())
    for said in (first.id, "Customer", "Agent", "calls", "result", "reward 0 = db 0", "never written:", "gold"):
        assert said in text
    assert asked(f"run={retail.path}").trajectory == first


def test_what_nobody_else_heard_is_shown(retail: Store, capsys: pytest.CaptureFixture[str]) -> None:
    one = next(one for one in retail.read_episodes() if any(turn.kind == "plan" for turn in one.turns))
    text = printed(asked(f"run={retail.path}", f"episode={one.id}"), capsys)
    for said in (
        "thought The customer wants",
        "belief investigating:",
        "plan 1. Look up",
        "feedback Error: there is no tool",
    ):
        assert said in text


def test_where_an_episode_comes_from_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    parent = {"run": "c-0", "episode": "5-t0-1", "turn": 7, "attempt": 2}
    rollout = {"training": "ab12", "step": 3, "group": 4, "member": 1}
    told = printed(ShowResult("outputs/c", records.trajectory(parent=parent, rollout=rollout), (), ()), capsys)
    assert "branch try 2 from turn 7 of 5-t0-1 rollout training ab12, step 3, group 4, member 1" in told
    plain = printed(ShowResult("outputs/c", records.trajectory(), (), ()), capsys)
    assert "branch" not in plain and "rollout" not in plain


def test_what_is_long_is_shortened_unless_all_of_it_is_wanted(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    said = records.turn(message="word " * 500 + "the end")
    store = Store(locate_run_directory(run))
    store.open(run.model_dump(by_alias=True, mode="json"), "")
    store.write(records.trajectory(turns=[said]))
    found = asked(f"run={store.path}")
    short, whole = printed(found, capsys), printed(found, capsys, full=True)
    assert "2,507 characters, full=true shows them" in short
    assert "the end" not in short
    assert "the end" in whole


def test_several_are_listed_and_one_is_shown(retail: Store, capsys: pytest.CaptureFixture[str]) -> None:
    task = next(retail.read_episodes()).task_id
    several = asked(f"run={retail.path}", f"task={task}")
    assert [one.trial for one in several.candidates] == [0, 1]
    listed = printed(several, capsys)
    assert all(one.id in listed for one in several.candidates)
    assert "trial=" in listed
    one = asked(f"run={retail.path}", f"task={task}", "trial=1").trajectory
    assert one is not None
    assert (one.task_id, one.trial) == (task, 1)


def test_where_nothing_failed_the_first_is_shown(run: Run) -> None:
    store = Store(locate_run_directory(run))
    store.open(run.model_dump(by_alias=True, mode="json"), "")
    for name in ("1", "2"):
        store.write(records.trajectory(id=f"{name}-t0-0", task_id=name))
    found = asked(f"root={Path(store.path).parents[1]}")
    assert found.trajectory is not None
    assert (found.trajectory.task_id, found.explanation) == ("1", ())


def test_text_from_a_run_is_text(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(locate_run_directory(run))
    sample_runs.hostile(store, run)
    found = asked(f"run={store.path}")
    assert found.trajectory is not None
    marked = found.trajectory.model_copy(
        update={"turns": (records.turn(message="[bold]x[/bold] [link=http://x]y[/link]"),)}
    )
    for one in (found, found._replace(trajectory=marked)):
        conversation.print_conversation(one, full=False)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b" in out
    assert "[bold]x[/bold] [link=http://x]y[/link]" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["task=nobody"], ["has no task nobody", "It has: "]),
        (["episode=nobody"], ["has no episode nobody", "It has: "]),
        (["trial=7"], ["has no trial 7", "Trials: 0, 1"]),
        (["run=nowhere"], ["nowhere is no run directory"]),
    ],
    ids=" ".join,
)
def test_what_does_not_exist_is_one_line_that_says_what_does(
    words: list[str], said: list[str], retail: Store
) -> None:
    with pytest.raises(UserError) as refused:
        asked(f"run={retail.path}", *words)
    [line] = str(refused.value).splitlines()
    assert [word for word in said if word not in line] == []


@pytest.mark.slow
def test_the_door_exits_2(tmp_path: Path) -> None:
    done = by_the_door(f"root={tmp_path}", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert "has no run directory" in line


def test_the_command_in_its_header_is_right() -> None:
    first = (REPO / "conf" / "show.yaml").read_text().splitlines()[0]
    words = shlex.split(first.removeprefix("# python flows/show.py "))
    assert parse_as(ShowRequest, compose_tree(words, "show")).task == "5"
