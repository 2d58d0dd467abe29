"""Addresses of the servers of `make ui`, stored under the root for commands in other terminals.

The file may be stale, so a server is probed before its address is used. Not here: the use of Prefect
(`orchestration`) and of MLflow (`tracking.mlflow_run`).
"""

import json
import os
import queue
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from tautraj.store.atomic_write import write_atomically

FOLDER = ".ui"
"""Folder under the root. No experiment has this name: `FolderName` rejects a leading dot."""

LOCAL_ADDRESS = re.compile(r"http://127\.0\.0\.1:[0-9]{1,5}")

PROBE_TIMEOUT_SECONDS = 2.0
"""Of a whole probe: httpx's timeout is that of each read."""

MAX_ANSWER_BYTES = 1000
"""Of a probe: the servers answer with one word; another program at the port may send without end."""


class Addresses(NamedTuple):
    prefect: str
    mlflow: str
    pid: int
    """Id of the process that started both servers and stops them."""

    @property
    def prefect_api(self) -> str:
        return f"{self.prefect}/api"


def save_addresses(root: Path, addresses: Addresses) -> None:
    path = _locate_file(root)
    write_atomically(path, [json.dumps(addresses._asdict()).encode()], path.parent)


def delete_addresses(root: Path) -> None:
    """Delete the addresses if this process saved them."""
    if (addresses := load_addresses(root)) and addresses.pid == os.getpid():
        _locate_file(root).unlink(missing_ok=True)


def load_addresses(root: Path) -> Addresses | None:
    """Load the saved addresses, which may be stale; None if there are none or they are not of this machine."""
    with suppress(OSError, ValueError, TypeError, RecursionError):
        addresses = Addresses(**json.loads(_locate_file(root).read_text()))
        if all(LOCAL_ADDRESS.fullmatch(str(url)) for url in (addresses.prefect, addresses.mlflow)):
            return addresses
    return None


def find_prefect_api(root: str) -> str | None:
    """Address of the API of `make ui`'s Prefect server; None if it does not answer or `root` is a URL."""
    addresses = None if "://" in root else load_addresses(Path(root))
    return addresses.prefect_api if addresses and is_prefect_up(addresses.prefect_api) else None


def find_mlflow(root: Path) -> str | None:
    """Address of `make ui`'s MLflow server; None if it does not answer."""
    addresses = load_addresses(root)
    return addresses.mlflow if addresses and is_mlflow_up(addresses.mlflow) else None


def is_prefect_up(api: str) -> bool:
    return _is_healthy(f"{api}/health", "true")


def is_mlflow_up(address: str) -> bool:
    return _is_healthy(f"{address}/health", "OK")


def _locate_file(root: Path) -> Path:
    return root / FOLDER / "addresses.json"


def _is_healthy(url: str, expected: str) -> bool:
    """Whether the server answers with that word in time. A program that sends without end is none."""
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    threading.Thread(target=lambda: answers.put(_probe(url, expected)), daemon=True).start()
    with suppress(queue.Empty):
        return answers.get(timeout=PROBE_TIMEOUT_SECONDS)
    return False


def _probe(url: str, expected: str) -> bool:
    try:
        with httpx.stream("GET", url, timeout=PROBE_TIMEOUT_SECONDS) as answer:
            word = next(answer.iter_bytes(MAX_ANSWER_BYTES), b"").decode(errors="replace").strip()
            return answer.is_success and word == expected
    except httpx.HTTPError:
        return False
