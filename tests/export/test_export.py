"""A dataset by the front door, from runs played offline: rows, card, funnel, refusals; whole or not at all."""

import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.exports import by_the_door, played, rows_in
from support.fake_hub import TOKEN, hub

from tautraj.config import CONF, Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import UserError
from tautraj.export import pipeline
from tautraj.export.request import ExportRequest
from tautraj.store import Store

FILES = [CONF / "export.yaml", *sorted(CONF.glob("format/*.yaml")), *sorted(CONF.glob("choose/*.yaml"))]


def export(*words: str) -> None:
    """In this process, guarded against τ²'s own test tasks unless it is said otherwise. Raises `UserError`."""
    pipeline.export(parse_as(ExportRequest, compose_tree(["guard=own", *words], "export")))


@pytest.fixture(scope="module")
def runs(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Offline, of both splits."""
    root = tmp_path_factory.mktemp("export") / "outputs"
    common = ("domain=retail", "tracking=none")
    return {
        "train": played(run_of(*common, "split=train", "tasks.limit=20", root=root)),
        "test": played(run_of(*common, "split=test", "tasks.limit=2", root=root)),
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_command_in_a_header_is_an_export_that_uses_the_file(path: Path) -> None:
    [words] = re.findall(r"\A# python flows/export\.py (.*)$", path.read_text(), re.MULTILINE)
    asked = parse_as(ExportRequest, compose_tree(shlex.split(words), "export"))
    assert path.parent == CONF or f"{path.parent.name}={path.stem}" in words
    assert asked.format.target.startswith("tautraj.export.")


def test_sft_with_its_card(runs: dict[str, Path], tmp_path: Path) -> None:
    from datasets import load_dataset

    done = by_the_door(f"run={runs['train']}", "guard=own", f"out={tmp_path}/data", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "shares a customer with a test task" in done.out
    assert "model=oracle replays the task's gold actions: these rows are no model's work.\n" in done.out
    found = rows_in(tmp_path / "data")
    assert 0 < len(found) < 20
    assert {row["split"] for row in found} == {"train"}
    assert all(row["messages"][-1]["role"] == "assistant" for row in found)
    assert "privileged" not in json.dumps(found)
    text = (tmp_path / "data" / "README.md").read_text()
    for word in (
        f"{len(found)} rows",
        "no model's work",
        "MIT",
        "came in",
        "`wrote_nothing`",
        "load_dataset",
        "entropy",
        "size_categories:\n- n<1K",
        "license: mit",
    ):
        assert word in text
    assert {path.name for path in (tmp_path / "data").glob("*.png")} == {"operations.png", "lengths.png"}
    data = load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))
    assert data["train"].num_rows == len(found)
    assert [message["role"] for message in data["train"][0]["messages"]] == [
        message["role"] for message in found[0]["messages"]
    ]
    assert data["train"][0]["messages"] == found[0]["messages"], "a key that is absent stays absent"
    assert data["train"][0]["tools"][0]["type"] == "function"
    assert str(tmp_path) not in text + json.dumps(found), "a path of this machine"
    assert {row["run"] for row in found} == {runs["train"].name}
    assert len({row["uuid"] for row in found}) == len(found)
    assert not found[0].keys() & {"world", "family"}, "only a synthetic task has them"
    assert {row["license"] for row in found} == {"mit"} and {row["guard"] for row in found} == {"own"}
    assert all(row["reward_basis"] and row["episode_labels"]["wrote_nothing"] in (True, False) for row in found)


def test_the_test_split_is_refused_unless_it_is_asked_for_and_then_shouted(
    runs: dict[str, Path], tmp_path: Path
) -> None:
    refused = by_the_door(f"run={runs['test']}", f"out={tmp_path}/data", cwd=tmp_path)
    assert refused.code == 2
    [line] = refused.err.splitlines()
    assert "nothing is left to export: 2 dropped (a test task)" in line
    assert "split=train" in line
    assert not (tmp_path / "data").exists()
    export(f"run={runs['test']}", "guard=off", f"out={tmp_path}/data")
    assert "THE CONTAMINATION GUARD WAS OFF" in (tmp_path / "data" / "README.md").read_text()
    assert len(rows_in(tmp_path / "data")) == 2


def test_several_runs_and_groups_that_stay_together(runs: dict[str, Path], tmp_path: Path) -> None:
    words = [f"run=[{runs['train']},{runs['test']}]", "guard=off", "validation=0.4", f"out={tmp_path}/data"]
    export(*words)
    train, validation = (rows_in(tmp_path / "data", name) for name in ("train", "validation"))
    assert len(train) + len(validation) == 22
    assert train and validation
    customers = [{user for row in part for user in users(row)} for part in (train, validation)]
    assert not customers[0] & customers[1]


def users(row: dict[str, Any]) -> set[str]:
    """Whoever was looked up."""
    return {
        message["content"]
        for message in row["messages"]
        if message["role"] == "tool" and message["name"].startswith("find_user_id") and " " not in message["content"]
    }


@pytest.mark.parametrize("name", ["sharegpt", "steps", "prompts", "predecessor"])
def test_every_format_has_rows(name: str, runs: dict[str, Path], tmp_path: Path) -> None:
    export(f"run={runs['train']}", f"format={name}", f"out={tmp_path}/data")
    assert rows_in(tmp_path / "data")


@pytest.mark.parametrize("name", ["sft", "sharegpt", "predecessor"])
def test_parquet_and_lines_are_read_as_the_same(name: str, runs: dict[str, Path], tmp_path: Path) -> None:
    """Each by its loader: objects are objects again, and what is absent is absent."""
    from datasets import load_dataset

    loaded = []
    for kind in ("jsonl", "parquet"):
        export(f"run={runs['train']}", f"format={name}", f"file={kind}", f"out={tmp_path}/{kind}")
        loaded.append(load_dataset(str(tmp_path / kind), cache_dir=str(tmp_path / "cache"))["train"])
    assert loaded[0].features == loaded[1].features
    assert list(loaded[0]) == list(loaded[1]) == rows_in(tmp_path / "jsonl")


def test_traces_are_a_session_each_as_the_hubs_viewer_reads_them(runs: dict[str, Path], tmp_path: Path) -> None:
    """Session Trace Simple Format: https://huggingface.co/docs/hub/session-traces-format."""
    for _ in range(2):  # the second replaces the first
        export(f"run={runs['train']}", "format=traces", f"out={tmp_path}/data")
    card = (tmp_path / "data" / "README.md").read_text()
    assert "path: train/*.jsonl" in card and "- agent-traces" in card
    files = list((tmp_path / "data" / "train").glob("*.jsonl"))
    assert f"{len(files)} rows" in card
    for file in files:
        head, *lines = map(json.loads, file.read_text().splitlines())
        assert (head["type"], head["harness"], head["reward"]) == ("session", "tautraj", 1.0)
        assert head["id"] == f"{head['cell']}-{head['episode']}", "cells have episodes of the same id"
        assert {line["type"] for line in lines} == {"message"}
        messages = [line["message"] for line in lines]
        assert [message["role"] for message in messages][:3] == ["system", "assistant", "user"]
        assert messages[-1]["role"] == "user", "the customer's goodbye"
        calls = {call["id"]: call["function"] for message in messages for call in message.get("toolCalls", ())}
        assert all(isinstance(json.loads(function["arguments"]), dict) for function in calls.values())
        assert [m["toolCallId"] for m in messages if m["role"] == "tool"] == list(calls)
        assert all(1e12 < message["timestamp"] < 1e13 for message in messages[1:]), "milliseconds"
        known = {"role", "content", "reasoningContent", "toolCalls", "toolCallId", "timestamp", "model"}
        assert set().union(*messages) <= known


def test_what_a_format_needs_stands_in_its_file(runs: dict[str, Path], tmp_path: Path) -> None:
    export(f"run={runs['train']}", "format=kto", "format.both_labels=false", f"out={tmp_path}/data")
    assert {row["label"] for row in rows_in(tmp_path / "data")} == {True}


def test_a_run_that_is_named_twice_is_one(runs: dict[str, Path], tmp_path: Path) -> None:
    export(f"run=[{runs['train']},{runs['train']}/]", f"out={tmp_path}/data")
    ids = [row["episode"] for row in rows_in(tmp_path / "data")]
    assert len(ids) == len(set(ids)) > 0


def test_into_the_run_directory_where_nothing_else_is_said(runs: dict[str, Path], tmp_path: Path) -> None:
    os.utime(runs["train"] / "run.yaml")
    for named in (f"run={runs['train']}", f"run={runs['train']}/", f"root={runs['train'].parents[1]}"):
        export(named)
    [folder] = (runs["train"] / "exports").iterdir()
    assert folder.name.startswith("sft-")
    assert {path.name for path in folder.iterdir()} == {"README.md", "train.jsonl", "operations.png", "lengths.png"}


def test_the_newest_run_where_none_is_named(runs: dict[str, Path], tmp_path: Path) -> None:
    root = runs["train"].parents[1]
    os.utime(runs["train"] / "run.yaml")
    export(f"root={root}", f"out={tmp_path}/data")
    assert {row["run"] for row in rows_in(tmp_path / "data")} == {runs["train"].name}


@pytest.mark.slow
def test_it_is_pushed_to_the_hub(runs: dict[str, Path], tmp_path: Path) -> None:
    with hub() as server:
        server.files = {"train.parquet": b"rows of an earlier push", "notes.txt": b"somebody else's"}
        where = {"HF_ENDPOINT": server.url, "HF_TOKEN": TOKEN}
        words = [f"run={runs['train']}", f"out={tmp_path}/data", "hub=me/support", "guard=own"]
        done = by_the_door(*words, cwd=tmp_path, **where)
        assert done.code == 0, done.err
        assert f"{server.url}/datasets/me/support" in done.out
        [made] = server.made
        assert (made["organization"], made["name"], made["type"], made["visibility"]) == (
            "me",
            "support",
            "dataset",
            "private",
        )
        assert server.files.pop("notes.txt")
        assert server.files == {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
        server.refuses = True
        refused = by_the_door(*words, cwd=tmp_path, **where)
    assert refused.code == 2
    [line] = refused.err.splitlines()
    assert "is written, but pushing it to hub=me/support failed" in line
    assert TOKEN not in done.out + done.err + refused.out + refused.err
    assert rows_in(tmp_path / "data")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run=nowhere"], "is no run directory"),
        (["choose.reward=1", "choose.turns=1"], "nothing is left to export"),
        (["format=preference"], "A pair needs a failed episode"),
        (["format=kto"], "all rows have label=true. It needs failed conversations too"),
        (["format=sfd"], "format=sfd does not exist"),
        (["choose.without=[wrote_noting]"], "wrote_noting is no label"),
        (["out=/proc/here"], "/proc/here"),
        (["out=/"], "name another folder"),
        (["out=s3://bucket/data"], "is no folder of this machine"),
        (["guard=all"], "Add guard=own: it checks only against the test tasks of the benchmark that was played"),
        (["validation=0.001"], "leaves validation without a row"),
        (["hub=me/support"], "HF_TOKEN"),
        (["hub=support"], "hub"),
        (["tokenizer=gpt2"], "pip install -e '.[tokenizer]'"),
        (["run=null", "root=nowhere"], "nowhere has no run directory"),
    ],
    ids=lambda words: str(words[0]) if isinstance(words, list) else "",
)
def test_what_cannot_be_exported_is_one_line_and_leaves_nothing(
    words: list[str], said: str, runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setitem(sys.modules, "transformers", None)  # not installed, even where `make test-trl` has
    where = [] if words[0].startswith("run=") else [f"run={runs['train']}"]
    place = [] if words[0].startswith("out=") else [f"out={tmp_path}/data"]
    with pytest.raises(UserError) as refused:
        export(*where, *place, *words)
    [line] = str(refused.value).splitlines()
    assert said in line
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_export_is_left_alone(runs: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("years of work")
    for card in (False, True):
        if card:
            (tmp_path / "data" / "README.md").write_text("a card")
        with pytest.raises(UserError, match=r"is not an export and nothing else \(thesis.txt\)"):
            export(f"run={runs['train']}", f"out={tmp_path}/data")
    assert (tmp_path / "data" / "thesis.txt").read_text() == "years of work"


def test_an_export_that_fails_leaves_the_one_before(runs: dict[str, Path], tmp_path: Path) -> None:
    out = [f"run={runs['train']}", f"out={tmp_path}/data"]
    export(*out)
    before = {path: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    with pytest.raises(UserError, match="A pair needs a failed episode"):
        export(*out, "format=preference")
    assert {path: path.read_bytes() for path in (tmp_path / "data").iterdir()} == before


def test_its_episodes_are_in_the_store(runs: dict[str, Path], tmp_path: Path) -> None:
    export(f"run={runs['train']}", f"out={tmp_path}/data")
    store = Store(str(runs["train"]))
    for row in rows_in(tmp_path / "data"):
        found = store.read_episode(row["episode"])
        assert found is not None
        assert (found.task_id, found.reward, runs["train"].name) == (row["task"], row["reward"], row["run"])
