"""`flows/track.py`: write a run to MLflow from its run directory alone.

For runs that MLflow missed in part or altogether, finished or interrupted. Calls no provider and opens no benchmark.
"""

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from tautraj.config import EpisodeSelection, FolderName
from tautraj.config.identity import format_run_title
from tautraj.errors import ConfigError, StoreError, TrackingError, boundary
from tautraj.metrics import EpisodeSummary, Metrics, summarise
from tautraj.store import Store
from tautraj.store.discovery import RunDirectories
from tautraj.store.lock import exclusive_lock
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.store.tracking_pointer import read_pointer
from tautraj.tracking.mlflow_run import PARENT_TAG, MlflowRun, RunDescription
from tautraj.tracking.run_fields import build_offline_tags
from tautraj.tracking.tracker import build_sqlite_uri, tracking_boundary
from tautraj.trajectory import Record

PACKAGE_NAME = re.compile(r"[\w.-]{1,200}")
"""A record may have any text in its place; MLflow refuses `../x` in the name of a tag."""


class TrackingTarget(Record):
    """The `tracking` part of the request."""

    uri: str | None
    """MLflow's; None: as configured for the run."""
    traces: EpisodeSelection | None
    """Which episodes become traces; None: as configured for the run."""


class BackfillRequest(Record):
    """Configuration of `flows/track.py`."""

    run: RunDirectories
    root: str
    tracking: TrackingTarget


class RecordedEpisodes(NamedTuple):
    """All episodes of a run directory, summarised."""

    rows: list[EpisodeSummary]
    versions: dict[str, str]
    """Package -> version; several versions are joined by commas."""
    started_ms: int
    ended_ms: int
    """Unix time in ms: start of the first episode, end of the last."""


def backfill(store: Store, uri: str | None, traces: EpisodeSelection | None = None) -> str:
    """Write the MLflow run of a run directory. Returns where to look.

    `uri`, `traces`: None: as configured for the run. Raises `StoreError`, `ConfigError`, `TrackingError`.
    """
    config = store.read_config()
    with exclusive_lock(store):
        episodes = _read_episodes(store)
        with boundary(StoreError, f"reading {store.url}/run.yaml"):
            description = _describe_run(store, config, episodes, traces)
            uri = uri or _resolve_uri(description, config["tracking"]["uri"])
        numbers = compute_run_metrics(store, episodes.rows)
        status = _infer_status(store, numbers)
        mlflow_run = MlflowRun(description, uri)
        try:
            with tracking_boundary(uri):
                mlflow_run.begin()
                mlflow_run.finish(episodes.rows, numbers, status, episodes.ended_ms)
        except TrackingError as error:
            raise TrackingError(f"{error}. Run this again once it answers, or name another: tracking.uri=…") from None
    return mlflow_run.describe_location()


def _read_episodes(store: Store) -> RecordedEpisodes:
    rows: list[EpisodeSummary] = []
    starts: list[float] = []
    ends: list[float] = []
    versions: dict[str, set[str]] = {}
    for trajectory in store.read_episodes():
        rows.append(summarise(trajectory))
        starts.append(trajectory.started)
        ends.append(trajectory.started + trajectory.seconds)
        for package, version in trajectory.versions.items():
            versions.setdefault(package, set()).add(version)
    joined = {package: ", ".join(sorted(numbers)) for package, numbers in versions.items()}
    now = time.time()
    return RecordedEpisodes(rows, joined, int(1000 * min(starts, default=now)), int(1000 * max(ends, default=now)))


def _describe_run(
    store: Store, config: Mapping[str, Any], episodes: RecordedEpisodes, traces: EpisodeSelection | None
) -> RunDescription:
    name = store.path.rstrip("/").rsplit("/", 1)[-1]
    cell, _, digest = name.rpartition("-")
    tags = {"cell": cell, "digest": digest, "run_directory": store.url, "trials": str(config["trials"])}
    tags |= {
        f"version.{package}": version
        for package, version in episodes.versions.items()
        if PACKAGE_NAME.fullmatch(package)
    }
    title = format_run_title(config["name"], name)
    if config["name"] is not None:
        tags |= {"name": str(config["name"]), "mlflow.runName": title}
    tags |= build_offline_tags([config["model"]["provider"]["route"]])
    if parent := read_pointer(store).parent:
        tags[PARENT_TAG] = parent
    return RunDescription(
        store=store,
        experiment=TypeAdapter(FolderName).validate_python(config["experiment"]),  # artifacts go there
        name=title,
        config=config,
        build_tags=lambda: tags,
        started_ms=episodes.started_ms,
        root=Path(store.path).absolute().parent.parent if store.is_local else None,
        links={"run directory": store.url},
        traces=TypeAdapter(EpisodeSelection).validate_python(traces or config["tracking"]["traces"]),
        traces_sample=int(config["tracking"]["traces_sample"]),
    )


def _resolve_uri(description: RunDescription, configured: str | None) -> str:
    if configured and "***@" not in configured:  # as `redact_tree` leaves a password
        return configured
    if uri := os.environ.get("MLFLOW_TRACKING_URI"):
        return uri
    if configured or description.root is None:
        raise ConfigError(
            f"{description.store.url} has no MLflow address, or one without its password: "
            f"add tracking.uri=http://…, or set MLFLOW_TRACKING_URI"
        )
    return build_sqlite_uri(description.root)


def _infer_status(store: Store, numbers: Metrics) -> str:
    """MLflow's status: as the run left it, else inferred from its `metrics.json`."""
    status = read_pointer(store).status
    if status in ("FINISHED", "FAILED"):
        return status
    metrics = store.read_json("metrics.json")
    if not isinstance(metrics, dict) or metrics.get("episodes") != numbers["episodes"]:
        return "KILLED"
    return "FAILED" if numbers["failed"] else "FINISHED"
