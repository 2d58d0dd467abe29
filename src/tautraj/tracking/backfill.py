"""MLflow after a run: its view written again out of the run directory alone.

For a run that MLflow missed in part or altogether, ended or interrupted. Calls no provider and needs no benchmark.
"""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field, TypeAdapter

from tautraj.config import GOLD_ROUTES, EpisodeSelection, FolderName
from tautraj.errors import ConfigError, StoreError, TrackingError, boundary
from tautraj.metrics import EpisodeSummary, Metrics, summarise
from tautraj.store import Store
from tautraj.store.lock import exclusive_lock
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.store.tracking_pointer import read_pointer
from tautraj.tracking.mlflow_run import ORACLE_TAG_VALUE, PARENT_TAG, MlflowRun, RunDescription
from tautraj.tracking.tracker import build_sqlite_uri, tracking_boundary
from tautraj.trajectory import Record


class TrackingTarget(Record):
    """Where MLflow is."""

    uri: str | None
    """None: where the run says."""
    traces: EpisodeSelection | None
    """Which episodes become traces; None: those that the run says."""


class BackfillRequest(Record):
    """What the door is asked for."""

    run: str = Field(min_length=1)
    """The run directory, a path or URL."""
    tracking: TrackingTarget


class RecordedEpisodes(NamedTuple):
    """What the records of a run directory say together."""

    rows: list[EpisodeSummary]
    versions: dict[str, str]
    """By package; several of one are listed."""
    started_ms: int
    ended_ms: int
    """Milliseconds since 1970, of the first episode and of the last."""


def backfill(store: Store, uri: str | None, traces: EpisodeSelection | None = None) -> str:
    """Write the view of a run directory; where to look.

    `uri`, `traces`: None for what the run says. Raises `StoreError`, `ConfigError`, `TrackingError`.
    """
    config = store.read_config()
    with exclusive_lock(store):
        found = _read_episodes(store)
        with boundary(StoreError, f"reading {store.url}/run.yaml"):
            subject = _describe_run(store, config, found, traces)
            place = uri or _resolve_uri(subject, config["tracking"]["uri"])
        numbers = compute_run_metrics(store, found.rows)
        status = _infer_status(store, numbers)
        view = MlflowRun(subject, place)
        try:
            with tracking_boundary(place):
                view.begin()
                view.finish(found.rows, numbers, status, found.ended_ms)
        except TrackingError as error:
            raise TrackingError(f"{error}. Once it answers run this again, or name another: tracking.uri=…") from None
    return view.describe_location()


def _read_episodes(store: Store) -> RecordedEpisodes:
    rows: list[EpisodeSummary] = []
    began: list[float] = []
    ended: list[float] = []
    versions: dict[str, set[str]] = {}
    for trajectory in store.read_episodes():
        rows.append(summarise(trajectory))
        began.append(trajectory.started)
        ended.append(trajectory.started + trajectory.seconds)
        for package, version in trajectory.versions.items():
            versions.setdefault(package, set()).add(version)
    listed = {package: ", ".join(sorted(found)) for package, found in versions.items()}
    now = time.time()
    return RecordedEpisodes(rows, listed, int(1000 * min(began, default=now)), int(1000 * max(ended, default=now)))


def _describe_run(
    store: Store, config: Mapping[str, Any], episodes: RecordedEpisodes, traces: EpisodeSelection | None
) -> RunDescription:
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    where, _, digest = name.rpartition("-")
    tags = {"cell": where, "digest": digest, "run_directory": store.url, "trials": str(config["trials"])}
    tags |= {f"version.{package}": version for package, version in episodes.versions.items()}
    if config["model"]["provider"]["route"] in GOLD_ROUTES:
        tags["oracle"] = ORACLE_TAG_VALUE
    if parent := read_pointer(store).parent:
        tags[PARENT_TAG] = parent
    return RunDescription(
        store=store,
        experiment=TypeAdapter(FolderName).validate_python(config["experiment"]),  # artifacts go there
        name=name,
        config=config,
        build_tags=lambda: tags,
        started_ms=episodes.started_ms,
        root=Path(store.path).absolute().parent.parent if store.is_local else None,
        links={"run directory": store.url},
        traces=TypeAdapter(EpisodeSelection).validate_python(traces or config["tracking"]["traces"]),
        traces_sample=int(config["tracking"]["traces_sample"]),
    )


def _resolve_uri(description: RunDescription, configured: str | None) -> str:
    if configured and "***@" not in configured:  # as `masked` leaves it
        return configured
    if found := os.environ.get("MLFLOW_TRACKING_URI"):
        return found
    if configured or description.root is None:
        raise ConfigError(
            f"{description.store.url} does not say where MLflow is, or not with its password: "
            f"add tracking.uri=http://…, "
            f"or set MLFLOW_TRACKING_URI"
        )
    return build_sqlite_uri(description.root)


def _infer_status(store: Store, numbers: Metrics) -> str:
    """MLflow's: as the run left it, else told by whether it came to write its numbers down."""
    status = read_pointer(store).status
    if status in ("FINISHED", "FAILED"):
        return status
    written = store.read_json("metrics.json")
    if not isinstance(written, dict) or written.get("episodes") != numbers["episodes"]:
        return "KILLED"
    return "FAILED" if numbers["failed"] else "FINISHED"
