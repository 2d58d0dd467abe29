"""Where a synthetic task is from, read from its world's folder: in a row's columns, in the terms, in the card."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import records

from tautraj.benchmarks.origins import read_origins
from tautraj.errors import ConfigError
from tautraj.export.output.licences import describe_paraphrasers, find_license
from tautraj.export.output.origins import build_task_columns, render_origins
from tautraj.export.selection.candidates import build_candidate

REQUEST = "version: '1'\ndomain: retail\nn: 2\nseed: 7\n"

LINES: list[dict[str, Any]] = [
    {
        "task": "retail-0a1b2c3d-00000",
        "family": "lookup",
        "difficulty": "easy",
        "checks": {"V1": True, "V10": 0.0},
        "goal": {},
    },
    {"task": "retail-0a1b2c3d-00001", "family": "refusal", "difficulty": "hard", "checks": {"V1": True}, "goal": {}},
]


def write_world(folder: Path, request: str = REQUEST, lines: list[dict[str, Any]] = LINES) -> Path:
    folder.mkdir(parents=True)
    (folder / "synthesis.yaml").write_text(request)
    (folder / "proofs.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return folder


def write_paraphrased_world(folder: Path) -> Path:
    """The second task's words are an llm's."""
    request = REQUEST + "paraphrase:\n  name: gpt-4o\n  route: openai\n  attempts: 2\n"
    marked = [line | {"paraphrased": position == 1} for position, line in enumerate(LINES)]
    return write_world(folder, request, marked)


def test_columns_of_a_task(tmp_path: Path) -> None:
    origins = read_origins(str(write_world(tmp_path / "world")))
    assert build_task_columns(origins["retail-0a1b2c3d-00000"]) == {
        "world": "retail-0a1b2c3d",
        "world_seed": 7,
        "family": "lookup",
        "difficulty": "easy",
        "proofs": ["V1", "V10"],
        "paraphrased_by": None,
    }
    official = build_task_columns(None)
    assert official.keys() == build_task_columns(origins["retail-0a1b2c3d-00001"]).keys()
    assert set(official.values()) == {None}


@pytest.mark.parametrize("named", ["world", "world/data"])
def test_a_world_is_found_by_its_folder_data_too(named: str, tmp_path: Path) -> None:
    """As `domain.data_dir` takes it."""
    write_world(tmp_path / "world")
    (tmp_path / "world" / "data").mkdir()
    assert len(read_origins(str(tmp_path / named))) == 2
    assert read_origins(str(tmp_path)) == {}


@pytest.mark.parametrize(
    ("request_text", "lines"),
    [("seed: 7\n", LINES), (REQUEST, [{"task": "retail-0a1b2c3d-00000"}]), (REQUEST, [])],
    ids=["request", "line", "empty"],
)
def test_a_broken_world_is_named(request_text: str, lines: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = write_world(tmp_path / "world", request_text, lines)
    with pytest.raises(ConfigError, match=rf"reading {folder}.*Write the world again"):
        read_origins(str(folder))


def test_who_rewrote_tasks_is_named_and_its_terms_apply(tmp_path: Path) -> None:
    origins = read_origins(str(write_paraphrased_world(tmp_path / "world")))
    first, second = origins.values()
    assert [build_task_columns(task)["paraphrased_by"] for task in (first, second)] == [None, "gpt-4o"]
    seats = {seat: {"provider": {"name": "program"}} for seat in ("model", "user")}
    source: Any = SimpleNamespace(origins=origins, config=seats)
    assert describe_paraphrasers([source]) == [
        "words of gpt-4o in tasks of a synthetic world: the terms of its provider apply"
    ]
    assert find_license([source]) == "other"
    assert find_license([SimpleNamespace(origins={"x": first}, config=seats)]) == "mit"  # type: ignore[list-item]
    chosen = [
        build_candidate("run", records.trajectory(), frozenset(), with_sketch=False, origin=task)
        for task in (first, second, second)
    ]
    assert "in 2 of these conversations the task has the words of `gpt-4o`" in "\n".join(render_origins(chosen))
    assert "No llm had a part in making them.\n" in list(render_origins(chosen[:1]))[1]
