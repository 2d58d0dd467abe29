"""Which run directories a command means by what the program printed: a run, a sweep, a folder, nothing."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest
import yaml
from support import cli
from support.cli import REPO

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import StoreError
from tautraj.report.request import ReportRequest, write_report
from tautraj.report.show import ShowRequest, find_episode
from tautraj.store.discovery import find_newest_run, resolve_runs


def add(folder: Path, file: str = "run.yaml", text: str = "schema: 7\n", *, at: float) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text)
    os.utime(folder / file, (at, at))
    return str(folder)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Runs a and b of a sweep at 200, an older run c beside them, d of another experiment; e was not begun."""
    for name, at in (("a", 200), ("b", 200), ("c", 100)):
        add(tmp_path / "agents" / name, at=at)
    add(tmp_path / "default" / "d", at=150)
    cells = yaml.safe_dump({"cells": [{"cell": name, "agent": name} for name in "bae"]})
    add(tmp_path / "agents" / "sweep-1", "sweep.yaml", cells, at=200)
    return tmp_path


def names(runs: list[str]) -> list[str]:
    return [Path(run).name for run in runs]


def test_a_sweep_directory_stands_for_its_cells_that_were_begun(root: Path) -> None:
    assert resolve_runs([f"{root}/agents/sweep-1/"], "") == [f"{root}/agents/b", f"{root}/agents/a"]


def test_a_folder_stands_for_the_runs_in_it(root: Path) -> None:
    assert resolve_runs([f"{root}/default"], "") == [f"{root}/default/d"]
    assert names(resolve_runs([f"{root}/agents"], "")) == ["a", "b", "c"]
    assert names(resolve_runs([str(root)], "")) == ["a", "b", "c", "d"]
    assert resolve_runs([f"memory://{root}/x", f"{root}/default/d"][1:], "") == [f"{root}/default/d"]


def test_relative_names_stay_relative(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert resolve_runs(["agents/sweep-1"], "") == ["agents/b", "agents/a"]
    assert resolve_runs(["default"], "") == ["default/d"]
    monkeypatch.chdir(root / "agents")
    assert resolve_runs(["sweep-1"], "") == ["b", "a"]


def test_each_run_once_and_in_the_order_named(root: Path) -> None:
    runs = resolve_runs([f"{root}/default/d", f"{root}/agents/sweep-1", f"{root}/agents/a"], "")
    assert names(runs) == ["d", "b", "a"]


def test_nothing_is_the_newest_run_or_all_cells_of_the_newest_sweep_which_is_said(root: Path) -> None:
    said: list[str] = []
    assert find_newest_run(str(root)) == f"{root}/agents/sweep-1"
    assert names(resolve_runs(None, str(root), said.append)) == ["b", "a"]
    sweep = f"{root}/agents/sweep-1"
    assert said == [f"the newest run is a sweep: {sweep} has 2 run directories. For one of them: run={root}/agents/b"]
    add(root / "agents" / "b", at=201)  # one of its cells is resumed by `generate.py`
    assert names(resolve_runs(None, str(root), said.append)) == ["b"]
    assert len(said) == 1


def test_what_is_neither_is_refused_with_a_guess_and_the_newest(root: Path) -> None:
    with pytest.raises(StoreError) as refused:
        resolve_runs([f"{root}/default/dd"], str(root))
    message = str(refused.value)
    assert f"{root}/default/dd is no run directory" in message
    assert f"Did you mean {root}/default/d?" in message
    assert message.endswith(f"The newest: {root}/agents/b, {root}/agents/a, {root}/default/d") or message.endswith(
        f"The newest: {root}/agents/a, {root}/agents/b, {root}/default/d"
    )


@pytest.mark.parametrize(
    "text", ["", "cells: 5", "cells: [5]", "cells: [{cell: ../x}]", "a: [", "cells: [{cell: ..}]"]
)
def test_a_sweep_yaml_that_names_no_cell_is_refused_in_a_line(root: Path, text: str) -> None:
    add(root / "agents" / "sweep-2", "sweep.yaml", text, at=300)
    with pytest.raises(StoreError, match="sweep-2"):
        resolve_runs([f"{root}/agents/sweep-2"], str(root))


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """A sweep directory beside the run directories of its two cells."""
    cells = [path.name for path in sorted((REPO / "tests" / "golden" / "7").iterdir()) if "__mock" in path.name][:2]
    for name in cells:
        shutil.copytree(REPO / "tests" / "golden" / "7" / name, tmp_path / "outputs" / "agents" / name)
    text = yaml.safe_dump({"cells": [{"cell": name} for name in cells]})
    add(tmp_path / "outputs" / "agents" / "sweep-1", "sweep.yaml", text, at=time.time() + 1)
    return tmp_path / "outputs" / "agents" / "sweep-1"


def test_export_without_run_takes_all_cells_of_the_newest_sweep(sweep: Path, tmp_path: Path) -> None:
    done = cli.by_the_door("export", "guard=off", "choose=everything", "out=data", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "the newest run is a sweep: outputs/agents/sweep-1 has 2 run directories." in done.err
    rows = [json.loads(line) for line in (tmp_path / "data" / "train.jsonl").read_text().splitlines()]
    cells = {path.parents[1].name for path in sweep.parent.glob("*/episodes/*.json")}
    assert len(cells) == 2
    assert {row["run"] for row in rows} == cells


def test_regrade_show_and_report_take_the_sweep_directory(sweep: Path, tmp_path: Path) -> None:
    run, cells = f"run={sweep}", [path for path in sweep.parent.iterdir() if (path / "run.yaml").exists()]
    done = cli.by_the_door("regrade", run, cwd=tmp_path)
    assert done.code == 0, done.err
    assert all(f"All changes: {cell}/regrade.json" in done.out for cell in cells)
    last = sorted(cells)[-1]
    [episode] = [path.stem for path in last.glob("episodes/*.json")][:1]
    show = parse_as(ShowRequest, compose_tree([run, f"episode={episode}"], "show"))
    assert find_episode(show).url == str(last)
    page = parse_as(ReportRequest, compose_tree([run], "report"))
    assert write_report(page, print) == f"{sweep}/report.html"


@pytest.mark.parametrize("door", ["track", "regrade"])
def test_what_is_not_there_is_refused_in_a_line(door: str, tmp_path: Path) -> None:
    done = cli.by_the_door(door, "run=outputs/default", cwd=tmp_path)
    assert done.code == 2
    assert (
        done.err == "error: outputs/default is no run directory, no sweep's and no folder of them. Name one: run=…\n"
    )
