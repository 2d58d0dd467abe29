"""Addresses of the servers of `make ui`, stored under the root for commands in other terminals.

The file may be stale, so a server is probed before its address is used. Not here: the use of Prefect
(`orchestration`) and of MLflow (`tracking.mlflow_run`).
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from tautraj.store.atomic_write import write_atomically

FOLDER = ".ui"
"""Folder under the root. No experiment has this name: `FolderName` rejects a leading dot."""

PROBE_TIMEOUT_SECONDS = 2.0


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
    with suppress(OSError, ValueError, TypeError):
        addresses = Addresses(**json.loads(_locate_file(root).read_text()))
        if all(str(url).startswith("http://127.0.0.1:") for url in (addresses.prefect, addresses.mlflow)):
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
    try:
        answer = httpx.get(url, timeout=PROBE_TIMEOUT_SECONDS)
    except httpx.HTTPError:
        return False
    return answer.is_success and answer.text.strip() == expected
