"""Writes a run to MLflow while it is played, from one thread. Errors of MLflow never stop the run.

An outage is reported once; every update tries again. Not here: what is written (`tracking.mlflow_run`), writing it
after the run (`tracking.backfill`).
"""

import shlex
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.provenance import collect_versions, read_git_state
from tautraj.errors import StoreError, TautrajError, TrackingError, boundary
from tautraj.redaction import redact_tree
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.tracking.mlflow_run import MlflowRun, RunDescription
from tautraj.tracking.run_fields import build_offline_tags

TRACES_PER_UPDATE = 20
"""New traces written with one update; the next update of the metrics waits for them."""


def resolve_tracking_uri(run: Run) -> str:
    """The configured MLflow URI, else SQLite under the root."""
    return run.tracking.uri or build_sqlite_uri(Path(run.root).absolute())


def build_sqlite_uri(root: Path) -> str:
    return f"sqlite:///{root}/mlflow.db"


def backfill_command(store: Store) -> str:
    """The command that writes a run directory to MLflow again."""
    return f"python flows/track.py run={shlex.quote(store.url)}"


@contextmanager
def tracking_boundary(uri: str) -> Iterator[None]:
    """Raise any error of MLflow as `TrackingError`, with credentials masked."""
    try:
        with boundary(TrackingError, f"writing to MLflow at {uri}"):
            yield
    except TrackingError as error:
        raise TrackingError(redact_tree(str(error))) from None


class MlflowWriter:
    """Writes one MLflow run from one thread; begins it again after an outage, since the server may be another one."""

    def __init__(self, begin: Callable[[], None], uri: str, executor: ThreadPoolExecutor) -> None:
        """`begin`: called before the first write. `executor`: of one thread; its creator shuts it down."""
        self._begin, self._uri, self._executor = begin, uri, executor
        self._begun = False
        self._pending_update: Future[bool] | None = None

    def begin(self) -> None:
        """Begin the MLflow run now; otherwise the first update begins it."""
        if self._pending_update is None:
            self._pending_update = self._submit(lambda: None)

    @property
    def _is_idle(self) -> bool:
        """Whether no update is pending."""
        return self._pending_update is None or self._pending_update.done()

    def _submit(self, write: Callable[[], None]) -> Future[bool]:
        return self._executor.submit(self._attempt, write)

    def _attempt(self, write: Callable[[], None]) -> bool:
        """Write; returns whether that succeeded."""
        try:
            with tracking_boundary(self._uri):
                if not self._begun:
                    self._begin()
                self._begun = True
                write()
        except TautrajError as error:
            self._begun = False  # the server that answers next may be another, without this run
            self._on_unreachable(error)
        else:
            self._on_reachable()
        return self._begun

    def _on_unreachable(self, error: TautrajError) -> None:
        """Called after a failed write."""

    def _on_reachable(self) -> None:
        """Called after a successful write."""


class Tracker(MlflowWriter):
    """Writes the MLflow run of one plan, from its own thread or a shared one."""

    def __init__(
        self,
        plan: RunPlan,
        say: Callable[[str], None],
        flow_run_url: str | None = None,
        executor: ThreadPoolExecutor | None = None,
    ) -> None:
        """`flow_run_url`: page of the Prefect flow run.

        `executor`: of one thread, shut down by its creator; None: its own.
        """
        self._plan, self._say = plan, say
        uri = resolve_tracking_uri(plan.run)
        self._mlflow_run = MlflowRun(describe_run(plan, flow_run_url), uri)
        self._unreachable = False
        self._executor_shared = executor is not None
        super().__init__(self._mlflow_run.begin, uri, executor or ThreadPoolExecutor(1, thread_name_prefix="mlflow"))

    def update(self, progress: RunProgress) -> None:
        """Write the current metrics and new traces, unless an update is pending."""
        if self._is_idle:
            numbers, rows = progress.compute_metrics(), list(progress.rows)

            def write() -> None:
                self._mlflow_run.log_metrics(numbers)
                self._mlflow_run.log_traces(rows, limit=TRACES_PER_UPDATE)

            self._pending_update = self._submit(write)

    def finish(self, progress: RunProgress, status: str) -> str:
        """Write the final metrics, the table and the artifacts. Returns where to look, or the command that writes
        them later.

        `status`: FINISHED or FAILED, in MLflow's sense.
        """
        numbers = progress.compute_metrics()
        self._submit(lambda: self._mlflow_run.finish(progress.rows, numbers, status)).result()
        if not self._executor_shared:
            self._executor.shutdown(wait=True)
        if not self._unreachable:
            return self._mlflow_run.describe_location()
        with suppress(StoreError):
            self._mlflow_run.write_pointer(status, complete=False)
        return f"was away; once it is back: {backfill_command(self._plan.store)}"

    def _on_unreachable(self, error: TautrajError) -> None:
        if not self._unreachable:
            self._say(f"MLflow is away. The run continues and tries again. {error}")
        self._unreachable = True

    def _on_reachable(self) -> None:
        if self._unreachable:
            self._say("MLflow is back.")
        self._unreachable = False


def describe_run(plan: RunPlan, flow_run_url: str | None = None) -> RunDescription:
    root = plan.run.root
    return RunDescription(
        store=plan.store,
        experiment=plan.run.experiment,
        name=plan.title,
        config=plan.config,
        build_tags=lambda: build_run_tags(plan),
        started_ms=int(time.time() * 1000),
        root=None if "://" in root else Path(root).absolute(),
        links={"run directory": plan.store.url, **({"Prefect": flow_run_url} if flow_run_url else {})},
        traces=plan.run.tracking.traces,
        traces_sample=plan.run.tracking.traces_sample,
    )


def build_run_tags(plan: RunPlan) -> dict[str, str]:
    """MLflow tags that say where the metrics came from: cell, run directory, versions, state of the code."""
    run, url = plan.run, plan.store.url
    tags = {"cell": plan.cell.name, "digest": plan.cell.digest, "run_directory": url, "trials": str(run.trials)}
    benchmark = open_benchmark(run.benchmark, run.domain)
    tags |= {f"version.{name}": number for name, number in collect_versions(benchmark.version).items()}
    tags |= read_git_state()
    if run.name is not None:
        tags |= {"name": run.name, "mlflow.runName": plan.title}
    return tags | build_offline_tags([run.model.provider.route])
