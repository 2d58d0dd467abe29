"""One MLflow run per cell: parameters, numbers while it goes on, a table of episodes, the trajectories.

A view of the run directory: one thread writes, nothing is read back. MLflow away is said once and ends nothing.
"""

import gzip
import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from filelock import FileLock

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.errors import TautrajError, TrackingError, boundary
from tautraj.grid import cell
from tautraj.metrics import Row
from tautraj.play import Job
from tautraj.provenance import git_state, versions
from tautraj.standing import Standing
from tautraj.tree import masked

POINTER = "mlflow.json"
"""In the run directory: which MLflow run is this one's view, so that a resumed run continues it."""
COLUMNS = ["id", "task_id", "trial", "reward", "outcome", "turns", "tool_calls", "mistakes", "seconds"]


def tracking_uri(run: Run) -> str:
    """Where MLflow writes: what is configured, else SQLite under the root."""
    return run.tracking.uri or f"sqlite:///{Path(run.root).absolute()}/mlflow.db"


class Tracker:
    """Writes one job's MLflow run, from a thread of its own."""

    def __init__(self, job: Job, config: Mapping[str, Any], say: Callable[[str], None]) -> None:
        self._job, self._config, self._say = job, config, say
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="mlflow")
        self._broken = False
        self._uri = tracking_uri(job.run)
        self._began = int(time.time() * 1000)
        self._client: Any = None
        self._run_id = self._experiment_id = ""
        self._submit(self._start)

    def watch(self, standing: Standing) -> None:
        """Renew the numbers."""
        numbers, step = standing.metrics(), len(standing.rows)
        self._submit(lambda: self._log_numbers(numbers, step))

    def finish(self, standing: Standing, status: str) -> str | None:
        """The last numbers, the table, the artifacts; where to look, or None if MLflow could not be written.

        `status`: MLflow's FINISHED or FAILED.
        """
        self.watch(standing)
        self._submit(lambda: self._log_artifacts(standing.rows))
        self._submit(lambda: self._client.set_terminated(self._run_id, status=status))
        self._writer.shutdown(wait=True)
        return None if self._broken else self._where()

    def _submit(self, write: Callable[[], Any]) -> None:
        def guarded() -> None:
            if self._broken:
                return
            try:
                with boundary(TrackingError, f"writing to MLflow at {masked(self._uri)}"):
                    write()
            except TautrajError as error:
                self._broken = True
                self._say(
                    f"MLflow is not being written any more; the run goes on, its directory has everything. {error}"
                )

        self._writer.submit(guarded)

    def _start(self) -> None:
        from mlflow import MlflowClient
        from mlflow.entities import Param, RunTag

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)  # creating tables is nobody's news
        with self._alone():
            self._client = MlflowClient(tracking_uri=self._uri)
            self._experiment_id = self._experiment()
            resumed = self._resumed()
            self._run_id = resumed or self._created()
        self._job.store.write_json(POINTER, {"uri": masked(self._uri), "run_id": self._run_id})
        if not resumed:  # a parameter of MLflow's never changes; trials may, so it is a tag too
            params = [Param(key, str(value)[:6000]) for key, value in flat(self._config).items()]
            for start in range(0, len(params), 100):  # MLflow takes 100 at a time
                self._client.log_batch(self._run_id, params=params[start : start + 100])
        self._client.log_batch(self._run_id, tags=[RunTag(key, value) for key, value in tags(self._job).items()])

    def _alone(self) -> Any:
        """One process at a time creates or upgrades a SQLite store: three at once corrupt it."""
        path = self._uri.removeprefix("sqlite:///")
        if path == self._uri:
            return tempfile.TemporaryDirectory()  # a server sees to that itself
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return FileLock(f"{path}.lock")

    def _experiment(self) -> str:
        name = f"tautraj/{self._job.run.experiment}"
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        place = None
        if self._uri.startswith("sqlite:///"):
            place = (Path(self._job.run.root).absolute() / "mlartifacts" / self._job.run.experiment).as_uri()
        return str(self._client.create_experiment(name, artifact_location=place))

    def _resumed(self) -> str | None:
        from mlflow.exceptions import MlflowException

        pointer = self._job.store.read_json(POINTER)
        if not pointer or pointer.get("uri") != masked(self._uri):
            return None
        try:
            self._client.update_run(pointer["run_id"], status="RUNNING")
        except MlflowException:
            return None
        return str(pointer["run_id"])

    def _created(self) -> str:
        name = cell(self._job.run).folder
        run = self._client.create_run(self._experiment_id, start_time=self._began, run_name=name)
        return str(run.info.run_id)

    def _log_numbers(self, numbers: Mapping[str, float], step: int) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        batch = [Metric(name, value, now, step) for name, value in numbers.items()]
        self._client.log_batch(self._run_id, metrics=batch)

    def _log_artifacts(self, rows: Sequence[Row]) -> None:
        self._client.log_dict(self._run_id, table(rows), "episodes.json")
        shown = json.dumps([{"path": "episodes.json", "type": "table"}])
        self._client.set_tag(self._run_id, "mlflow.loggedArtifacts", shown)  # what mlflow.load_table and the UI go by
        self._client.log_dict(self._run_id, dict(self._config), "run.yaml")
        self._client.log_dict(self._run_id, self._job.store.read_json("metrics.json"), "metrics.json")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trajectories.jsonl.gz"
            with gzip.open(path, "wt", encoding="utf-8") as file:
                for trajectory in self._job.store.episodes():
                    file.write(trajectory.model_dump_json(by_alias=True) + "\n")
            self._client.log_artifact(self._run_id, str(path))

    def _where(self) -> str:
        path = f"/#/experiments/{self._experiment_id}/runs/{self._run_id}"
        if self._uri.startswith("http"):
            return str(masked(self._uri)).rstrip("/") + path
        return f"make ui, then http://127.0.0.1:5000{path}"


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested keys joined by dots: {"model": {"name": "x"}} becomes {"model.name": "x"}."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            leaves |= flat(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def table(rows: Sequence[Row]) -> dict[str, Any]:
    """One line per episode, in the form of `mlflow.log_table`; tokens and USD by seat, USD None where unpriced."""
    seats = sorted({seat for row in rows for seat in row.usage})
    columns = [*COLUMNS, *(f"{seat}_{name}" for seat in seats for name in ("tokens_in", "tokens_out", "usd"))]
    data = []
    for row in sorted(rows, key=lambda row: (row.task_id, row.trial)):
        line = [getattr(row, name) for name in COLUMNS]
        for seat in seats:
            usage = row.usage.get(seat)
            line += [getattr(usage, name, None) for name in ("tokens_in", "tokens_out", "usd")]
        data.append(line)
    return {"columns": columns, "data": data}


def tags(job: Job) -> dict[str, str]:
    """What the numbers came from: cell, place, versions, state of the code."""
    here = cell(job.run)
    found = {"cell": here.name, "digest": here.digest, "run_directory": job.store.url, "trials": str(job.run.trials)}
    benchmark = open_benchmark(job.run.benchmark, job.run.domain)
    found |= {f"version.{name}": number for name, number in versions(benchmark.version).items()}
    found |= git_state()
    if job.run.model.offline:
        found["oracle"] = "true: gold actions replayed, not a model's result"
    return found
