"""The servers of `make ui`: Prefect's and MLflow's, on 127.0.0.1.

Their logs are files under the root. Not here: how a run finds them (`store.ui_addresses`), the embedded server of one
run (`orchestration.prefect_server`).
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

from filelock import FileLock, Timeout

from tautraj.errors import PreflightError
from tautraj.store import ui_addresses
from tautraj.store.ui_addresses import Addresses
from tautraj.tracking.mlflow_run import DATABASE_LOCK_SECONDS

HOST = "127.0.0.1"

BIN = Path(sys.executable).parent

DEFAULT_PORTS = {"PREFECT_PORT": 4200, "MLFLOW_PORT": 5000}

GRACE_PERIOD = 15.0
"""Seconds that a server has to end after SIGTERM, before it is killed."""


class Server(NamedTuple):
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    is_ready: Callable[[], bool]


def choose_addresses(environ: Mapping[str, str], root: Path) -> Addresses:
    """Addresses for both servers, at the ports of `environ` or the default ones.

    Raises `PreflightError` if a port is not valid or taken.
    """
    prefect, mlflow = (_parse_port(name, environ.get(name) or str(usual)) for name, usual in DEFAULT_PORTS.items())
    if prefect == mlflow:
        raise PreflightError(f"PREFECT_PORT and MLFLOW_PORT are both {prefect}. Choose two different ports")
    for name, number in (("PREFECT_PORT", prefect), ("MLFLOW_PORT", mlflow)):
        if _is_taken(number):
            raise PreflightError(_explain_taken_port(name, number, ui_addresses.load_addresses(root)))
    return Addresses(f"http://{HOST}:{prefect}", f"http://{HOST}:{mlflow}", os.getpid())


@contextmanager
def serve_uis(root: Path, addresses: Addresses) -> Iterator[list[Server]]:
    """Start both servers, yield once both answer, stop them after the block. Raises `PreflightError`."""
    (root / ui_addresses.FOLDER).mkdir(parents=True, exist_ok=True)
    servers: list[Server] = []
    try:
        with _lock_database(root):
            servers += [_start_server(root, addresses, *command) for command in _server_commands(root, addresses)]
            while not all(server.is_ready() for server in servers):
                check_running(servers)
                time.sleep(0.3)
        ui_addresses.save_addresses(root, addresses)
        yield servers
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # already stopping
        ui_addresses.delete_addresses(root)
        _stop_servers(servers)


@contextmanager
def _lock_database(root: Path) -> Iterator[None]:
    """One process at a time may create or upgrade MLflow's database. Raises `PreflightError`."""
    lock = FileLock(f"{root}/mlflow.db.lock")
    try:
        lock.acquire(timeout=DATABASE_LOCK_SECONDS)
    except Timeout:
        raise PreflightError(
            f"another process has held {lock.lock_file} for {DATABASE_LOCK_SECONDS:g} s. Find it and stop it: "
            f"fuser {lock.lock_file}"
        ) from None
    try:
        yield
    finally:
        lock.release()


def wait_for_exit(servers: Sequence[Server]) -> None:
    """Wait until one of them ends, which raises `PreflightError`."""
    while True:
        check_running(servers)
        time.sleep(0.5)


def check_running(servers: Sequence[Server]) -> None:
    """Raise `PreflightError` if one has ended, with the last lines of its log."""
    for server in servers:
        if (code := server.process.poll()) is not None:
            lines = [line for line in server.log.read_text(errors="replace").splitlines() if line.strip()]
            last = "".join(f"\n  {line}" for line in lines[-5:])
            raise PreflightError(f"{server.name}'s server ended, exit code {code}. Its log: {server.log}{last}")


def _server_commands(root: Path, addresses: Addresses) -> list[tuple[str, list[str], Callable[[], bool]]]:
    """For each server its name, its command, and whether it answers."""
    prefect, mlflow = (address.rpartition(":")[2] for address in addresses[:2])
    store = ["--backend-store-uri", f"sqlite:///{root}/mlflow.db", "--artifacts-destination", f"{root}/mlartifacts"]
    return [
        (
            "Prefect",
            [sys.executable, "-m", f"{__package__}.server_process", prefect],
            lambda: ui_addresses.is_prefect_up(addresses.prefect_api),
        ),
        (
            "MLflow",
            [str(BIN / "mlflow"), "server", "--workers", "1", *store, "--host", HOST, "--port", mlflow],
            lambda: ui_addresses.is_mlflow_up(addresses.mlflow),
        ),
    ]


def _start_server(
    root: Path, addresses: Addresses, name: str, command: list[str], ready: Callable[[], bool]
) -> Server:
    # Without it Prefect's pages ask port 4200, whatever port the server has.
    environ = {"PREFECT_SERVER_UI_API_URL": addresses.prefect_api, **os.environ}
    log = root / ui_addresses.FOLDER / f"{name.lower()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    return Server(name, process, log, ready)


def _stop_servers(servers: Sequence[Server]) -> None:
    for server in servers:
        server.process.terminate()
    deadline = time.monotonic() + GRACE_PERIOD
    for server in servers:
        try:
            server.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            server.process.kill()
            server.process.wait()


def _explain_taken_port(name: str, port: int, running: Addresses | None) -> str:
    """Message about a taken port: what has taken it and the next step."""
    ours = running and f"http://{HOST}:{port}" in running and ui_addresses.is_prefect_up(running.prefect_api)
    if running and ours:
        return (
            f"make ui is running already: Prefect {running.prefect}, MLflow {running.mlflow}. Stop it with "
            f"Ctrl-C (process {running.pid})"
        )
    other = port + 1 if port < 65535 else port - 1
    return f"port {port} is taken by another program. Choose another: make ui {name}={other}"


def _parse_port(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise PreflightError(f"{name}={text} is not a port. Use a number from 1 to 65535")
    return int(text)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
