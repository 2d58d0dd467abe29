"""A run's name: shown wherever people see the run, and part of nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support import cli
from support.composed import composed_run

from tautraj.config import Run
from tautraj.config.identity import locate_run_directory, plan_episodes
from tautraj.config.migrations import upgrade_run
from tautraj.errors import ConfigError
from tautraj.report.request import write_run_report
from tautraj.runs.plan import plan_run
from tautraj.runs.startup import start_up
from tautraj.tracking.tracker import build_run_tags, describe_run

RunOf = Callable[..., Run]


def test_a_name_is_part_of_no_identity() -> None:
    named, plain = composed_run("name='first try, gpt-4o'"), composed_run()
    assert (named.name, plain.name) == ("first try, gpt-4o", None)
    assert locate_run_directory(named) == locate_run_directory(plain)
    assert plan_episodes(named, ["5"]) == plan_episodes(plain, ["5"])
    assert composed_run("name=7").name == "7"


@pytest.mark.parametrize("name", ["' '", "'a\nb'", "'\x1b[31m'", "[a]", "true", "x" * 101])
def test_a_name_is_a_line_of_printable_text(name: str) -> None:
    with pytest.raises(ConfigError, match="name: "):
        composed_run(f"name={name}")


def test_a_run_yaml_of_before_there_were_names_is_read() -> None:
    assert upgrade_run({"schema": 7, "trials": 1}, "")["name"] is None
    assert upgrade_run({"schema": 7, "trials": 1, "name": "mine"}, "")["name"] == "mine"


def test_the_same_command_without_its_name_finds_the_directory_and_keeps_the_name(
    run_of: RunOf, tmp_path: Path
) -> None:
    words = ["domain=mock", "split=base", "tasks.limit=1"]
    root = tmp_path / "outputs"
    with start_up(plan_run(run_of(*words, "name=mine", root=root)), print) as plan:
        folder = Path(plan.store.path)
        assert plan.title == f"mine · {folder.name}"
        tags, described = build_run_tags(plan), describe_run(plan)
        assert (tags["name"], tags["mlflow.runName"], described.name) == ("mine", plan.title, plan.title)
        page = Path(write_run_report(plan.store, 10)).read_text()
        assert f"mine · {folder.name}" in page
    assert yaml.safe_load((folder / "run.yaml").read_text())["name"] == "mine"
    with start_up(plan_run(run_of(*words, root=root)), print) as again:
        assert (again.title, again.store.path) == (f"mine · {folder.name}", str(folder))
    assert yaml.safe_load((folder / "run.yaml").read_text())["name"] == "mine"
    with start_up(plan_run(run_of(*words, "name=other", root=root)), print) as renamed:
        assert renamed.title == f"other · {folder.name}"
    assert yaml.safe_load((folder / "run.yaml").read_text())["name"] == "other"


def test_without_a_name_the_directory_is_the_title(run_of: RunOf, tmp_path: Path) -> None:
    plan = plan_run(run_of("domain=mock", "split=base", root=tmp_path))
    assert plan.title == Path(plan.store.path).name
    assert "name" not in build_run_tags(plan)


@pytest.mark.slow
def test_a_dry_run_of_a_named_sweep_shows_it(tmp_path: Path) -> None:
    done = cli.by_the_door(
        "sweep", "name=mine", "domain=mock", "split=base", "grid.seed=[1,2]", "dry_run=true", cwd=tmp_path
    )
    assert done.code == 0, done.err
    assert "mine · sweep-default-" in done.out
