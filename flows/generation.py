"""The flow behind `generate.py`: plan, play what is owed, track, return the folder.

Two doors: the command line hands `start` a parsed run; a deployment hands `generate_deployed` its overrides.
"""

import queue
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from runners import argument, player, task_runner
from tautraj import environment, index, orchestration, outage, report, terminal
from tautraj.command_line import compose_tree
from tautraj.config import Run
from tautraj.errors import EpisodeError, WorkerDied, boundary
from tautraj.estimates import estimate
from tautraj.grid import EpisodeSpec, cell
from tautraj.interrupts import draining
from tautraj.metrics import Row
from tautraj.play import Job, prepare, ready
from tautraj.standing import Standing, every
from tautraj.tracking import Tracker
from tautraj.tree import container, masked, parse
from tautraj.workers import lost


def transient(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect plays an episode again only if that may help."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, EpisodeError) and error.transient


@task(
    name="episode",
    task_run_name="{spec.title}",
    cache_policy=NO_CACHE,
    persist_result=False,
)
def episode(playing: Callable[[EpisodeSpec], Row], spec: EpisodeSpec) -> Row:
    return playing(spec)


@flow(name="generate-deployed", persist_result=False)
def generate_deployed(overrides: list[str]) -> str:
    """A run asked for in the Prefect UI: `overrides` as on the command line, e.g. ["model=gpt4o", "trials=4"]."""
    environment.prepare()
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
    standing = Standing(job, estimate(run, job.rows).cost)

    ended: list[State] = []

    @flow(flow_run_name=here.folder, task_runner=task_runner(run), persist_result=False)
    def generate(config: dict[str, Any]) -> State:
        with outage.untagged():
            ended.append(carry_out(job, config, standing))
        return ended[0]

    environment.settle()
    with tags(here.name, f"model:{run.model.name}", f"user:{run.user.name}"), outage.surviving(ended):
        state = generate(config, return_state=True)
        if not ended:
            state.result()  # raises what ended it before its time
    if standing.cut_short is not None:
        raise standing.cut_short
    return job.store.url


def carry_out(job: Job, config: dict[str, Any], standing: Standing) -> State:
    """Play what the run owes, inside a flow run; the state it ends in. `config`: the resolved tree, masked."""
    run = job.run
    if link := orchestration.flow_run_link(flow_run.id):
        terminal.say(f"Prefect: {link}")
    with ExitStack() as stack:
        granted = stack.enter_context(orchestration.leased(run, terminal.say))
        tracker = Tracker(job, config, terminal.say) if run.tracking.name == "mlflow" else None
        bar = stack.enter_context(terminal.progress(standing))
        artifact = orchestration.progress_artifact(cell(run).folder)
        watchers = [every(5.0, Standing.look_for_failures), bar, every(5.0, artifact)]
        if tracker:
            watchers.append(every(run.tracking.every_seconds, tracker.watch))
        playing = player(granted, stack)
        for spec, result in played(granted, playing, job, standing):
            standing.see(spec, result)
            for watch in watchers:
                watch(standing)
        artifact(standing)
    return conclude(job, standing, tracker)


def played(
    run: Run, playing: Callable[[EpisodeSpec], Row], job: Job, standing: Standing
) -> Iterator[tuple[EpisodeSpec, Row | BaseException]]:
    """Every owed episode with what came of it, in the order they finish; none is begun that `halted` forbids."""
    delays = run.runner.retry_delays_seconds
    task = episode.with_options(retries=run.runner.retries, retry_delay_seconds=delays, retry_condition_fn=transient)
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    under_way: dict[Any, EpisodeSpec] = {}
    owed = deque(job.owed)
    with draining(wake=lambda: finished.put(None)) as interrupt:
        while True:
            while owed and len(under_way) < run.runner.workers and not standing.halted(interrupt.signal):
                outage.let_catch_up()
                future = task.submit(*(argument(run, given) for given in (playing, owed[0])))
                under_way[future] = owed.popleft()
                standing.ledger.begin()
                future.add_done_callback(finished.put)
            if not under_way:
                break
            future = finished.get()
            if future is not None:  # else a signal came
                spec = under_way.pop(future)
                orchestration.forget_results()
                yield spec, outcome(run, spec, future)
        if owed or interrupt.signal:
            terminal.say(standing.cut(interrupt.signal))


def outcome(run: Run, spec: EpisodeSpec, future: Any) -> Row | BaseException:
    """What came of an episode; `WorkerDied` where a cluster lost it."""
    try:
        with boundary(WorkerDied, "the cluster lost it"):
            result: Row | BaseException = future.result(raise_on_failure=False)
            return result
    except WorkerDied as error:
        return lost(run, spec, error)


def conclude(job: Job, standing: Standing, tracker: Tracker | None) -> State:
    """Write the numbers down and show them."""
    standing.look_for_failures()
    numbers = standing.metrics()
    job.store.write_json("metrics.json", numbers)
    index.keep(job.store, standing.rows)
    look = {"run directory": job.store.url}
    look |= report.at_the_end(job.store, job.run.report.conversations, terminal.say)
    if tracker and (where := tracker.finish(standing, "FINISHED" if not standing.owed else "FAILED")):
        look["MLflow"] = where
    orchestration.summary_artifact(cell(job.run).folder, numbers)
    if link := orchestration.flow_run_link(flow_run.id):
        look["Prefect"] = link
    terminal.summary(standing, numbers, look)
    message = terminal.line(standing)
    return Failed(message=message) if standing.cut_short else Completed(message=message)
