"""The MLflow run of a run directory: parameters, metrics, episode table, trajectories and traces.

No result depends on what is read back. Raises what MLflow raises. Not here: when it is written and what happens on
errors (`tracking.tracker`), names of metrics (`tracking.run_fields`), which episodes become traces
(`tracking.traces`).
"""

import gzip
import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from tautraj.config import EpisodeSelection
from tautraj.metrics import EpisodeSummary, Metrics, select_pass_hats
from tautraj.redaction import redact_tree
from tautraj.store import Store
from tautraj.store.tracking_pointer import read_pointer, write_pointer
from tautraj.tracking import experiment_page, location, run_fields
from tautraj.tracking.database import create_database, find_database

PARENT_TAG = "mlflow.parentRunId"
"""MLflow's tag for a child run: a cell of a sweep."""

DATABASE_LOCK_SECONDS = 60.0
"""Limit on the wait for a process that creates or upgrades a SQLite store, which takes 5 to 30 s."""

GZIP_LEVEL = 1
"""A fifth of the time that gzip's default of 9 takes, for a third more bytes."""


class RunDescription(NamedTuple):
    """A run directory, and how MLflow is to describe it."""

    store: Store
    experiment: str
    name: str
    """Name of the MLflow run."""
    config: Mapping[str, Any]
    """The resolved configuration, secrets masked."""
    build_tags: Callable[[], dict[str, str]]
    """Called once, when the tags are written."""
    started_ms: int
    """Milliseconds since 1970."""
    root: Path | None
    """Folder for the artifacts of a SQLite store; None: the run root is a URL."""
    links: Mapping[str, str]
    """Label -> link, path or command."""
    traces: EpisodeSelection
    """Which episodes become traces."""
    traces_sample: int
    """Size of a sample."""


class MlflowRun:
    """One MLflow run, written from one thread."""

    def __init__(self, description: RunDescription, uri: str) -> None:
        self._description, self._uri, self._database = description, uri, find_database(uri)
        self._client: Any = None
        self._trace_writer: Any = None
        self._run_id = self._experiment_id = ""

    def begin(self) -> None:
        """Resume the directory's MLflow run, or create one. Existing parameters stay as they are."""
        from mlflow import MlflowClient
        from mlflow.entities import Param, RunTag

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are raised and reported in one line
        with self._database_lock():
            if self._database is not None:
                create_database(self._database)
            self._client = MlflowClient(tracking_uri=self._uri)
            self._experiment_id = self._ensure_experiment()
            written = self._resume()
            if written is None:
                fields = {"start_time": self._description.started_ms, "run_name": self._description.name}
                run = self._client.create_run(self._experiment_id, **fields)
                self._run_id, written = str(run.info.run_id), set()
        self.write_pointer("RUNNING", complete=False)
        self._trace_writer = None  # after an outage the server may be another one
        # MLflow's parameters never change; `trials` may, so it is a tag too.
        params = run_fields.flatten(self._description.config) | run_fields.select_compared_params(
            self._description.config
        )
        batch = [Param(key, str(value)[:6000]) for key, value in params.items() if key not in written]
        for start in range(0, len(batch), 100):  # MLflow takes 100 at a time
            self._client.log_batch(self._run_id, params=batch[start : start + 100])
        tags = [RunTag(key, value) for key, value in self._description.build_tags().items()]
        self._client.log_batch(self._run_id, tags=tags)

    def log_metrics(self, numbers: Metrics) -> None:
        """Write the current metrics, all at step 0: MLflow draws other steps as curves, not as bars."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        batch = [Metric(name, value, now, 0) for name, value in run_fields.select_metrics(numbers).items()]
        self._client.log_batch(self._run_id, metrics=batch)

    def finish(
        self, rows: Sequence[EpisodeSummary], numbers: Metrics, status: str, ended_ms: int | None = None
    ) -> None:
        """Write everything and end the MLflow run. `status`: MLflow's. `ended_ms`: Unix time; None: now."""
        self.log_metrics(numbers)
        self._log_pass_hat_k(numbers)
        note = run_fields.render_note(numbers, self._description.config, self._description.links)
        self._client.set_tag(self._run_id, "mlflow.note.content", note)
        self._client.log_dict(self._run_id, run_fields.build_episode_table(rows), "episodes.json")
        tables = json.dumps([{"path": "episodes.json", "type": "table"}])
        self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", tables)  # read by mlflow.load_table and the UI
        self._client.log_dict(self._run_id, dict(self._description.config), "run.yaml")
        self._client.log_dict(self._run_id, numbers, "metrics.json")
        self._log_trajectories()
        self._log_report()
        self._client.set_terminated(self._run_id, status=status, end_time=ended_ms)
        self.log_traces(rows)  # last: if this fails, the run has ended all the same
        self.write_pointer(status, complete=True)

    def log_traces(self, rows: Sequence[EpisodeSummary], limit: int | None = None) -> None:
        """Write traces of the selected episodes.

        `limit`: at most so many new ones, while the run is played (a sample is written at the end). None: all of
        them, and existing ones are updated.
        """
        from tautraj.tracking.trace_entities import TraceTarget
        from tautraj.tracking.traces import TraceWriter, select_episodes

        selection = self._description.traces
        if selection == "none" or (limit is not None and selection == "sample"):
            return
        if self._trace_writer is None:
            self._trace_writer = TraceWriter(TraceTarget(self._uri, self._experiment_id, self._run_id))
        wanted = select_episodes(rows, selection, self._description.traces_sample)
        trajectories = map(self._description.store.read_episode, self._trace_writer.list_due(wanted, rows, limit))
        self._trace_writer.log(trajectory for trajectory in trajectories if trajectory is not None)

    def write_pointer(self, status: str, complete: bool) -> None:
        """Write `mlflow.json` into the run directory. A parent that a sweep wrote there stays."""
        store = self._description.store
        pointer = read_pointer(store)._replace(
            uri=self.masked_uri,
            run_id=self._run_id or None,
            experiment_id=self._experiment_id or None,
            status=status,
            complete=complete,
        )
        write_pointer(store, pointer)

    @property
    def masked_uri(self) -> str:
        """The MLflow URI as `mlflow.json` has it."""
        return str(redact_tree(self._uri))

    def describe_location(self) -> str:
        """Where the MLflow run can be seen: an address, or a command and an address."""
        return location.describe_location(self._uri, self._experiment_id, self._run_id)

    def _database_lock(self) -> Any:
        """Lock under which a SQLite store is created or upgraded: three processes at once corrupt it."""
        if self._database is None:
            return tempfile.TemporaryDirectory()  # a server has its own locking
        self._database.parent.mkdir(parents=True, exist_ok=True)
        lock = Path(f"{self._database}.lock")
        lock.open("ab").close()  # raises where filelock would try until its time is over
        return FileLock(lock, timeout=DATABASE_LOCK_SECONDS)

    def _ensure_experiment(self) -> str:
        name = f"tautraj/{self._description.experiment}"
        experiment = self._client.get_experiment_by_name(name)
        if experiment is None:
            location = None
            if self._uri.startswith("sqlite:///") and self._description.root:
                location = (self._description.root / "mlartifacts" / self._description.experiment).as_uri()
            created = self._client.create_experiment(name, artifact_location=location)
            experiment = self._client.get_experiment(created)
        experiment_id = str(experiment.experiment_id)
        for tag, value in experiment_page.build_experiment_tags(experiment_id).items():
            if tag not in experiment.tags:  # a user may have changed it
                self._client.set_experiment_tag(experiment_id, tag, value)
        return experiment_id

    def _resume(self) -> set[str] | None:
        """Resume the MLflow run that `mlflow.json` names.

        Returns its parameters; None if there is none in this store.
        """
        from mlflow.exceptions import MlflowException

        pointer = read_pointer(self._description.store)
        if pointer.uri != self.masked_uri or pointer.run_id is None:
            return None
        try:
            run = self._client.get_run(pointer.run_id)
        except MlflowException as error:
            if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
                return None  # the second: mlflow.json was edited
            raise
        if run.info.lifecycle_stage != "active":
            return None
        self._run_id = str(run.info.run_id)
        self._experiment_id = str(run.info.experiment_id)
        self._client.update_run(self._run_id, status="RUNNING")
        return set(run.data.params)

    def _log_pass_hat_k(self, numbers: Metrics) -> None:
        """Write pass^k at step k where it differs from what is there: MLflow keeps every point of a step.

        Left out: a k that some task has fewer trials than, as in a run that was stopped. Its mean is over other tasks
        than that of a lower k, and may be higher.
        """
        from mlflow.entities import Metric

        hats, tasks = select_pass_hats(numbers), numbers.get("tasks")
        points = {k: value for k, value in hats.items() if numbers.get(f"pass_hat_{k}_tasks", tasks) == tasks}
        written = {
            point.step: point.value
            for point in self._client.get_metric_history(self._run_id, run_fields.PASS_HAT_METRIC)
        }
        now = int(time.time() * 1000)
        batch = [
            Metric(run_fields.PASS_HAT_METRIC, value, now, k)
            for k, value in points.items()
            if written.get(k) != value
        ]
        self._client.log_batch(self._run_id, metrics=batch)

    def _log_report(self) -> None:
        """Upload the report, if there is one on a local disk."""
        if (page := Path(self._description.store.path, "report.html")).exists():
            self._client.log_artifact(self._run_id, str(page))

    def _log_trajectories(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trajectories.jsonl.gz"
            with gzip.open(path, "wt", GZIP_LEVEL, encoding="utf-8") as file:
                for trajectory in self._description.store.read_episodes():
                    file.write(trajectory.model_dump_json(by_alias=True) + "\n")
            self._client.log_artifact(self._run_id, str(path))
