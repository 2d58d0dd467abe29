"""MLflow while a run goes on: written by one thread, which nothing that happens to MLflow can stop.

Away is said once, and every renewal asks again. Not here: what is written (`view`), how it is made up for (`track`).
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
from tautraj.tracking.mlflow_run import ORACLE_TAG_VALUE, MlflowRun, RunDescription

TRACES_PER_UPDATE = 20
"""New ones with a renewal of the numbers, which wait meanwhile."""


def resolve_tracking_uri(run: Run) -> str:
    """Where MLflow writes: what is configured, else SQLite under the root."""
    return run.tracking.uri or build_sqlite_uri(Path(run.root).absolute())


def build_sqlite_uri(root: Path) -> str:
    return f"sqlite:///{root}/mlflow.db"


def backfill_command(store: Store) -> str:
    """The command that writes MLflow's view of a run directory anew."""
    return f"python flows/track.py run={shlex.quote(store.url)}"


@contextmanager
def tracking_boundary(uri: str) -> Iterator[None]:
    """Raise whatever MLflow raises as `TrackingError`, without the credentials that it quotes."""
    try:
        with boundary(TrackingError, f"writing to MLflow at {uri}"):
            yield
    except TrackingError as error:
        raise TrackingError(redact_tree(str(error))) from None


class MlflowWriter:
    """An MLflow run kept by one thread, begun again by whoever answers after MLflow was away."""

    def __init__(self, begin: Callable[[], None], uri: str, executor: ThreadPoolExecutor) -> None:
        """`begin`: what comes before anything is written. Whoever made `writer`, of one thread, ends it."""
        self._begin, self._uri, self._executor = begin, uri, executor
        self._begun = False
        self._pending_update: Future[bool] | None = None

    def begin(self) -> None:
        """Have the MLflow run begun, unless it has been asked for. Without this the first renewal begins it."""
        if self._pending_update is None:
            self._pending_update = self._submit(lambda: None)

    @property
    def _is_idle(self) -> bool:
        """Whether the last renewal is no longer on its way."""
        return self._pending_update is None or self._pending_update.done()

    def _submit(self, write: Callable[[], None]) -> Future[bool]:
        return self._executor.submit(self._attempt, write)

    def _attempt(self, write: Callable[[], None]) -> bool:
        """Whether it could be written."""
        try:
            with tracking_boundary(self._uri):
                if not self._begun:
                    self._begin()
                self._begun = True
                write()
        except TautrajError as error:
            self._begun = False  # whoever answers next may be another, who knows nothing of this run
            self._on_unreachable(error)
        else:
            self._on_reachable()
        return self._begun

    def _on_unreachable(self, error: TautrajError) -> None:
        """MLflow is away."""

    def _on_reachable(self) -> None:
        """MLflow is there."""


class Tracker(MlflowWriter):
    """Writes the MLflow run of one plan, from a thread of its own or one that it shares."""

    def __init__(
        self,
        plan: RunPlan,
        say: Callable[[str], None],
        flow_run_url: str | None = None,
        executor: ThreadPoolExecutor | None = None,
    ) -> None:
        """`prefect`: the flow run's page. `writer`: of one thread, whoever shares it ends it; None for its own."""
        self._plan, self._say = plan, say
        uri = resolve_tracking_uri(plan.run)
        self._mlflow_run = MlflowRun(describe_run(plan, flow_run_url), uri)
        self._unreachable = False
        self._executor_shared = executor is not None
        super().__init__(self._mlflow_run.begin, uri, executor or ThreadPoolExecutor(1, thread_name_prefix="mlflow"))

    def update(self, progress: RunProgress) -> None:
        """Renew the numbers, unless the last ones are still on their way."""
        if self._is_idle:
            numbers, rows = progress.compute_metrics(), list(progress.rows)

            def renew() -> None:
                self._mlflow_run.log_metrics(numbers)
                self._mlflow_run.log_traces(rows, limit=TRACES_PER_UPDATE)

            self._pending_update = self._submit(renew)

    def finish(self, progress: RunProgress, status: str) -> str:
        """The last numbers, the table, the artifacts; where to look, or how to have them written later.

        `status`: MLflow's FINISHED or FAILED.
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
            self._say(f"MLflow is away; the run goes on and asks again. {error}")
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
        name=plan.cell.folder,
        config=plan.config,
        build_tags=lambda: build_run_tags(plan),
        started_ms=int(time.time() * 1000),
        root=None if "://" in root else Path(root).absolute(),
        links={"run directory": plan.store.url, **({"Prefect": flow_run_url} if flow_run_url else {})},
        traces=plan.run.tracking.traces,
        traces_sample=plan.run.tracking.traces_sample,
    )


def build_run_tags(plan: RunPlan) -> dict[str, str]:
    """What the numbers came from: cell, run directory, versions, state of the code."""
    run, url = plan.run, plan.store.url
    described = {"cell": plan.cell.name, "digest": plan.cell.digest, "run_directory": url, "trials": str(run.trials)}
    benchmark = open_benchmark(run.benchmark, run.domain)
    described |= {f"version.{name}": number for name, number in collect_versions(benchmark.version).items()}
    described |= read_git_state()
    if run.model.is_gold_replay:
        described["oracle"] = ORACLE_TAG_VALUE
    return described
