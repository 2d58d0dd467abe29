"""Where the servers of `make ui` are, kept under the root for whoever plays in another terminal.

The file may be older than what it names: whoever reads it asks first whether anybody answers. Not here: what is asked
of Prefect (`orchestration`) and of MLflow (`view`).
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from tautraj.store.atomic_write import write_atomically

FOLDER = ".ui"
"""Under the root, where no experiment can be called so."""

PROBE_TIMEOUT_SECONDS = 2.0
"""Seconds."""


class Addresses(NamedTuple):
    prefect: str
    mlflow: str
    pid: int
    """Of the process that ends both."""

    @property
    def prefect_api(self) -> str:
        return f"{self.prefect}/api"


def save_addresses(root: Path, addresses: Addresses) -> None:
    path = _locate_file(root)
    write_atomically(path, [json.dumps(addresses._asdict()).encode()], path.parent)


def delete_addresses(root: Path) -> None:
    """What this process kept; another's stays."""
    if (found := load_addresses(root)) and found.pid == os.getpid():
        _locate_file(root).unlink(missing_ok=True)


def load_addresses(root: Path) -> Addresses | None:
    """What is written there, if anything is; it may be stale."""
    with suppress(OSError, ValueError, TypeError):
        found = Addresses(**json.loads(_locate_file(root).read_text()))
        if all(str(address).startswith("http://127.0.0.1:") for address in found[:2]):
            return found
    return None


def find_prefect_api(root: str) -> str | None:
    """The API of the Prefect server of `make ui`, if it answers; None too where the root is a URL."""
    found = None if "://" in root else load_addresses(Path(root))
    return found.prefect_api if found and is_prefect_up(found.prefect_api) else None


def find_mlflow(root: Path) -> str | None:
    """The MLflow server of `make ui`, if it answers."""
    found = load_addresses(root)
    return found.mlflow if found and is_mlflow_up(found.mlflow) else None


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
