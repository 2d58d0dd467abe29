"""What MLflow is given of a run directory: one run per cell, its parameters, numbers, table, trajectories and traces.

Nothing is read back that a result depends on. Raises what MLflow raises. Not here: when it is written, and what if it
cannot be (`tracking`), what the numbers are called (`comparison`), which episodes become traces (`traces`).
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
from tautraj.store import Store, ui_addresses
from tautraj.store.tracking_pointer import TrackingPointer, read_pointer, write_pointer
from tautraj.tracking import experiment_page, run_fields

PARENT_TAG = "mlflow.parentRunId"
"""The tag that makes a run a child of another: a cell of a sweep."""

ORACLE_TAG_VALUE = "true: gold actions replayed, not a model's result"

GZIP_LEVEL = 1
"""Of gzip's levels: a fifth of the time that its own choice of nine takes, for a third more bytes."""


class RunDescription(NamedTuple):
    """The run directory, and what its view says of it."""

    store: Store
    experiment: str
    name: str
    """Of the MLflow run."""
    config: Mapping[str, Any]
    """The resolved tree, masked."""
    build_tags: Callable[[], dict[str, str]]
    """Asked for once, when they are written."""
    started_ms: int
    """Milliseconds since 1970."""
    root: Path | None
    """The folder where a SQLite store keeps the artifacts of all its runs."""
    links: Mapping[str, str]
    """What else there is to look at -> where."""
    traces: EpisodeSelection
    """Which episodes become traces."""
    traces_sample: int
    """How many a sample has."""


class MlflowRun:
    """One MLflow run, written from one thread."""

    def __init__(self, description: RunDescription, uri: str) -> None:
        self._description, self._uri = description, uri
        self._client: Any = None
        self._trace_writer: Any = None
        self._run_id = self._experiment_id = ""

    def begin(self) -> None:
        """Go on with the directory's MLflow run, or make one. Whatever is there already stays as it is."""
        from mlflow import MlflowClient
        from mlflow.entities import Param, RunTag

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong is raised, and said in one line
        with self._database_lock():
            self._client = MlflowClient(tracking_uri=self._uri)
            self._experiment_id = self._ensure_experiment()
            known = self._resume()
            if known is None:
                named = {"start_time": self._description.started_ms, "run_name": self._description.name}
                run = self._client.create_run(self._experiment_id, **named)
                self._run_id, known = str(run.info.run_id), set()
        self.write_pointer("RUNNING", complete=False)
        self._trace_writer = None  # whoever answers next may be another
        # A parameter of MLflow's never changes; trials may, so it is a tag too.
        params = run_fields.flatten(self._description.config) | run_fields.select_compared_params(
            self._description.config
        )
        batch = [Param(key, str(value)[:6000]) for key, value in params.items() if key not in known]
        for start in range(0, len(batch), 100):  # MLflow takes 100 at a time
            self._client.log_batch(self._run_id, params=batch[start : start + 100])
        found = self._description.build_tags().items()
        self._client.log_batch(self._run_id, tags=[RunTag(key, value) for key, value in found])

    def log_metrics(self, numbers: Metrics) -> None:
        """The numbers as they are now. All at step 0: what has other steps MLflow draws as curves, not as bars."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        batch = [Metric(name, value, now, 0) for name, value in run_fields.select_metrics(numbers).items()]
        self._client.log_batch(self._run_id, metrics=batch)

    def finish(
        self, rows: Sequence[EpisodeSummary], numbers: Metrics, status: str, ended_ms: int | None = None
    ) -> None:
        """All that there is at the end. `status`: MLflow's; `ended`: milliseconds, None for now."""
        self.log_metrics(numbers)
        self._log_pass_hat_k(numbers)
        said = run_fields.render_note(numbers, self._description.config, self._description.links)
        self._client.set_tag(self._run_id, "mlflow.note.content", said)
        self._client.log_dict(self._run_id, run_fields.build_episode_table(rows), "episodes.json")
        shown = json.dumps([{"path": "episodes.json", "type": "table"}])
        self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", shown)  # what mlflow.load_table and the UI go by
        self._client.log_dict(self._run_id, dict(self._description.config), "run.yaml")
        self._client.log_dict(self._run_id, numbers, "metrics.json")
        self._log_trajectories()
        self._log_report()
        self._client.set_terminated(self._run_id, status=status, end_time=ended_ms)
        self.log_traces(rows)  # whatever becomes of them, the run has ended
        self.write_pointer(status, complete=True)

    def log_traces(self, rows: Sequence[EpisodeSummary], limit: int | None = None) -> None:
        """Write traces. `most`: new ones, while a run goes on (a sample comes at the end); None: all, up to date."""
        from tautraj.tracking.trace_entities import TraceTarget
        from tautraj.tracking.traces import TraceWriter, select_episodes

        which = self._description.traces
        if which == "none" or (limit is not None and which == "sample"):
            return
        if self._trace_writer is None:
            self._trace_writer = TraceWriter(TraceTarget(self._uri, self._experiment_id, self._run_id))
        due = self._trace_writer.list_due(select_episodes(rows, which, self._description.traces_sample), rows, limit)
        found = map(self._description.store.read_episode, due)
        self._trace_writer.log(trajectory for trajectory in found if trajectory is not None)

    def write_pointer(self, status: str, complete: bool) -> None:
        """Write `mlflow.json` into the run directory. A parent that a sweep wrote there stays."""
        store = self._description.store
        parent = read_pointer(store).parent
        write_pointer(store, TrackingPointer(self.masked_uri, self._run_id or None, status, complete, parent))

    @property
    def masked_uri(self) -> str:
        """MLflow's, as a run directory remembers it."""
        return str(redact_tree(self._uri))

    def describe_location(self) -> str:
        """To look at it: an address, or a command and an address."""
        path = f"/#/experiments/{self._experiment_id}/runs/{self._run_id}"
        if self._uri.startswith("http"):
            return str(redact_tree(self._uri)).rstrip("/") + path
        if there := ui_addresses.find_mlflow(Path(self._uri.removeprefix("sqlite:///")).parent):
            return f"{there}{path}"
        return f"make ui, then http://127.0.0.1:5000{path}"

    def _database_lock(self) -> Any:
        """One process at a time creates or upgrades a SQLite store: three at once corrupt it."""
        path = self._uri.removeprefix("sqlite:///")
        if path == self._uri:
            return tempfile.TemporaryDirectory()  # a server sees to that itself
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{path}.lock")

    def _ensure_experiment(self) -> str:
        name = f"tautraj/{self._description.experiment}"
        found = self._client.get_experiment_by_name(name)
        if found is None:
            place = None
            if self._uri.startswith("sqlite:///") and self._description.root:
                place = (self._description.root / "mlartifacts" / self._description.experiment).as_uri()
            found = self._client.get_experiment(self._client.create_experiment(name, artifact_location=place))
        key = str(found.experiment_id)
        for tag, value in experiment_page.build_experiment_tags(key).items():
            if tag not in found.tags:  # people may have written another
                self._client.set_experiment_tag(key, tag, value)
        return key

    def _resume(self) -> set[str] | None:
        """The parameters of the directory's MLflow run, which goes on; None if it has none there."""
        from mlflow.exceptions import MlflowException

        pointer = read_pointer(self._description.store)
        if pointer.uri != self.masked_uri or pointer.run_id is None:
            return None
        try:
            run = self._client.get_run(pointer.run_id)
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise
        if run.info.lifecycle_stage != "active":
            return None
        self._run_id = str(run.info.run_id)
        self._experiment_id = str(run.info.experiment_id)
        self._client.update_run(self._run_id, status="RUNNING")
        return set(run.data.params)

    def _log_pass_hat_k(self, numbers: Metrics) -> None:
        """pass^k over k, as far as it is not drawn so already: what MLflow has of a step, it keeps."""
        from mlflow.entities import Metric

        points = select_pass_hats(numbers)
        known = {
            point.step: point.value
            for point in self._client.get_metric_history(self._run_id, run_fields.PASS_HAT_METRIC)
        }
        now = int(time.time() * 1000)
        batch = [
            Metric(run_fields.PASS_HAT_METRIC, value, now, k) for k, value in points.items() if known.get(k) != value
        ]
        self._client.log_batch(self._run_id, metrics=batch)

    def _log_report(self) -> None:
        """The report, where there is one and it is on a disk."""
        if (page := Path(self._description.store.path, "report.html")).exists():
            self._client.log_artifact(self._run_id, str(page))

    def _log_trajectories(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trajectories.jsonl.gz"
            with gzip.open(path, "wt", GZIP_LEVEL, encoding="utf-8") as file:
                for trajectory in self._description.store.read_episodes():
                    file.write(trajectory.model_dump_json(by_alias=True) + "\n")
            self._client.log_artifact(self._run_id, str(path))
