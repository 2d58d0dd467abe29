"""A run of a synthetic world as a dataset: rows and card say where each task is from; the guard lets its tasks pass,
and nothing official that somebody put among them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.exports import played, rows_in
from support.worlds import request_of

from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain, Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import UserError
from tautraj.export import pipeline
from tautraj.export.request import ExportRequest
from tautraj.store import Store

ORIGIN_COLUMNS = ("world", "world_seed", "family", "difficulty", "proofs", "paraphrased_by")


class PlayedWorld(NamedTuple):
    folder: Path
    run: Path
    planted: str
    """The task that tells the story of an official one."""
    proofs: dict[str, dict[str, Any]]
    """Task id -> its line of proofs.jsonl."""

    @property
    def tasks(self) -> Path:
        return self.folder / "tau2" / "domains" / "retail" / "tasks.json"


def export(*words: str) -> None:
    pipeline.export(parse_as(ExportRequest, compose_tree(list(words), "export")))


@pytest.fixture(scope="module")
def world(retail_world: Path, run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> PlayedWorld:
    """Eight train tasks by the rules and the goal; the first has the text of an official train task."""
    place = tmp_path_factory.mktemp("world")
    folder = place / "world"
    shutil.copytree(retail_world, folder)
    lines = map(json.loads, (folder / "proofs.jsonl").read_text().splitlines())
    made = PlayedWorld(folder, place, "", {line["task"]: line for line in lines})
    tasks = json.loads(made.tasks.read_text())
    [planted, *_] = json.loads(made.tasks.with_name("split_tasks.json").read_text())["train"]
    official = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name="retail", data_dir=None))
    for task in tasks:
        if task["id"] == planted:
            task["user_scenario"]["instructions"]["reason_for_call"] = official.get_task("5").scenario.reason
    made.tasks.write_text(json.dumps(tasks))
    words = ["split=train", "tasks.limit=8", "agent=rules", "user_strategy=goal", "tracking=none"]
    run = run_of("domain=retail", f"domain.data_dir={folder}", *words, root=place / "outputs")
    return made._replace(run=played(run), planted=planted)


def test_rows_say_where_their_tasks_are_from_and_what_is_official_is_refused(
    world: PlayedWorld, tmp_path: Path
) -> None:
    export(f"run={world.run}", f"out={tmp_path}/data")
    rows = rows_in(tmp_path / "data")
    assert len(rows) == 7
    assert world.planted not in {row["task"] for row in rows}
    name = request_of("retail", world.folder).model_copy(update={"out": None}).folder.name
    for row in rows:
        line = world.proofs[row["task"]]
        assert [row[column] for column in ORIGIN_COLUMNS] == [
            name,
            7,
            line["family"],
            line["difficulty"],
            list(line["checks"]),
            None,
        ]
        assert {"V1", "V7", "V10"} <= set(row["proofs"])
    card = (tmp_path / "data" / "README.md").read_text()
    assert "| has words of an official task | 1 | 7 |" in card
    assert f"| `{name}` | `python flows/synthesize.py domain=retail n=20 seed=7` | version 1 | 7 |" in card
    for family in {row["family"] for row in rows}:
        levels = [row["difficulty"] for row in rows if row["family"] == family]
        counts = [*(levels.count(level) for level in ("easy", "medium", "hard")), len(levels)]
        assert f"| {family} | {' | '.join(map(str, counts))} |" in card
    assert "| V8 | a solver that reads only the text and the tools comes to the gold state | 7 |" in card
    assert "- tasks and data of synthetic worlds" in card
    assert "- policies and tools of τ²-bench, MIT and Apache-2.0" in card
    assert "- answers of `program`: nobody's model; nothing applies" in card
    assert "The model `rules` is a program that knows no gold actions" in card
    assert str(world.folder) not in card + json.dumps(rows)


def test_official_rows_beside_them_have_no_world(
    world: PlayedWorld, run_of: Callable[..., Run], tmp_path: Path
) -> None:
    from pyarrow import parquet

    official = played(run_of("domain=retail", "split=train", "tasks.limit=1", "tracking=none", root=tmp_path / "o"))
    export(f"run=[{official},{world.run}]", "guard=off", "file=parquet", "format=prompts", f"out={tmp_path}/data")
    table = parquet.read_table(tmp_path / "data" / "train.parquet")
    rows = [row for row in table.to_pylist() if row["world"] is None]
    assert len(table) == 9
    assert [[row[column] for column in ORIGIN_COLUMNS] for row in rows] == [[None] * 6]
    assert "domain.data_dir" not in rows[0]["grade_with"]
    assert all("domain.data_dir=…" in row["grade_with"] for row in table.to_pylist() if row["world"])
    assert str(table.schema.field("world_seed").type) == "int64"


def test_families_and_difficulties_are_chosen(world: PlayedWorld, tmp_path: Path) -> None:
    mine = [world.proofs[episode.task_id] for episode in Store(str(world.run)).read_episodes()]
    family = mine[0]["family"]
    export(f"run={world.run}", "guard=off", f"choose.families={family}", f"out={tmp_path}/data")
    assert {row["task"] for row in rows_in(tmp_path / "data")} == {
        line["task"] for line in mine if line["family"] == family
    }
    absent = next(name for name in ("fault", "transfer") if name not in {line["family"] for line in mine})
    for words, said in (
        (
            [f"choose.families=[{absent}]"],
            f"nothing is left to export: 8 dropped (family other than {absent}, or none)",
        ),
        (["choose.families=[lookups]"], "choose.families.0: Input should be 'direct', 'lookup'"),
        (["choose.difficulties=[harder]"], "choose.difficulties.0: Input should be 'easy', 'medium' or 'hard'"),
    ):
        with pytest.raises(UserError) as refused:
            export(f"run={world.run}", "guard=off", *words, f"out={tmp_path}/none")
        [line] = str(refused.value).splitlines()
        assert said in line


def test_what_its_world_does_not_prove_is_refused(world: PlayedWorld, tmp_path: Path) -> None:
    """A task without a line in proofs.jsonl, and one that was another when it was played."""
    run = shutil.copytree(world.run, tmp_path / world.run.name)
    store = Store(str(run))
    first, second, *_ = (episode for episode in store.read_episodes() if episode.task_id != world.planted)
    store.write(first.model_copy(update={"data_hash": "0" * 64}))
    proofs = world.folder / "proofs.jsonl"
    whole = proofs.read_text()
    try:
        proofs.write_text("".join(line for line in whole.splitlines(keepends=True) if second.task_id not in line))
        export(f"run={run}", f"out={tmp_path}/data")
    finally:
        proofs.write_text(whole)
    assert "| not proved by its world as it is now | 2 | 5 |" in (tmp_path / "data" / "README.md").read_text()
    assert not {row["task"] for row in rows_in(tmp_path / "data")} & {first.task_id, second.task_id}
