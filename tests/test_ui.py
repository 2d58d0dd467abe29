"""`make ui`: both servers, for this machine alone."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from listening import family, listening

REPO = Path(__file__).parents[1]


def free_ports() -> list[str]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return [str(probe.getsockname()[1]) for probe in (one, other)]


def test_a_server_for_everybody_would_be_seen() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104
        assert f"0.0.0.0:{server.getsockname()[1]}" in listening(os.getpid())


@pytest.mark.slow
def test_it_listens_on_this_machine_alone_and_leaves_nothing_behind(tmp_path: Path) -> None:
    prefect, mlflow = free_ports()
    ports = {"PREFECT_PORT": prefect, "MLFLOW_PORT": mlflow, "PREFECT_HOME": str(tmp_path / "prefect")}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(REPO / "flows" / "ui.py")],
            cwd=tmp_path,
            env={**os.environ, **ports},
            stdout=log,
            stderr=log,
        )
    try:
        heard: set[str] = set()
        until = time.monotonic() + 240
        while {f"127.0.0.1:{prefect}", f"127.0.0.1:{mlflow}"} - heard and time.monotonic() < until:
            heard |= listening(process.pid)
            time.sleep(0.2)
        started = set(family(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    assert {f"127.0.0.1:{prefect}", f"127.0.0.1:{mlflow}"} <= heard
    assert [address for address in heard if not address.startswith("127.0.0.1:")] == []
    assert len(started) >= 3
    assert [pid for pid in started if Path(f"/proc/{pid}").exists()] == []
