"""The tasks that a run names: `tasks.ids`, or those of an export's rows (`tasks.from`).

Not here: which of them the run's split has, and how many are played (`runs.plan`).
"""

import functools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from tautraj.benchmarks.origins import read_origins
from tautraj.config import Run
from tautraj.errors import ConfigError, boundary

SUFFIXES = (".jsonl", ".parquet")

COLUMNS = ("task", "domain", "world", "split")
"""Those of an export's rows that are read; a file may lack all but the first."""

TaskRow = dict[str, str | None]
"""The `COLUMNS` that the file has -> value."""


def list_named_tasks(run: Run) -> list[str] | None:
    """The tasks that the run names, in order of first appearance; None: it names none and plays its whole split.

    Of rows of several worlds, those of the run's own. Raises `ConfigError` if there are none, or on unreadable rows.
    """
    if run.tasks.rows is None:
        return run.tasks.ids
    return list(dict.fromkeys(str(row["task"]) for row in _read_own_rows(run)))


def describe_named_split(run: Run) -> str:
    """Return " Its rows are of split=train: add that." if the rows of `tasks.from` are of another split; else ""."""
    if run.tasks.rows is None:
        return ""
    splits = sorted({str(row["split"]) for row in _read_own_rows(run) if row.get("split")} - {run.split.name})
    if len(splits) == 1:
        return f" Its rows are of split={splits[0]}: add that."
    return " Name a split that has them all, such as split=base."


def _read_own_rows(run: Run) -> list[TaskRow]:
    """The rows of the run's domain and world; a row that names no domain is of any."""
    origins = read_origins(run.domain.data_dir).values() if run.domain.data_dir else ()
    worlds: set[str | None] = {origin.world.name for origin in origins} or {None}
    rows = _read_rows(run)
    own = [
        row
        for row in rows
        if "domain" not in row or (row["domain"] == run.domain.name and row.get("world") in worlds)
    ]
    if not own:
        _refuse_others(run, rows[0])
    return own


def _refuse_others(run: Run, row: TaskRow) -> NoReturn:
    """Raise `ConfigError` about rows of which the first is of another domain or world than the run's."""
    domain, world = row["domain"], row.get("world")
    if domain != run.domain.name:
        raise ConfigError(
            f"tasks.from={run.tasks.rows}: its rows are of domain={domain}, the run of domain={run.domain.name}. "
            "Choose that domain, or other rows"
        )
    of_run = f"domain.data_dir={run.domain.data_dir}" if run.domain.data_dir else "the benchmark's own tasks"
    wanted = f"Name that world's folder: domain.data_dir=…/{world}" if world else "Leave out domain.data_dir"
    raise ConfigError(
        f"tasks.from={run.tasks.rows}: its rows are of {world or 'no synthetic world'}, the run plays {of_run}. "
        f"{wanted}, or choose other rows"
    )


def _read_rows(run: Run) -> tuple[TaskRow, ...]:
    with boundary(ConfigError, f"reading tasks.from={run.tasks.rows}"):
        path = _find_file(str(run.tasks.rows))
        stat = path.stat()
        rows = read_task_rows(path, (stat.st_mtime_ns, stat.st_size))
    if not rows:
        raise ConfigError(f"tasks.from={run.tasks.rows}: it has no row. Name another export's file")
    if any(row.get("task") is None for row in rows):
        raise ConfigError(
            f"tasks.from={run.tasks.rows}: its rows have no column `task`. Name a file of rows that flows/export.py "
            "wrote, or tasks.ids=[…]"
        )
    return rows


def _find_file(named: str) -> Path:
    """The file, or the only one in the folder."""
    path = Path(named).expanduser().absolute()
    if path.is_file() and path.suffix in SUFFIXES:
        return path
    files = sorted(file for file in path.glob("*") if file.suffix in SUFFIXES) if path.is_dir() else []
    if len(files) == 1:
        return files[0]
    if files:
        names = ", ".join(file.name for file in files[:3])
        raise ConfigError(f"tasks.from={named} has {len(files)} files of rows ({names}): name one")
    problem = "is no file of rows" if path.exists() else "does not exist"
    raise ConfigError(f"tasks.from={named} {problem}. Name a .jsonl or .parquet file that flows/export.py wrote")


@functools.lru_cache(maxsize=4)
def read_task_rows(path: Path, version: tuple[int, int]) -> tuple[TaskRow, ...]:  # noqa: ARG001 - in the cache's key
    """The `COLUMNS` of each row. `version`: time of the file's last change and its size: a new file is read anew."""
    if path.suffix == ".parquet":
        from pyarrow import parquet

        columns = [name for name in COLUMNS if name in parquet.read_schema(path).names]
        return tuple(parquet.read_table(path, columns=columns).to_pylist())
    with path.open(encoding="utf-8") as lines:
        rows: Iterable[dict[str, Any]] = map(json.loads, filter(str.strip, lines))
        return tuple({name: row[name] for name in COLUMNS if name in row} for row in rows)
