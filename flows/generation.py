"""The flow behind `generate.py`: plan, play what is owed, track, return the folder.

Two doors: the command line hands `start` a parsed run; a deployment hands `generate_deployed` its overrides.

Not here: how episodes are played in a flow (`playing`), a grid of cells (`sweeping`).
"""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from playing import carry_out, close, ended, in_a_flow, tracked
from tautraj import environment, orchestration, steering, terminal
from tautraj.budget import Ledger
from tautraj.command_line import compose_tree
from tautraj.estimates import estimate
from tautraj.grid import cell
from tautraj.play import Job, prepare, ready
from tautraj.standing import Standing
from tautraj.together import Together
from tautraj.tracking import Tracker
from tautraj.tree import container, masked, parse


@flow(name="generate-deployed", persist_result=False)
def generate_deployed(overrides: list[str]) -> State[Any]:
    """Play, grade and track a run, as `python flows/generate.py` does. Ends with its run directory.

    The same overrides play what that directory still owes.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: model=gpt4o, user=gpt4o, trials=4.
            None: the oracle, offline. What there is to choose: python flows/generate.py --help
    """
    environment.prepare()
    return steering.deployed(lambda: generated(overrides))


def generated(overrides: list[str]) -> str:
    tree = compose_tree(overrides)
    job, config = prepare(parse(tree)), masked(container(tree))
    if job.run.dry_run:
        terminal.plan(job, estimate(job.run, job.rows))
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
        link = orchestration.flow_run_link(flow_run.id)
        tracker = Tracker(job, config, terminal.say, link) if run.tracking.name == "mlflow" else None
        carry_out(together, here.folder, tracked([standing], [tracker]), [], [tracker] if tracker else [])
        conclude(standing, tracker)
        return ended(together)

    in_a_flow("generate", here.folder, orchestration.labels([run]), config, together, body)
    return job.store.url


def conclude(standing: Standing, tracker: Tracker | None) -> None:
    """Write the numbers down and show them."""
    job = standing.job
    numbers, look = close(standing, tracker)
    orchestration.summary_artifact(cell(job.run).folder, numbers)
    orchestration.links_artifact(cell(job.run).folder, look)
    if link := orchestration.flow_run_link(flow_run.id):
        look["Prefect"] = link
    terminal.summary(standing, numbers, look)
