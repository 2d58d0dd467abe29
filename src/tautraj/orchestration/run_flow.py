"""The flow behind `generate.py`: plan, play what is owed, track, return the folder.

Two doors: the command line hands `start` a parsed run; a deployment hands `generate_deployed` its overrides.

Not here: how episodes are played in a flow (`playing`), a grid of cells (`sweeping`).
"""

from typing import Any

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from tautraj.config.command_line import compose_tree
from tautraj.config.identity import cell
from tautraj.config.parse import container, parse
from tautraj.orchestration import artifacts
from tautraj.orchestration.episode_tasks import carry_out, close, ended, in_a_flow, tracked
from tautraj.redaction import masked
from tautraj.report.terminal import console, tables
from tautraj.runs.budget import Ledger
from tautraj.runs.estimates import estimate
from tautraj.runs.plan import Job, prepare
from tautraj.runs.progress import Standing
from tautraj.runs.scheduler import Together
from tautraj.runs.startup import ready
from tautraj.tracking.tracker import Tracker


def generated(overrides: list[str]) -> str:
    tree = compose_tree(overrides)
    job, config = prepare(parse(tree)), masked(container(tree))
    if job.run.dry_run:
        tables.plan(job, estimate(job.run, job.rows))
        return job.store.url
    with ready(job, config) as served:
        return start(served, config)


def start(job: Job, config: dict[str, Any]) -> str:
    """The flow with what the run chose: its task runner, its name, its tags. Prefect keeps and shows `config`.

    The run directory. Raises `GaveUp` or `Interrupted` when the run was cut short, everything written.
    """
    run, here = job.run, cell(job.run)
    standing = Standing(job, Ledger(run.budget, estimate(run, job.rows).cost))
    together = Together([standing], [""])

    def body() -> State:
        link = artifacts.flow_run_link(flow_run.id)
        tracker = Tracker(job, config, console.say, link) if run.tracking.name == "mlflow" else None
        carry_out(together, here.folder, tracked([standing], [tracker]), [], [tracker] if tracker else [])
        conclude(standing, tracker)
        return ended(together)

    in_a_flow("generate", here.folder, artifacts.labels([run]), config, together, body)
    return job.store.url


def conclude(standing: Standing, tracker: Tracker | None) -> None:
    """Write the numbers down and show them."""
    job = standing.job
    numbers, look = close(standing, tracker)
    artifacts.summary_artifact(cell(job.run).folder, numbers)
    artifacts.links_artifact(cell(job.run).folder, look)
    if link := artifacts.flow_run_link(flow_run.id):
        look["Prefect"] = link
    tables.summary(standing, numbers, look)
