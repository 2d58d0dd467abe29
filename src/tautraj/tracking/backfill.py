"""MLflow after a run: its view written again out of the run directory alone.

For a run that MLflow missed in part or altogether, ended or interrupted. Calls no provider and needs no benchmark.
"""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, TypeAdapter

from tautraj.config import GOLD, Folder, Which
from tautraj.errors import ConfigError, StoreError, TrackingError, boundary
from tautraj.metrics import Metrics, Row, metrics, row
from tautraj.store import Store
from tautraj.store.lock import held
from tautraj.store.tracking_pointer import pointer
from tautraj.tracking.mlflow_run import ORACLE, PARENT, Subject, View
from tautraj.tracking.tracker import sqlite_under, writing
from tautraj.trajectory import Record


class Place(Record):
    """Where MLflow is."""

    uri: str | None
    """None: where the run says."""
    traces: Which | None
    """Which episodes become traces; None: those that the run says."""


class Track(Record):
    """What the door is asked for."""

    run: str = Field(min_length=1)
    """The run directory, a path or URL."""
    tracking: Place


class Episodes(NamedTuple):
    """What the records of a run directory say together."""

    rows: list[Row]
    versions: dict[str, str]
    """By package; several of one are listed."""
    began: int
    ended: int
    """Milliseconds since 1970, of the first episode and of the last."""


def track(store: Store, uri: str | None, traces: Which | None = None) -> str:
    """Write the view of a run directory; where to look.

    `uri`, `traces`: None for what the run says. Raises `StoreError`, `ConfigError`, `TrackingError`.
    """
    config = store.config()
    with held(store):
        found = _episodes(store)
        with boundary(StoreError, f"reading {store.url}/run.yaml"):
            subject = _subject(store, config, found, traces)
            place = uri or _place(subject, config["tracking"]["uri"])
        wasted = [usage for _, usages in store.failed_usage() for usage in usages.values()]
        numbers = metrics(found.rows, store.failures({row.id for row in found.rows}), wasted)
        status = _status(store, numbers)
        view = View(subject, place)
        try:
            with writing(place):
                view.begin()
                view.conclude(found.rows, numbers, status, found.ended)
        except TrackingError as error:
            raise TrackingError(f"{error}. Once it answers run this again, or name another: tracking.uri=…") from None
    return view.where()


def _episodes(store: Store) -> Episodes:
    rows: list[Row] = []
    began: list[float] = []
    ended: list[float] = []
    versions: dict[str, set[str]] = {}
    for trajectory in store.episodes():
        rows.append(row(trajectory))
        began.append(trajectory.started)
        ended.append(trajectory.started + trajectory.seconds)
        for package, version in trajectory.versions.items():
            versions.setdefault(package, set()).add(version)
    listed = {package: ", ".join(sorted(found)) for package, found in versions.items()}
    now = time.time()
    return Episodes(rows, listed, int(1000 * min(began, default=now)), int(1000 * max(ended, default=now)))


def _subject(store: Store, config: Mapping[str, Any], found: Episodes, traces: Which | None) -> Subject:
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    where, _, digest = name.rpartition("-")
    tags = {"cell": where, "digest": digest, "run_directory": store.url, "trials": str(config["trials"])}
    tags |= {f"version.{package}": version for package, version in found.versions.items()}
    if config["model"]["provider"]["route"] in GOLD:
        tags["oracle"] = ORACLE
    if parent := pointer(store).get("parent"):
        tags[PARENT] = str(parent)
    return Subject(
        store=store,
        experiment=TypeAdapter(Folder).validate_python(config["experiment"]),  # artifacts go there
        name=name,
        config=config,
        tags=lambda: tags,
        began=found.began,
        root=Path(store.path).absolute().parent.parent if store.local else None,
        links={"run directory": store.url},
        traces=TypeAdapter(Which).validate_python(traces or config["tracking"]["traces"]),
        traces_sample=int(config["tracking"]["traces_sample"]),
    )


def _place(subject: Subject, known: str | None) -> str:
    if known and "***@" not in known:  # as `masked` leaves it
        return known
    if found := os.environ.get("MLFLOW_TRACKING_URI"):
        return found
    if known or subject.root is None:
        raise ConfigError(
            f"{subject.store.url} does not say where MLflow is, or not with its password: add tracking.uri=http://…, "
            f"or set MLFLOW_TRACKING_URI"
        )
    return sqlite_under(subject.root)


def _status(store: Store, numbers: Metrics) -> str:
    """MLflow's: as the run left it, else told by whether it came to write its numbers down."""
    known = pointer(store).get("status")
    if known in ("FINISHED", "FAILED"):
        return str(known)
    written = store.read_json("metrics.json")
    if not isinstance(written, dict) or written.get("episodes") != numbers["episodes"]:
        return "KILLED"
    return "FAILED" if numbers["failed"] else "FINISHED"
