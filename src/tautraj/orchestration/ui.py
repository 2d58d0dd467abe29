"""The two servers that show runs, as `make ui` starts them: Prefect's and MLflow's, on this machine alone.

What they have to say goes into files under the root. Not here: how a run finds them (`addresses`), the Prefect server
of one run alone (`server`).
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from tautraj.errors import PreflightError
from tautraj.store import ui_addresses
from tautraj.store.ui_addresses import Addresses

HOST = "127.0.0.1"

BIN = Path(sys.executable).parent

DEFAULT_PORTS = {"PREFECT_PORT": 4200, "MLFLOW_PORT": 5000}

GRACE_PERIOD = 15.0
"""Seconds in which a server may end by itself."""


class Server(NamedTuple):
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    is_ready: Callable[[], bool]


def choose_addresses(environ: Mapping[str, str], root: Path) -> Addresses:
    """Where they will be, at free ports. Raises `PreflightError`."""
    prefect, mlflow = (_parse_port(name, environ.get(name) or str(usual)) for name, usual in DEFAULT_PORTS.items())
    if prefect == mlflow:
        raise PreflightError(f"PREFECT_PORT and MLFLOW_PORT are both {prefect}: two servers take two ports")
    for name, number in (("PREFECT_PORT", prefect), ("MLFLOW_PORT", mlflow)):
        if _is_taken(number):
            raise PreflightError(_explain_taken_port(name, number, ui_addresses.load_addresses(root)))
    return Addresses(f"http://{HOST}:{prefect}", f"http://{HOST}:{mlflow}", os.getpid())


@contextmanager
def serve_uis(root: Path, addresses: Addresses) -> Iterator[list[Server]]:
    """Both servers, once both answer, until the end of the block. Raises `PreflightError`."""
    (root / ui_addresses.FOLDER).mkdir(parents=True, exist_ok=True)
    servers: list[Server] = []
    try:
        with FileLock(f"{root}/mlflow.db.lock"):  # one process at a time makes or upgrades it
            servers += [_start_server(root, addresses, *one) for one in _server_commands(root, addresses)]
            while not all(server.is_ready() for server in servers):
                check_running(servers)
                time.sleep(0.3)
        ui_addresses.save_addresses(root, addresses)
        yield servers
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is on its way
        ui_addresses.delete_addresses(root)
        _stop_servers(servers)


def wait_for_exit(servers: Sequence[Server]) -> None:
    """Until one of them ends, which raises `PreflightError`."""
    while True:
        check_running(servers)
        time.sleep(0.5)


def check_running(servers: Sequence[Server]) -> None:
    """Raise `PreflightError` if one has ended, with the last that it said."""
    for server in servers:
        if (code := server.process.poll()) is not None:
            lines = [line for line in server.log.read_text(errors="replace").splitlines() if line.strip()]
            last = "".join(f"\n  {line}" for line in lines[-5:])
            raise PreflightError(f"{server.name}'s server ended, exit code {code}. All it said: {server.log}{last}")


def _server_commands(root: Path, addresses: Addresses) -> list[tuple[str, list[str], Callable[[], bool]]]:
    """Name, command, whether it is ready."""
    prefect, mlflow = (["--host", HOST, "--port", place.rpartition(":")[2]] for place in addresses[:2])
    store = ["--backend-store-uri", f"sqlite:///{root}/mlflow.db", "--artifacts-destination", f"{root}/mlartifacts"]
    return [
        (
            "Prefect",
            ["prefect", "server", "start", *prefect],
            lambda: ui_addresses.is_prefect_up(addresses.prefect_api),
        ),
        (
            "MLflow",
            ["mlflow", "server", "--workers", "1", *store, *mlflow],
            lambda: ui_addresses.is_mlflow_up(addresses.mlflow),
        ),
    ]


def _start_server(
    root: Path, addresses: Addresses, name: str, command: list[str], ready: Callable[[], bool]
) -> Server:
    # Prefect's pages ask port 4200, whatever the server's own, unless they are told.
    environ = {"PREFECT_SERVER_UI_API_URL": addresses.prefect_api, **os.environ}
    log = root / ui_addresses.FOLDER / f"{name.lower()}.log"
    with log.open("wb") as said:
        process = subprocess.Popen([str(BIN / command[0]), *command[1:]], env=environ, stdout=said, stderr=said)
    return Server(name, process, log, ready)


def _stop_servers(servers: Sequence[Server]) -> None:
    for server in servers:
        server.process.terminate()
    until = time.monotonic() + GRACE_PERIOD
    for server in servers:
        try:
            server.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def _explain_taken_port(name: str, port: int, running: Addresses | None) -> str:
    """What has taken a port, and what to do."""
    ours = running and f"http://{HOST}:{port}" in running and ui_addresses.is_prefect_up(running.prefect_api)
    if running and ours:
        return (
            f"make ui is running already: Prefect {running.prefect}, MLflow {running.mlflow}. Its Ctrl-C stops it "
            f"(process {running.pid})"
        )
    other = port + 1 if port < 65535 else port - 1
    return f"port {port} is taken by another program. Choose another: make ui {name}={other}"


def _parse_port(name: str, given: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) <= 5 and 1 <= int(given) <= 65535):
        raise PreflightError(f"{name}={given} is no port: a number from 1 to 65535")
    return int(given)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
