"""Plan a run and play one episode of it: the plain functions behind the flows.

Not here: how many at once, retries, progress (`flows`).
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NamedTuple

from tautraj import index
from tautraj.benchmarks import open_benchmark
from tautraj.config import Llm, Run
from tautraj.episode import run_episode
from tautraj.errors import ConfigError, StoreError, TautrajError, hint
from tautraj.estimates import check_prices
from tautraj.grid import EpisodeSpec, cell, owed, plan
from tautraj.hold import held
from tautraj.keep import keep
from tautraj.keys import hidden
from tautraj.llms.preflight import preflight
from tautraj.metrics import Failure, Row, row
from tautraj.parts import check
from tautraj.recorder import Recorder
from tautraj.reward import graded
from tautraj.sharing import all_served
from tautraj.store import Store

HEADER = """\
# The resolved configuration of this run. It holds no key: it names the environment variables that do.
# Resume or repeat it: python flows/generate.py --config-dir {folder} --config-name run
defaults:
- frame
- _self_
"""
MOST = 1_000_000
"""Episodes of a run: every one of them is planned before the first is played."""


class Job(NamedTuple):
    """A run with what is done and what is owed."""

    run: Run
    store: Store
    rows: list[Row]
    """Of every episode in the run directory."""
    failures: list[Failure]
    """Of episodes that are still owed."""
    owed: list[EpisodeSpec]


def prepare(run: Run) -> Job:
    """Check the run and work out what is owed. Raises `UserError`; calls nobody and makes no directory."""
    check(run.agent, run)
    check(run.user_strategy, run)
    check_prices(run)
    ids = _task_ids(run)
    if len(ids) * run.trials > MOST:
        raise ConfigError(f"trials={run.trials}: {len(ids) * run.trials:,} episodes; a run holds up to {MOST:,}")
    store = Store(directory(run))
    store.check()
    rows = index.rows(store)
    done = {r.id for r in rows}
    return Job(run, store, rows, store.failures(done), owed(plan(run, ids), done))


@contextmanager
def ready(job: Job, config: dict[str, Any]) -> Iterator[Job]:
    """The job with every seat able to play and its run directory made. Raises `UserError`, nothing half-written.

    For the length of the block its run directory is this process's own, and its local and rehearsed llms are served.
    `config`: the resolved tree, masked.
    """
    with all_ready([job], [config]) as [served]:
        yield served


@contextmanager
def all_ready(jobs: Sequence[Job], configs: Sequence[Mapping[str, Any]]) -> Iterator[list[Job]]:
    """Likewise for several at once: every llm is asked once, and served once."""
    with ExitStack() as stack:
        for job in jobs:
            stack.enter_context(held(job.store))
        jobs = [_now(job) for job in jobs]
        runs = all_served([(job.run, job.owed) for job in jobs], stack)
        preflight(_seats(runs))
        for job, config in zip(jobs, configs, strict=True):
            header = HEADER.format(folder=shlex.quote(hidden(job.store.path, job.run.root)))
            job.store.open(dict(config), header)
        yield [job._replace(run=run) for job, run in zip(jobs, runs, strict=True)]


def play(run: Run, spec: EpisodeSpec) -> Row:
    """Play an episode, have it graded, keep it. A failure is kept too, and raised; it is never a reward."""
    store, recorder = Store(directory(run)), Recorder()
    try:
        trajectory = graded(run_episode(run, spec, recorder), run, recorder)
        keep(trajectory, store, run.runner.store_patience_seconds)
    except TautrajError as error:
        with suppress(StoreError):  # what cannot be written must not hide why
            store.write_failure(spec.id, error, recorder.turns, recorder.usage())
        raise
    return row(trajectory)


def directory(run: Run) -> str:
    """The run directory, a path or URL."""
    return f"{run.root.rstrip('/')}/{run.experiment}/{cell(run).folder}"


def _seats(runs: Sequence[Run]) -> list[tuple[str, Llm]]:
    """Who has to be able to play, each once."""
    seats = [pair for run in runs for pair in run.seats.items()]
    return list({(seat, llm.model_dump_json()): (seat, llm) for seat, llm in seats}.values())


def _now(job: Job) -> Job:
    """What is owed now that nobody else is writing: another process may have played since the job was prepared."""
    return job if job.store.ids() == {r.id for r in job.rows} else prepare(job.run)


def _task_ids(run: Run) -> list[str]:
    benchmark = open_benchmark(run.benchmark, run.domain)
    known = benchmark.task_ids(run.split.name)
    chosen = run.tasks.ids if run.tasks.ids is not None else known
    unknown = [task for task in chosen if task not in known]
    if unknown:
        raise ConfigError(
            f"tasks.ids: {', '.join(unknown)} not in {run.domain.name} split={run.split.name}."
            f"{hint(unknown[0], known)} "
            f"Its {len(known)} tasks are: {', '.join(known)}"
        )
    left_out = benchmark.quarantine if run.tasks.quarantine == "exclude" else {}
    return [task for task in dict.fromkeys(chosen) if task not in left_out][: run.tasks.limit]
