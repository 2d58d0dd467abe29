"""The flow behind `generate.py`: plan, play what is owed, track, return the folder.

Two doors: the command line hands `start` a parsed run; a deployment hands `generate_deployed` its overrides.
"""

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from hydra.utils import get_class
from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run
from prefect.utilities.annotations import quote

from tautraj import environment, orchestration, terminal
from tautraj.command_line import compose_tree
from tautraj.config import Run
from tautraj.errors import EpisodeError
from tautraj.grid import EpisodeSpec, cell
from tautraj.metrics import Row
from tautraj.play import Job, play, prepare, ready
from tautraj.standing import Standing, every
from tautraj.tracking import Tracker
from tautraj.tree import container, masked, parse


def transient(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect plays an episode again only if that may help."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, EpisodeError) and error.transient


@task(
    name="episode",
    task_run_name="{spec.task_id} trial {spec.trial}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def episode(run: Run, spec: EpisodeSpec) -> Row:
    return play(run, spec)


@flow(name="generate-deployed", persist_result=False)
def generate_deployed(overrides: list[str]) -> str:
    """A run asked for in the Prefect UI: `overrides` as on the command line, e.g. ["model=gpt4o", "trials=4"]."""
    environment.prepare()
    tree = compose_tree(overrides)
    job, config = prepare(parse(tree)), masked(container(tree))
    with ready(job, config) as served:
        return start(served, config)


def start(job: Job, config: dict[str, Any]) -> str:
    """The flow with what the run chose: its task runner, its name, its tags. Prefect keeps and shows `config`."""
    run, here = job.run, cell(job.run)
    runner = get_class(run.runner.target)(max_workers=run.runner.workers)

    @flow(flow_run_name=here.folder, task_runner=runner, persist_result=False)
    def generate(config: dict[str, Any]) -> str:
        return carry_out(job, config)

    environment.settle()
    if orchestration.server() is None:
        terminal.say("No Prefect server is configured or running here: starting Prefect's embedded one.")
    with tags(here.name, f"model:{run.model.name}", f"user:{run.user.name}"):
        return generate(config)


def carry_out(job: Job, config: dict[str, Any]) -> str:
    """Play what the run owes, inside a flow run; the run directory. `config`: the resolved tree, masked."""
    run, standing = job.run, Standing(job)
    if link := orchestration.flow_run_link(flow_run.id):
        terminal.say(f"Prefect: {link}")
    with ExitStack() as stack:
        granted = stack.enter_context(orchestration.leased(run, terminal.say))
        tracker = Tracker(job, config, terminal.say) if run.tracking.name == "mlflow" else None
        bar = stack.enter_context(terminal.progress(standing))
        artifact = orchestration.progress_artifact(cell(run).folder)
        watchers = [bar, every(5.0, artifact)]
        if tracker:
            watchers.append(every(run.tracking.every_seconds, tracker.watch))
        for spec, result in played(granted, job, standing):
            standing.see(spec, result)
            for watch in watchers:
                watch(standing)
        artifact(standing)
    return conclude(job, standing, tracker)


def played(run: Run, job: Job, standing: Standing) -> Iterator[tuple[EpisodeSpec, Row | BaseException]]:
    """Every owed episode with what came of it, in the order they finish; no new ones once the budget is used up."""
    delays = run.runner.retry_delays_seconds
    playing = episode.with_options(
        retries=run.runner.retries, retry_delay_seconds=delays, retry_condition_fn=transient
    )
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    under_way: dict[Any, EpisodeSpec] = {}
    owed = iter(job.owed)
    while True:
        stop = standing.over_budget()
        while not stop and len(under_way) < 2 * run.runner.workers and (spec := next(owed, None)):
            given: list[Any] = [quote(run), quote(spec)]  # else Prefect walks them, and draws arrows between tasks
            future = playing.submit(*given)
            under_way[future] = spec
            future.add_done_callback(finished.put)
        if not under_way:
            break
        future = finished.get()
        yield under_way.pop(future), future.result(raise_on_failure=False)
    if stop and next(owed, None):
        terminal.say(f"{stop}: no new episodes. Raise it and run the same command to go on.")


def conclude(job: Job, standing: Standing, tracker: Tracker | None) -> str:
    """Write the numbers down and show them."""
    numbers = standing.metrics()
    job.store.write_json("metrics.json", numbers)
    look = {"run directory": job.store.url}
    if tracker and (where := tracker.finish(standing, "FINISHED" if not standing.owed else "FAILED")):
        look["MLflow"] = where
    orchestration.summary_artifact(cell(job.run).folder, numbers)
    if link := orchestration.flow_run_link(flow_run.id):
        look["Prefect"] = link
    terminal.summary(standing, numbers, look)
    return job.store.url
