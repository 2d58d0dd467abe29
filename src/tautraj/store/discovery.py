"""Finds run directories under a root, and reads their configurations and metrics.

Not here: the records of one run directory (`store.run_directory`).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

import fsspec
import yaml
from pydantic import BeforeValidator, Field, ValidationError

from tautraj.config import Run
from tautraj.errors import StoreError, boundary, suggest_closest
from tautraj.store.run_directory import Store

RunDirectories = Annotated[
    tuple[str, ...] | None,
    Field(min_length=1),
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
]
"""Config field: run directories, sweep directories or folders of them, as paths or URLs; None: the newest one."""

RUN_FILE, SWEEP_FILE = "run.yaml", "sweep.yaml"

MOST_SUGGESTED = 3
"""Newest run directories that an error names."""


def read_past_runs(root: str) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Yield configuration and metrics of each run directory under `root`; those that lack either are skipped.

    Raises `StoreError` if `root` cannot be read.
    """
    with boundary(StoreError, f"root={root}"):
        fs, path = fsspec.url_to_fs(root)
        for name in sorted(fs.glob(f"{path}/*/*/metrics.json")):
            try:
                metrics = json.loads(fs.cat_file(name))
                config = yaml.safe_load(fs.cat_file(f"{name.rsplit('/', 1)[0]}/{RUN_FILE}"))
            except (OSError, ValueError, LookupError, AttributeError, RecursionError, yaml.YAMLError):
                continue  # PyYAML raises more than its own errors: `!!int ''`, `!!bool x`, `!!timestamp x`
            if isinstance(metrics, dict) and isinstance(config, dict):
                yield config, {key: n for key, n in metrics.items() if isinstance(n, int | float) and 0 <= n < 1e18}


def find_newest_run(root: str) -> str:
    """The run or sweep directory under `root` that was started or resumed last. Raises `StoreError` if none was."""
    return _require_newest(root, (RUN_FILE, SWEEP_FILE))[0]


def list_runs(root: str) -> list[str]:
    """Every run directory under `root`, the one started or resumed last first. Raises `StoreError` if none."""
    return _require_newest(root, (RUN_FILE,))


def resolve_runs(urls: Sequence[str] | None, root: str, say: Callable[[str], None] = lambda _: None) -> list[str]:
    """The run directories that a command names, without duplicates.

    A sweep directory stands for its cells, a folder for the run directories in it or one level deeper. If the command
    names none: the run, or the cells of the sweep, started or resumed last under `root`. `say`: called with a line if
    what is named has several. Raises `StoreError`.
    """
    named = list(urls or [find_newest_run(root)])
    runs = list(dict.fromkeys(run for url in named for run in _expand(url.rstrip("/"), root)))
    if len(runs) > len(named):
        newest = "" if urls else "the newest run is a sweep: "
        say(f"{newest}{', '.join(named)} has {len(runs)} run directories. For one of them: run={runs[0]}")
    return runs


def read_run(store: Store) -> Run:
    """Read the `Run` of a run directory. Raises `StoreError` if its run.yaml is missing or not valid."""
    try:
        return Run.model_validate(store.read_config())
    except ValidationError as error:
        raise StoreError(
            f"{store.url}/run.yaml is not valid: {error.errors()[0]['msg']}. Name another: run=…"
        ) from None


def _expand(url: str, root: str) -> list[str]:
    """The run directories that `url` stands for."""
    with boundary(StoreError, f"run={url}"):
        fs, path = fsspec.url_to_fs(url)
        if fs.exists(f"{path}/{RUN_FILE}"):
            return [url]
        if fs.exists(f"{path}/{SWEEP_FILE}"):
            names = [f"{path.rpartition('/')[0]}/{cell}/{RUN_FILE}" for cell in _read_cells(fs, path)]
            existing = [name for name in names if fs.exists(name)]
            if not existing:
                raise StoreError(
                    f"{url}: no cell of this sweep has a run directory. Play it: python flows/sweep.py …"
                )
            beside = url.rpartition("/")[0]
            return [f"{beside}/{name.split('/')[-2]}" if beside else name.split("/")[-2] for name in existing]
        for pattern in ("*", "*/*"):
            if configs := sorted(fs.glob(f"{path}/{pattern}/{RUN_FILE}")):
                return [url + name.removesuffix(f"/{RUN_FILE}").removeprefix(path) for name in configs]
    newest = _list_newest(root, (RUN_FILE,))
    guess = suggest_closest(url, newest)
    listed = f" The newest: {', '.join(newest[:MOST_SUGGESTED])}" if newest else ""
    raise StoreError(
        f"{url} is no run directory, no sweep's and no folder of them.{guess}{listed or ' Name one: run=…'}"
    )


def _read_cells(fs: Any, path: str) -> list[str]:
    """Names of the run directories of a sweep, which are beside its own."""
    record = yaml.safe_load(fs.cat_file(f"{path}/{SWEEP_FILE}"))
    cells = record.get("cells") if isinstance(record, dict) else None
    names = [cell.get("cell") for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    return [name for name in names if isinstance(name, str) and "/" not in name and name not in ("", ".", "..")]


def _require_newest(root: str, files: Sequence[str]) -> list[str]:
    """`_list_newest`. Raises `StoreError` if there is none."""
    newest = _list_newest(root, files)
    if not newest:
        raise StoreError(f"{root} has no run directory. Make one: python flows/generate.py")
    return newest


def _list_newest(root: str, files: Sequence[str]) -> list[str]:
    """The directories under `root` that have one of `files`, newest first; of equals, the later of `files` first."""
    with boundary(StoreError, f"root={root}"):
        fs, path = fsspec.url_to_fs(root)
        names = [name for file in reversed(files) for name in fs.glob(f"{path}/*/*/{file}")]
        times = {name: fs.modified(name) for name in names}
        newest = sorted(names, key=times.__getitem__, reverse=True)
        return [root.rstrip("/") + name.rpartition("/")[0].removeprefix(path.rstrip("/")) for name in newest]
