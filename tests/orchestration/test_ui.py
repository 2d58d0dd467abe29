"""`make ui`: both servers, for this machine alone, found by runs that know nothing of them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.cli import REPO, command
from support.sockets import family, free_ports, listening

from tautraj.store import ui_addresses
from tautraj.store.ui_addresses import Addresses

DOOR = [sys.executable, str(REPO / "flows" / "ui.py")]


def refused(cwd: Path, **ports: str) -> str:
    """The one line that it says."""
    done = subprocess.run(DOOR, cwd=cwd, env={**os.environ, **ports}, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done
    [line] = done.stderr.splitlines()
    return line


def test_a_server_for_everybody_would_be_seen() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104
        assert f"0.0.0.0:{server.getsockname()[1]}" in listening(os.getpid())


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "4200.5", "٤٢"])
def test_what_is_no_port_is_said_in_one_line(port: str, tmp_path: Path) -> None:
    assert (
        refused(tmp_path, PREFECT_PORT=port)
        == f"error: PREFECT_PORT={port} is not a port. Use a number from 1 to 65535"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    free, _ = free_ports()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = refused(tmp_path, PREFECT_PORT=free, MLFLOW_PORT=str(port))
        assert said.startswith(
            f"error: port {port} is taken by another program. Choose another: make ui MLFLOW_PORT="
        )
    assert "both" in refused(tmp_path, PREFECT_PORT=free, MLFLOW_PORT=free)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"prefect": "http://10.0.0.1:1", "mlflow": "x", "pid": 1}'])
def test_addresses_that_cannot_be_read_are_none(text: str, tmp_path: Path) -> None:
    path = tmp_path / ui_addresses.FOLDER / "addresses.json"
    path.parent.mkdir()
    path.write_text(text)
    assert ui_addresses.find_prefect_api(str(tmp_path)) is None


def test_addresses_at_which_nobody_answers_are_none(tmp_path: Path) -> None:
    prefect, mlflow = (f"http://127.0.0.1:{port}" for port in free_ports())
    ui_addresses.save_addresses(tmp_path, Addresses(prefect, mlflow, 1))
    assert ui_addresses.load_addresses(tmp_path) == (prefect, mlflow, 1)
    assert ui_addresses.find_prefect_api(str(tmp_path)) is None
    assert ui_addresses.find_mlflow(tmp_path) is None
    ui_addresses.delete_addresses(tmp_path)
    assert ui_addresses.load_addresses(tmp_path) is not None, "it is another process's"


class Shown:
    """`make ui` while it runs, and what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.prefect, self.mlflow = free_ports()
        # Else a run would be told where the server is.
        env = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
        self.env = {**env, "PREFECT_HOME": str(folder / "prefect")}
        self.ports = {"PREFECT_PORT": self.prefect, "MLFLOW_PORT": self.mlflow}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(DOOR, cwd=folder, env={**self.env, **self.ports}, stdout=log, stderr=log)
        self.heard: set[str] = set()
        self.started: set[int] = set()

    def until(self, words: str) -> None:
        late = time.monotonic() + 240
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < late
            self.heard |= listening(self.process.pid)
            self.started |= set(family(self.process.pid))
            time.sleep(0.2)

    def left(self) -> list[int]:
        return [pid for pid in self.started if Path(f"/proc/{pid}").exists()]


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    made = Shown(tmp_path)
    try:
        yield made
    finally:
        made.process.terminate()
        made.process.wait(timeout=60)


@pytest.mark.slow
def test_runs_find_both_and_it_leaves_nothing_behind(shown: Shown) -> None:
    shown.until("Ctrl-C stops both")
    prefect, mlflow = f"http://127.0.0.1:{shown.prefect}", f"http://127.0.0.1:{shown.mlflow}"
    assert f"Prefect  {prefect}" in shown.log.read_text()
    assert {f"127.0.0.1:{shown.prefect}", f"127.0.0.1:{shown.mlflow}"} <= shown.heard
    assert [address for address in shown.heard if not address.startswith("127.0.0.1:")] == []
    pages = httpx.get(f"{prefect}/ui-settings", timeout=30).json()
    assert pages["api_url"] == f"{prefect}/api", "the server whose pages they are"
    for address in (f"{prefect}/api/flows/filter", f"{mlflow}/api/2.0/mlflow/experiments/create"):
        for foreign in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
            answer = httpx.post(address, headers=foreign, json={"name": "evil"}, timeout=30)
            assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False), answer
    said = refused(shown.folder, **shown.ports)
    assert said.startswith(f"error: make ui is running already: Prefect {prefect}, MLflow {mlflow}")

    run = command(["experiment=smoke"])
    done = subprocess.run(run, cwd=shown.folder, env=shown.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{prefect}/runs/flow-run/" in done.stdout
    found = re.search(rf"{mlflow}/#/experiments/\d+/runs/(\w+)", done.stdout)
    assert found, done.stdout
    address = f"{mlflow}/get-artifact"
    shown_there = httpx.get(address, params={"run_uuid": found[1], "path": "metrics.json"}, timeout=30)
    assert shown_there.json()["episodes"] == 7
    [flow_run] = httpx.post(f"{prefect}/api/flow_runs/filter", json={}, timeout=30).json()
    assert {"provider:offline", "domain:mock", "split:base", "model:oracle"} <= set(flow_run["tags"])
    kept = httpx.post(f"{prefect}/api/artifacts/filter", json={}, timeout=30).json()
    assert {artifact["type"] for artifact in kept} == {"progress", "table", "markdown"}
    [links] = [artifact["data"] for artifact in kept if artifact["type"] == "markdown"]
    assert f"[{found[0]}](<{found[0]}>)" in links

    shown.process.send_signal(signal.SIGINT)
    assert shown.process.wait(timeout=60) == 0
    assert len(shown.started) >= 3
    assert shown.left() == []
    assert not (shown.folder / "outputs" / ui_addresses.FOLDER / "addresses.json").exists()


@pytest.mark.slow
def test_one_that_dies_is_named_and_takes_the_other_along(shown: Shown) -> None:
    shown.until("Ctrl-C stops both")
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    [pid] = [
        int(line.split()[0])
        for line in listing.splitlines()
        if "mlflow server --workers 1" in line and line.endswith(shown.mlflow)
    ]
    os.kill(pid, signal.SIGTERM)
    assert shown.process.wait(timeout=60) == 2
    said = shown.log.read_text()
    assert "error: MLflow's server ended, exit code" in said
    assert str(shown.folder / "outputs" / ui_addresses.FOLDER / "mlflow.log") in said
    assert shown.left() == []
