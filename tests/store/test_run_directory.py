"""The run directory: whole files or none, what is broken set aside, a folder that can be fed back.

Not here: which episodes are owed (`test_identity`), an object store that has to be reached over a network.
"""

import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import fsspec
import pytest
import yaml
from support.cli import REPO
from support.records import llm_call, tool_call, trajectory, turn, usage

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import identify_cell
from tautraj.config.parse import parse_run, redact_config
from tautraj.errors import RateLimited, SeatError, StoreError, UserError
from tautraj.metrics import Failure
from tautraj.runs.plan import RunPlan
from tautraj.runs.startup import start_up
from tautraj.store import Store
from tautraj.trajectory import SCHEMA_VERSION

ID = "5-t0-00000000"
NEXT_SCHEMA = SCHEMA_VERSION + 1


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "run"))


@pytest.fixture(params=["local", "file", "memory"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store on this disk, by path and by URL, and one that is no disk."""
    roots = {"local": str(tmp_path), "file": f"file://{tmp_path}", "memory": f"memory://{uuid.uuid4().hex}"}
    return Store(f"{roots[request.param]}/run")


def put(store: Store, name: str, data: bytes) -> None:
    """A file that somebody else wrote."""
    with fsspec.open(f"{store.url}/{name}", "wb") as file:
        file.write(data)


def files(store: Store) -> list[str]:
    fs, root = fsspec.url_to_fs(store.url)
    return sorted(name.removeprefix(f"{root}/") for name in fs.find(root))


def exact(record: Any) -> str:
    """Tells 25 from 25.0, which == does not."""
    return repr(record.model_dump())


UNUSUAL = {
    "number": [25, 25.0, -0.0, 0.1 + 0.2, 1e300, 5e-324, 10**30, True, None],
    "nested": {"a": [{"b": [[], {}, [None, [1]]]}], "": ""},
    "text": 'né\u2028\x00\n\r\t"\\ 😀 </script> {{x}}',
    "né": "25",
}


@pytest.mark.parametrize(
    "arguments",
    [
        UNUSUAL,
        {},
    ],
    ids=["unusual", "none"],
)
def test_what_is_read_is_what_was_written(anywhere: Store, arguments: dict[str, Any]) -> None:
    written = trajectory(turns=[turn(calls=[llm_call(usd=None)]), tool_call(arguments, belief=arguments)])
    anywhere.write(written)
    (read,) = anywhere.read_episodes()
    assert read == written
    assert exact(read) == exact(written)


def test_an_ungraded_episode_is_done_too(anywhere: Store) -> None:
    written = trajectory(reward=None, ungraded="nothing was compared", grade=None)
    anywhere.write(written)
    assert list(anywhere.read_episodes()) == [written]


def test_an_empty_place_has_nothing(anywhere: Store) -> None:
    anywhere.check()
    assert list(anywhere.read_episodes()) == anywhere.read_failures(set()) == files(anywhere) == []
    assert anywhere.read_json("metrics.json") is None


def test_a_file_beside_the_episodes_is_read_back(anywhere: Store) -> None:
    anywhere.write_json("metrics.json", {"né": [1, 2.5, None]})
    assert anywhere.read_json("metrics.json") == {"né": [1, 2.5, None]}


WHOLE = trajectory().model_dump_json(by_alias=True).encode()
NO_RECORDS = {
    "truncated": WHOLE[: len(WHOLE) // 2],
    "empty": b"",
    "bytes": b"\xff\xfe",
    "null": b"null",
    "list": b"[1, 2]",
    "shape": b'{"id": "5-t0-00000000"}',
    "type": WHOLE.replace(b'"trial":0', b'"trial":"first"'),
    "key": WHOLE.replace(b'"trial":0', b'"trial":0,"unknown":0'),
    "id": WHOLE.replace(ID.encode(), b"9-t0-99999999"),
}


@pytest.mark.parametrize("data", NO_RECORDS.values(), ids=NO_RECORDS)
def test_what_is_no_whole_record_is_set_aside(anywhere: Store, data: bytes) -> None:
    put(anywhere, f"episodes/{ID}.json", data)
    other = trajectory(id="9-t0-0")
    anywhere.write(other)
    assert list(anywhere.read_episodes()) == [other]
    assert files(anywhere) == ["episodes/9-t0-0.json", f"failures/{ID}.1.json"]
    kept = anywhere.read_json(f"failures/{ID}.1.json")
    assert (kept["schema"], kept["id"], kept["kind"]) == (SCHEMA_VERSION, ID, "BrokenRecord")
    assert kept["text"] == data.decode(errors="replace")
    (failure,) = anywhere.read_failures({other.id})
    assert (failure.id, failure.kind) == (ID, "BrokenRecord")
    assert failure.message


@pytest.mark.parametrize("name", ["run.yaml", f"episodes/{ID}.json"])
def test_another_schema_is_refused_and_left_alone(anywhere: Store, name: str) -> None:
    put(anywhere, name, json.dumps({"schema": NEXT_SCHEMA}).encode())
    with pytest.raises(StoreError) as caught:
        anywhere.check()
        list(anywhere.read_episodes())
    (line,) = str(caught.value).splitlines()
    assert f"schema {NEXT_SCHEMA};" in line
    assert f"schema {SCHEMA_VERSION}." in line
    assert files(anywhere) == [name]


def test_opening_refuses_another_schema(anywhere: Store) -> None:
    put(anywhere, "run.yaml", f"schema: {NEXT_SCHEMA}".encode())
    with pytest.raises(StoreError, match=f"schema {NEXT_SCHEMA}"):
        anywhere.open({}, "")


@pytest.mark.parametrize("data", [b"", b"[1]", b"a: [", b"!!python/object/apply:os.mkdir [hacked]"])
def test_a_run_yaml_that_is_none_is_refused_and_never_executed(
    store: Store, data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    put(store, "run.yaml", data)
    with pytest.raises(StoreError, match="^.+$"):
        store.check()
    assert not Path("hacked").exists()


def test_failures_are_numbered_and_the_latest_counts(anywhere: Store) -> None:
    for n in range(1, 12):
        anywhere.write_failure(ID, RateLimited(f"429, number {n}"), [turn()], {})
    anywhere.write_failure("9-t0-0", SeatError("it raised"), [], {})
    numbers = [f"failures/{ID}.{n}.json" for n in range(1, 12)]
    assert files(anywhere) == sorted([*numbers, "failures/9-t0-0.1.json"])
    latest = Failure(ID, "RateLimited", "429, number 11")
    assert anywhere.read_failures(set()) == [latest, Failure("9-t0-0", "SeatError", "it raised")]
    assert anywhere.read_failures({"9-t0-0"}) == [latest]
    assert anywhere.read_failures({ID, "9-t0-0"}) == []
    assert list(anywhere.read_episodes()) == []


def test_an_episode_whose_id_holds_anothers_is_not_it(anywhere: Store) -> None:
    anywhere.write_failure("15-t0-0", SeatError("other"), [], {})
    anywhere.write_failure("5-t0-0", SeatError("mine"), [], {})
    assert files(anywhere) == ["failures/15-t0-0.1.json", "failures/5-t0-0.1.json"]
    assert anywhere.read_failures({"15-t0-0"}) == [Failure("5-t0-0", "SeatError", "mine")]


def test_a_failure_keeps_how_far_it_got_and_not_its_cause(anywhere: Store) -> None:
    """The cause may quote a key."""
    try:
        raise RateLimited("gave up") from ConnectionError("with key sk-secret")
    except RateLimited as error:
        anywhere.write_failure(ID, error, [turn(message="né")], {})
    kept = anywhere.read_json(f"failures/{ID}.1.json")
    assert (kept["kind"], kept["transient"], kept["message"]) == ("RateLimited", True, "gave up")
    assert [found["message"] for found in kept["turns"]] == ["né"]
    assert "sk-secret" not in json.dumps(kept)


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b"[]", b"null", b'"kind"', b'{"kind": "x"}'])
def test_an_unreadable_failure_is_a_failure(anywhere: Store, data: bytes) -> None:
    put(anywhere, f"failures/{ID}.1.json", data)
    (failure,) = anywhere.read_failures(set())
    assert (failure.id, failure.kind) == (ID, "BrokenRecord")


def test_what_failures_cost_is_told_file_by_file(anywhere: Store) -> None:
    """Nothing for those of older schemas, which did not say; a file that is no record is left out."""
    anywhere.write_failure(ID, RateLimited("429"), [], {"model": usage(usd=0.25)})
    anywhere.write_failure(ID, RateLimited("429"), [], {"model": usage(), "judge": usage(usd=None)})
    put(anywhere, f"failures/{ID}.3.json", b'{"schema": 2, "kind": "RateLimited", "message": "429", "turns": []}')
    for number, data in enumerate([b"", b"[]", b'{"usage": 1}', b'{"usage": {"nobody": {}}}', b"[" * 10**5]):
        put(anywhere, f"failures/{ID}.{number + 4}.json", data)
    assert [spent.usage for spent in anywhere.read_wasted_usage()] == [
        {"model": usage(usd=0.25)},
        {"model": usage(), "judge": usage(usd=None)},
        {},
    ]
    assert anywhere.read_failures({ID}) == []


def test_a_file_that_is_no_failure_of_ours_stops_nothing(store: Store) -> None:
    put(store, "failures/notes.json", b"{}")
    store.write_failure(ID, SeatError("it raised"), [], {})
    assert Failure(ID, "SeatError", "it raised") in store.read_failures(set())


WRITER = """
import os, sys

sys.path.insert(0, sys.argv[1])
from support.records import trajectory, turn
from tautraj.store import Store

store, big = Store(sys.argv[2]), trajectory(turns=[turn(message="x" * 30_000_000)])
for _ in sys.stdin:
    if writer := os.fork():
        print(os.waitpid(writer, 0)[1], flush=True)
        continue
    store.write(big)
    print(os.getpid(), flush=True)
    while True:
        store.write(big)
"""
"""Forks whenever it is asked; what is forked writes until it is killed."""


def wait_for_a_half_written_file(folder: Path, whole: int) -> None:
    while True:
        with suppress(FileNotFoundError):  # gone while it was looked at
            if any(path.is_file() and path.stat().st_size < whole for path in folder.rglob("*")):
                return


def test_a_killed_process_leaves_whole_episodes_only(store: Store, tmp_path: Path) -> None:
    chance = random.Random(0)
    (tmp_path / "writer.py").write_text(WRITER)
    command = [sys.executable, tmp_path / "writer.py", REPO / "tests", store.path]
    episode = Path(store.path, "episodes", f"{ID}.json")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writers:
        assert writers.stdin is not None and writers.stdout is not None
        for _ in range(10):
            print(file=writers.stdin, flush=True)
            writer = int(writers.stdout.readline())
            time.sleep(chance.uniform(0, 0.2))
            wait_for_a_half_written_file(Path(store.path), whole=30_000_000)
            os.kill(writer, signal.SIGKILL)
            assert int(writers.stdout.readline()) == signal.SIGKILL
            assert list(episode.parent.glob("*.json")) == [episode]
            assert json.loads(episode.read_bytes())["id"] == ID
    assert [record.id for record in store.read_episodes()] == [ID]
    assert store.read_failures(set()) == []


def test_what_cannot_be_renamed_is_not_copied(store: Store) -> None:
    """A copy can be half when the process dies."""
    taken = Path(store.path, "episodes", f"{ID}.json")
    taken.mkdir(parents=True)
    with pytest.raises(StoreError, match=f"^writing {ID}: .+$"):
        store.write(trajectory())
    assert list(taken.iterdir()) == []
    assert files(store) == []


def test_opening_removes_what_a_killed_process_was_writing(store: Store) -> None:
    store.write(trajectory())
    Path(store.path, ".partial", "half").write_text("{")
    store.open({"trials": 1}, "# how\n")
    assert files(store) == [f"episodes/{ID}.json", "run.yaml"]
    assert len(list(store.read_episodes())) == 1


def test_opening_again_brings_the_run_yaml_up_to_date(anywhere: Store) -> None:
    anywhere.open({"trials": 1}, "# first\n")
    anywhere.open({"trials": 4}, "# second\n")
    with fsspec.open(f"{anywhere.url}/run.yaml", "rt") as file:
        assert file.read() == f"# second\nschema: {SCHEMA_VERSION}\ntrials: 4\n"


def test_a_place_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="^opening .*/file/run: .+$"):
        Store(str(tmp_path / "file" / "run")).open({}, "")


def test_an_unknown_protocol_is_something_the_user_can_correct() -> None:
    with pytest.raises(UserError, match="^.*s4.*$"):
        Store("s4://bucket/run")


def admitted(root: Path) -> tuple[Run, Path]:
    """A run made ready as the door does it, and its `run.yaml`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@127.0.0.1:5000")
        tree = compose_tree([f"root='{root}'", "experiment=smoke", "trials=2"])
        run, config = parse_run(tree), redact_config(tree)
    store = Store(f"{root}/smoke/x")
    with start_up(RunPlan(run, config, identify_cell(run), store, [], [], []), print):
        pass
    return run, Path(store.path, "run.yaml")


def test_the_run_yaml_is_the_run_without_its_secrets(tmp_path: Path) -> None:
    run, path = admitted(tmp_path)
    assert "secret" not in path.read_text()
    written = yaml.safe_load(path.read_text())
    assert written["schema"] == SCHEMA_VERSION
    assert written["tracking"].pop("uri") == "https://***@127.0.0.1:5000"
    kept = {key: value for key, value in written.items() if key in Run.model_fields}
    assert Run.model_validate(kept | {"tracking": run.tracking}) == run


def repeat(path: Path) -> list[str]:
    """The command in a run.yaml's header, as a shell reads it."""
    header = [line for line in path.read_text().splitlines() if line.startswith("#")]
    return shlex.split(header[-1].partition("python flows/generate.py ")[2])


def test_the_run_yaml_begins_with_the_command_to_repeat_it(tmp_path: Path) -> None:
    _, path = admitted(tmp_path)
    assert repeat(path) == ["--config-dir", str(path.parent), "--config-name", "run"]


def test_the_command_to_repeat_it_is_quoted(tmp_path: Path) -> None:
    _, path = admitted(tmp_path / "my runs")
    assert repeat(path) == ["--config-dir", str(path.parent), "--config-name", "run"]


DOOR = """
from hydra.core.hydra_config import HydraConfig
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_run

def main(cfg):
    print(HydraConfig.get().runtime.output_dir, parse_run(cfg).model_dump_json(by_alias=True), sep="\\n")


run_cli(main)
"""


def test_the_run_yaml_fed_back_is_the_run(tmp_path: Path) -> None:
    run, path = admitted(tmp_path / "root")
    path.write_text(path.read_text().replace("***", "me:secret"))
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "door.py").write_text(DOOR)
    ended = subprocess.run(
        [sys.executable, tmp_path / "door.py", *repeat(path)], cwd=here, capture_output=True, text=True, check=False
    )
    assert ended.stderr == ""
    output_dir, found = ended.stdout.splitlines()
    assert Run.model_validate_json(found) == run
    assert Path(output_dir) == here
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("root", ["http://127.0.0.1:9/x", "ftp://127.0.0.1:9/x", "zip://x"])
def test_an_address_that_is_no_root_is_refused_with_the_next_step(root: str) -> None:
    with pytest.raises(StoreError) as refused:
        Store(f"{root}/run").open({"experiment": "e"}, "")
    assert str(refused.value).endswith(
        "Check that the address answers and can be written, or choose another with root=…"
    )
