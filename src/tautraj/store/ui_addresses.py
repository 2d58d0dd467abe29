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

FOLDER = ".ui"
"""Under the root, where no experiment can be called so."""

ANSWERS_WITHIN = 2.0
"""Seconds."""


class Addresses(NamedTuple):
    prefect: str
    mlflow: str
    pid: int
    """Of the process that ends both."""

    @property
    def prefect_api(self) -> str:
        return f"{self.prefect}/api"


def keep(root: Path, found: Addresses) -> None:
    path = _file(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(json.dumps(found._asdict()))
    half.replace(path)


def forget(root: Path) -> None:
    """What this process kept; another's stays."""
    if (found := kept(root)) and found.pid == os.getpid():
        _file(root).unlink(missing_ok=True)


def kept(root: Path) -> Addresses | None:
    """What is written there, if anything is; it may be stale."""
    with suppress(OSError, ValueError, TypeError):
        found = Addresses(**json.loads(_file(root).read_text()))
        if all(str(address).startswith("http://127.0.0.1:") for address in found[:2]):
            return found
    return None


def prefect_api(root: str) -> str | None:
    """The API of the Prefect server of `make ui`, if it answers; None too where the root is a URL."""
    found = None if "://" in root else kept(Path(root))
    return found.prefect_api if found and prefect_answers(found.prefect_api) else None


def mlflow(root: Path) -> str | None:
    """The MLflow server of `make ui`, if it answers."""
    found = kept(root)
    return found.mlflow if found and mlflow_answers(found.mlflow) else None


def prefect_answers(api: str) -> bool:
    return _says(f"{api}/health", "true")


def mlflow_answers(address: str) -> bool:
    return _says(f"{address}/health", "OK")


def _file(root: Path) -> Path:
    return root / FOLDER / "addresses.json"


def _says(url: str, words: str) -> bool:
    try:
        answer = httpx.get(url, timeout=ANSWERS_WITHIN)
    except httpx.HTTPError:
        return False
    return answer.is_success and answer.text.strip() == words
