"""The other run directories under a root: how they were configured and what came out.

Not here: one run directory and its records (`store`).
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
    BeforeValidator(lambda given: (given,) if isinstance(given, str) else given),
]
"""Config field: one run directory or several, paths or URLs; None: the newest under `root`."""


def read_past_runs(root: str) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Configuration and numbers of every run directory under `root` that has both and can be read."""
    with boundary(StoreError, f"root={root}"):
        fs, path = fsspec.url_to_fs(root)
        for name in sorted(fs.glob(f"{path}/*/*/metrics.json")):
            try:
                numbers = json.loads(fs.cat_file(name))
                config = yaml.safe_load(fs.cat_file(f"{name.rsplit('/', 1)[0]}/run.yaml"))
            except (OSError, ValueError, RecursionError, yaml.YAMLError):
                continue
            if isinstance(numbers, dict) and isinstance(config, dict):
                yield config, {key: n for key, n in numbers.items() if isinstance(n, int | float) and 0 <= n < 1e18}


def find_newest_run(root: str) -> str:
    """The run directory under `root` that was begun or gone on with last. Raises `StoreError` where there is none."""
    with boundary(StoreError, f"root={root}"):
        fs, path = fsspec.url_to_fs(root)
        found = fs.glob(f"{path}/*/*/run.yaml")
        if not found:
            raise StoreError(f"{root} has no run directory. Play something: python flows/generate.py")
        latest: str = max(found, key=fs.modified).rsplit("/", 1)[0]
        return root.rstrip("/") + latest.removeprefix(path.rstrip("/"))  # with its protocol and host


def resolve_runs(urls: Sequence[str] | None, root: str) -> list[str]:
    """The run directories that a request names, each once; the newest under `root` where it names none."""
    return [url.rstrip("/") for url in dict.fromkeys(urls or [find_newest_run(root)])]


def read_run(store: Store) -> Run:
    """Raises `StoreError` where there is none, or none that is a run's."""
    try:
        return Run.model_validate(store.read_config())
    except ValidationError as error:
        raise StoreError(
            f"{store.url}/run.yaml is no run's: {error.errors()[0]['msg']}. Name another: run=…"
        ) from None
