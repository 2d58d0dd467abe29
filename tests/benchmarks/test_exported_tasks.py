"""`tasks.from`: the tasks of an export's rows are those that a run plays, or it is refused in one line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from prefect.utilities.importtools import import_object
from pyarrow import parquet
from support.composed import composed_tree

from tautraj.benchmarks.exported_tasks import list_named_tasks
from tautraj.config import CONF, Run
from tautraj.config.command_line import compose_tree, to_hydra_overrides
from tautraj.config.identity import identify_cell
from tautraj.config.parse import parse_run
from tautraj.errors import ConfigError
from tautraj.runs.plan import plan_run, select_task_ids
from tautraj.runs.sweep.grid import parse_sweep
from tautraj.runs.sweep.plan import plan_cells

MOCK = ("domain=mock", "split=base", "tracking=none")

RunOf = Callable[..., Run]


def row(task: Any, **fields: Any) -> dict[str, Any]:
    return {"uuid": "u", "messages": [], "domain": "mock", "split": "train", "task": task, **fields}


ROWS = [row("update_task_1"), row("create_task_1"), row("update_task_1")]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        parquet.write_table(pyarrow.Table.from_pylist([{**row, "messages": "[]"} for row in rows]), path)
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows) + "\n")
    return path


@pytest.mark.parametrize("name", ["validation.jsonl", "validation.parquet"])
@pytest.mark.parametrize("by", ["file", "folder"])
def test_each_task_is_played_once_in_order_of_first_appearance(
    name: str, by: str, run_of: RunOf, tmp_path: Path
) -> None:
    path = write(tmp_path / "export" / name, ROWS)
    (path.parent / "README.md").write_text("# A card\n")
    words = [*MOCK, f"tasks.from={path if by == 'file' else path.parent}"]
    plan = plan_run(run_of(*words, root=tmp_path))
    assert [spec.task_id for spec in plan.owed] == ["update_task_1", "create_task_1"]
    assert select_task_ids(run_of(*words, "tasks.limit=1")) == ["update_task_1"]
    assert plan.cell == identify_cell(run_of(*MOCK))


def test_numbers_are_ids_too(run_of: RunOf, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [{"task": 9}, {"task": 5}])
    assert select_task_ids(run_of(f"tasks.from={path}")) == ["9", "5"]


def test_a_file_that_is_written_anew_is_read_anew(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of(*MOCK, f"tasks.from={write(tmp_path / 'rows.jsonl', ROWS)}")
    assert len(select_task_ids(run)) == 2
    write(tmp_path / "rows.jsonl", ROWS[:1])
    assert select_task_ids(run) == ["update_task_1"]


def test_sweeps_and_deployments_take_it(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", ROWS)
    words = to_hydra_overrides([*MOCK, f"tasks.from={path}", "grid.seed=[1,2]", f"root={tmp_path}"])
    cells = plan_cells(parse_sweep(compose_tree(words, "sweep"), words))
    assert [[spec.task_id for spec in cell.plan.owed] for cell in cells] == [["update_task_1", "create_task_1"]] * 2
    to_words = import_object(f"{CONF.parent}/flows/deployments.py:to_words")
    assert parse_run(composed_tree(*to_words({"tasks.from": str(path)}, MOCK))).tasks.rows == str(path)


def test_a_goal_is_asked_of_these_tasks_alone(run_of: RunOf, tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", ROWS[1:2])
    with pytest.raises(ConfigError, match="task create_task_1 of mock has no goal"):
        plan_run(run_of(*MOCK, "user_strategy=goal", f"tasks.from={path}", root=tmp_path))


REFUSED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "no column": ([{"messages": []}], "its rows have no column `task`"),
    "no row": ([], "it has no row"),
    "domain": ([row("0", domain="retail")], "its rows are of domain=retail, the run of domain=mock"),
    "world": ([row("t", world="mock-0a1b2c3d")], "its rows are of mock-0a1b2c3d, the run plays the benchmark's own"),
    "split": ([row("other", split="train")], "other not in mock split=base. Its rows are of split=train: add that."),
    "splits": (
        [row("x", split="train"), row("y", split="test")],
        "Name a split that has them all, such as split=base",
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_it_refuses(reason: str, run_of: RunOf, tmp_path: Path) -> None:
    rows, words = REFUSED[reason]
    path = write(tmp_path / "rows.jsonl", rows)
    with pytest.raises(ConfigError) as refused:
        select_task_ids(run_of(*MOCK, f"tasks.from={path}"))
    assert words in str(refused.value) and str(refused.value).startswith(f"tasks.from={path}")
    assert "\n" not in str(refused.value)


def test_files_that_it_refuses(run_of: RunOf, tmp_path: Path) -> None:
    write(tmp_path / "export" / "train.jsonl", ROWS)
    write(tmp_path / "export" / "validation.jsonl", ROWS)
    (tmp_path / "export" / "README.md").write_text("# A card\n")
    (tmp_path / "broken.jsonl").write_text('{"task": \n')
    for name, words in (
        ("nowhere.jsonl", "nowhere.jsonl does not exist. Name a .jsonl or .parquet file"),
        ("export/README.md", "is no file of rows. Name a .jsonl or .parquet file"),
        ("export", "has 2 files of rows (train.jsonl, validation.jsonl): name one"),
        ("x" * 300, "reading tasks.from="),
        ("broken.jsonl", "reading tasks.from="),
    ):
        with pytest.raises(ConfigError) as refused:
            select_task_ids(run_of(*MOCK, f"tasks.from={tmp_path / name}"))
        assert words in str(refused.value) and "\n" not in str(refused.value)


def test_of_rows_of_several_worlds_those_of_the_played_one_are_taken_and_others_alone_refused(
    run_of: RunOf, tmp_path: Path
) -> None:
    world = tmp_path / "world"
    world.mkdir()
    (world / "synthesis.yaml").write_text("version: '1'\ndomain: mock\nn: 1\nseed: 7\n")
    line = {"task": "mock-0a1b2c3d-00000", "family": "lookup", "difficulty": "easy", "checks": {}, "goal": {}}
    (world / "proofs.jsonl").write_text(json.dumps(line))

    def named(rows: list[dict[str, Any]]) -> list[str] | None:
        path = write(tmp_path / "rows.jsonl", rows)
        return list_named_tasks(run_of(*MOCK, f"domain.data_dir={world}", f"tasks.from={path}"))

    assert named([row("mock-0a1b2c3d-00000", world="mock-0a1b2c3d")]) == ["mock-0a1b2c3d-00000"]
    assert named([{"task": "by hand"}]) == ["by hand"]
    others = [row("create_task_1"), row("mock-ffffffff-00000", world="mock-ffffffff"), row("0", domain="retail")]
    assert named([*others, row("mock-0a1b2c3d-00000", world="mock-0a1b2c3d")]) == ["mock-0a1b2c3d-00000"]
    with pytest.raises(ConfigError, match="its rows are of mock-ffffffff, .*domain.data_dir=…/mock-ffffffff"):
        named([row("mock-ffffffff-00000", world="mock-ffffffff")])
    with pytest.raises(ConfigError, match="its rows are of no synthetic world, .* Leave out domain.data_dir"):
        named([row("create_task_1")])


def test_two_selections_are_refused(run_of: RunOf) -> None:
    with pytest.raises(ConfigError, match=r"tasks\.ids and tasks\.from both name tasks: give one of them"):
        run_of(*MOCK, "tasks.from=rows.jsonl", "tasks.ids=[create_task_1]")
