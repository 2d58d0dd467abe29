"""Finds run directories under a root, and reads their configurations and metrics.

Not here: the records of one run directory (`store.run_directory`).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import fsspec
import yaml
from pydantic import BeforeValidator, Field, ValidationError

from tautraj.config import Run
from tautraj.errors import StoreError, boundary
from tautraj.store.run_directory import Store

RunDirectories = Annotated[
    tuple[str, ...] | None,
    Field(min_length=1),
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
]
"""Config field: one run directory or several, paths or URLs; None: the newest under `root`."""


def read_past_runs(root: str) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Yield configuration and metrics of each run directory under `root`; those that lack either are skipped.

    Raises `StoreError` if `root` cannot be read.
    """
    with boundary(StoreError, f"root={root}"):
        fs, path = fsspec.url_to_fs(root)
        for name in sorted(fs.glob(f"{path}/*/*/metrics.json")):
            try:
                metrics = json.loads(fs.cat_file(name))
                config = yaml.safe_load(fs.cat_file(f"{name.rsplit('/', 1)[0]}/run.yaml"))
            except (OSError, ValueError, LookupError, AttributeError, RecursionError, yaml.YAMLError):
                continue  # PyYAML raises more than its own errors: `!!int ''`, `!!bool x`, `!!timestamp x`
            if isinstance(metrics, dict) and isinstance(config, dict):
                yield config, {key: n for key, n in metrics.items() if isinstance(n, int | float) and 0 <= n < 1e18}


def find_newest_run(root: str) -> str:
    """The run directory under `root` that was started or resumed last. Raises `StoreError` if there is none."""
    return list_runs(root)[0]


def list_runs(root: str) -> list[str]:
    """Every run directory under `root`, the one started or resumed last first. Raises `StoreError` if none."""
    with boundary(StoreError, f"root={root}"):
        fs, path = fsspec.url_to_fs(root)
        configs = fs.glob(f"{path}/*/*/run.yaml")
        if not configs:
            raise StoreError(f"{root} has no run directory. Make one: python flows/generate.py")
        newest = sorted(configs, key=fs.modified, reverse=True)
        # each with the root's protocol and host
        return [root.rstrip("/") + name.rsplit("/", 1)[0].removeprefix(path.rstrip("/")) for name in newest]


def resolve_runs(urls: Sequence[str] | None, root: str) -> list[str]:
    """The run directories that a command names, without duplicates. If it names none: the newest one under `root`."""
    return [url.rstrip("/") for url in dict.fromkeys(urls or [find_newest_run(root)])]


def read_run(store: Store) -> Run:
    """Read the `Run` of a run directory. Raises `StoreError` if its run.yaml is missing or not valid."""
    try:
        return Run.model_validate(store.read_config())
    except ValidationError as error:
        raise StoreError(
            f"{store.url}/run.yaml is not valid: {error.errors()[0]['msg']}. Name another: run=…"
        ) from None
