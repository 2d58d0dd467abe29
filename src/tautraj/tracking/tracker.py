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
from tautraj.config.provenance import git_state, versions
from tautraj.errors import StoreError, TautrajError, TrackingError, boundary
from tautraj.redaction import masked
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.tracking.mlflow_run import ORACLE, Subject, View

TRACES_AT_ONCE = 20
"""New ones with a renewal of the numbers, which wait meanwhile."""


def tracking_uri(run: Run) -> str:
    """Where MLflow writes: what is configured, else SQLite under the root."""
    return run.tracking.uri or sqlite_under(Path(run.root).absolute())


def sqlite_under(root: Path) -> str:
    return f"sqlite:///{root}/mlflow.db"


def catching_up(store: Store) -> str:
    """The command that writes MLflow's view of a run directory anew."""
    return f"python flows/track.py run={shlex.quote(store.url)}"


@contextmanager
def writing(uri: str) -> Iterator[None]:
    """Raise whatever MLflow raises as `TrackingError`, without the credentials that it quotes."""
    try:
        with boundary(TrackingError, f"writing to MLflow at {uri}"):
            yield
    except TrackingError as error:
        raise TrackingError(masked(str(error))) from None


class Written:
    """An MLflow run kept by one thread, begun again by whoever answers after MLflow was away."""

    def __init__(self, begin: Callable[[], None], uri: str, writer: ThreadPoolExecutor) -> None:
        """`begin`: what comes before anything is written. Whoever made `writer`, of one thread, ends it."""
        self._begin, self._uri, self._writer = begin, uri, writer
        self._begun = False
        self._renewal: Future[bool] | None = None

    def begin(self) -> None:
        """Have the MLflow run begun, unless it has been asked for. Without this the first renewal begins it."""
        if self._renewal is None:
            self._renewal = self._submit(lambda: None)

    @property
    def _idle(self) -> bool:
        """Whether the last renewal is no longer on its way."""
        return self._renewal is None or self._renewal.done()

    def _submit(self, write: Callable[[], None]) -> Future[bool]:
        return self._writer.submit(self._attempt, write)

    def _attempt(self, write: Callable[[], None]) -> bool:
        """Whether it could be written."""
        try:
            with writing(self._uri):
                if not self._begun:
                    self._begin()
                self._begun = True
                write()
        except TautrajError as error:
            self._begun = False  # whoever answers next may be another, who knows nothing of this run
            self._missed(error)
        else:
            self._reached()
        return self._begun

    def _missed(self, error: TautrajError) -> None:
        """MLflow is away."""

    def _reached(self) -> None:
        """MLflow is there."""


class Tracker(Written):
    """Writes the MLflow run of one plan, from a thread of its own or one that it shares."""

    def __init__(
        self,
        plan: RunPlan,
        say: Callable[[str], None],
        prefect: str | None = None,
        writer: ThreadPoolExecutor | None = None,
    ) -> None:
        """`prefect`: the flow run's page. `writer`: of one thread, whoever shares it ends it; None for its own."""
        self._plan, self._say = plan, say
        uri = tracking_uri(plan.run)
        self._view = View(subject(plan, prefect), uri)
        self._away = False
        self._shared = writer is not None
        super().__init__(self._view.begin, uri, writer or ThreadPoolExecutor(1, thread_name_prefix="mlflow"))

    def watch(self, progress: RunProgress) -> None:
        """Renew the numbers, unless the last ones are still on their way."""
        if self._idle:
            numbers, rows = progress.metrics(), list(progress.rows)

            def renew() -> None:
                self._view.renew(numbers)
                self._view.trace(rows, most=TRACES_AT_ONCE)

            self._renewal = self._submit(renew)

    def finish(self, progress: RunProgress, status: str) -> str:
        """The last numbers, the table, the artifacts; where to look, or how to have them written later.

        `status`: MLflow's FINISHED or FAILED.
        """
        numbers = progress.metrics()
        self._submit(lambda: self._view.conclude(progress.rows, numbers, status)).result()
        if not self._shared:
            self._writer.shutdown(wait=True)
        if not self._away:
            return self._view.where()
        with suppress(StoreError):
            self._view.note(status, complete=False)
        return f"was away; once it is back: {catching_up(self._plan.store)}"

    def _missed(self, error: TautrajError) -> None:
        if not self._away:
            self._say(f"MLflow is away; the run goes on and asks again. {error}")
        self._away = True

    def _reached(self) -> None:
        if self._away:
            self._say("MLflow is back.")
        self._away = False


def subject(plan: RunPlan, prefect: str | None = None) -> Subject:
    root = plan.run.root
    return Subject(
        store=plan.store,
        experiment=plan.run.experiment,
        name=plan.cell.folder,
        config=plan.config,
        tags=lambda: tags(plan),
        began=int(time.time() * 1000),
        root=None if "://" in root else Path(root).absolute(),
        links={"run directory": plan.store.url, **({"Prefect": prefect} if prefect else {})},
        traces=plan.run.tracking.traces,
        traces_sample=plan.run.tracking.traces_sample,
    )


def tags(plan: RunPlan) -> dict[str, str]:
    """What the numbers came from: cell, run directory, versions, state of the code."""
    run, url = plan.run, plan.store.url
    described = {"cell": plan.cell.name, "digest": plan.cell.digest, "run_directory": url, "trials": str(run.trials)}
    benchmark = open_benchmark(run.benchmark, run.domain)
    described |= {f"version.{name}": number for name, number in versions(benchmark.version).items()}
    described |= git_state()
    if run.model.gold:
        described["oracle"] = ORACLE
    return described
