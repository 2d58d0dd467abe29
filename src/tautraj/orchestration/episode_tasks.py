"""Episodes played in a flow run, of one cell or of many: the task, its retries, the order, the endings.

Not here: the doors, and what is made of a run (`generation`) or of a sweep (`sweeping`) at its end.
"""

import functools
import queue
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.results import ResultRecord  # type: ignore[attr-defined]
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed

from tautraj import process_env, report
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import EpisodeError, Interrupted, WorkerDied, boundary
from tautraj.metrics import Metrics, Row
from tautraj.orchestration import artifacts, leases, pause_cancel, server_outage
from tautraj.orchestration.signals import Interrupt, draining
from tautraj.orchestration.task_runners import argument, players, task_runner
from tautraj.orchestration.worker_pool import lost
from tautraj.report.terminal import console, progress_bar
from tautraj.runs.progress import Standing, every
from tautraj.runs.scheduler import Together, Turn, Watcher
from tautraj.store import index
from tautraj.tracking.tracker import Tracker, Written


def forget_results() -> None:
    """Of this flow run's tasks, so far. Prefect keeps their states by the results, to see what depends on what."""
    if context := FlowRunContext.get():
        context.run_results.clear()


Playing = Callable[[EpisodeSpec], Row]


def transient(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect plays an episode again only if that may help."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, EpisodeError) and error.transient


@task(name="episode", task_run_name="{title}", cache_policy=NO_CACHE, persist_result=False)
def episode(playing: Playing, spec: EpisodeSpec, title: str) -> Row:
    return playing(spec)


def in_a_flow(
    name: str,
    title: str,
    labels: Sequence[str],
    config: dict[str, Any],
    together: Together,
    body: Callable[[], State],
) -> None:
    """Do `body` in a flow run with this title and these tags. Prefect keeps and shows `config`.

    Raises `GaveUp` or `Interrupted` when it was cut short, everything written.
    """
    ends: list[State] = []

    @flow(name=name, flow_run_name=title, task_runner=task_runner(together.runs[0]), persist_result=False)
    def within(config: dict[str, Any]) -> State:
        with server_outage.untagged():
            ends.append(body())
        return ends[0]

    process_env.settle()
    with tags(*labels), server_outage.surviving(ends), pause_cancel.apart():
        state = within(config, return_state=True)
        if not ends:
            state.result()  # raises what ended it before its time
    if together.cut_short is not None:
        raise together.cut_short


def tracked(
    standings: Sequence[Standing], trackers: Sequence[Tracker | None]
) -> dict[Standing, Callable[[Standing], None]]:
    """Who looks at a cell with each of its episodes."""
    pairs = zip(standings, trackers, strict=True)
    return {one: every(one.job.run.tracking.every_seconds, by.watch) for one, by in pairs if by}


def carry_out(
    together: Together,
    title: str,
    tracked: Mapping[Standing, Callable[[Standing], None]],
    others: Sequence[Watcher],
    written: Sequence[Written],
) -> None:
    """Play what is owed, inside a flow run. `others`: who looks at all cells, beside the bar and Prefect's own.

    `written`: begun once the first episodes are, which would wait for MLflow's import.
    """

    def begin() -> None:
        for one in written:
            one.begin()

    if link := artifacts.flow_run_link(flow_run.id):
        console.say(f"Prefect: {link}")
    with ExitStack() as stack:
        granted = stack.enter_context(leases.leased(together.runs, console.say))
        bar = stack.enter_context(progress_bar.progress(together, title))
        artifact = artifacts.progress_artifact(title)
        watchers = [every(5.0, Together.look_for_failures), bar, every(5.0, artifact), *others]
        for (which, spec), result in played(granted, players(granted, stack), together, begin):
            standing = together.standings[which]
            standing.see(spec, result)
            if standing in tracked:
                tracked[standing](standing)
            for watch in watchers:
                watch(together)
        artifact(together)


def played(
    runs: Sequence[Run], playing: Sequence[Playing], together: Together, busy: Callable[[], None]
) -> Iterator[tuple[Turn, Row | BaseException]]:
    """Every owed episode with what came of it, in the order they finish; none is begun that `halted` forbids.

    `busy`: called whenever as many are under way as can be.
    """
    runner = runs[0].runner
    delays = runner.retry_delays_seconds
    task = episode.with_options(retries=runner.retries, retry_delay_seconds=delays, retry_condition_fn=transient)
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    under_way: dict[Any, Turn] = {}
    wake = functools.partial(finished.put, None)
    with draining(wake) as interrupt, pause_cancel.followed(interrupt, wake):
        while not interrupt.late:
            while len(under_way) < runner.workers and (turn := upcoming(together, interrupt)):
                server_outage.let_catch_up()
                which, spec = turn
                given = (playing[which], spec, together.titled(turn))
                future = task.submit(*(argument(runs[which], value) for value in given))
                under_way[future] = turn
                together.ledger.begin()
                future.add_done_callback(finished.put)
            busy()
            if not under_way and not (interrupt.waiting and together.waiting):
                break
            future = finished.get()
            if future is not None:  # else something was asked of the run
                turn = under_way.pop(future)
                forget_results()
                yield turn, outcome(runs[turn[0]], turn[1], future)
        for reason in together.cut(interrupt.stop):
            console.say(reason)


def upcoming(together: Together, interrupt: Interrupt) -> Turn | None:
    """The next episode, unless the run is to wait or to end."""
    return None if interrupt.waiting else together.next(interrupt.stop)


def outcome(run: Run, spec: EpisodeSpec, future: Any) -> Row | BaseException:
    """What came of an episode; `WorkerDied` where a cluster lost it."""
    try:
        with boundary(WorkerDied, "the cluster lost it"):
            future.wait()
            record = future.state.data
            if isinstance(record, ResultRecord):  # asked for it, Prefect waits for a thread of its own
                return record.result  # type: ignore[no-any-return]
            result: Row | BaseException = future.result(raise_on_failure=False)
            return result
    except WorkerDied as error:
        return lost(run, spec, error)


def close(standing: Standing, tracker: Tracker | None) -> tuple[Metrics, dict[str, str]]:
    """A cell's numbers, written down, and where to look: what is there -> link, path or command."""
    job = standing.job
    standing.look_for_failures()
    numbers = standing.metrics()
    job.store.write_json("metrics.json", numbers)
    index.keep(job.store, standing.rows)
    look = {"run directory": job.store.url}
    look |= report.at_the_end(job.store, job.run.report.conversations, console.say)
    if tracker and (where := tracker.finish(standing, "FINISHED" if not standing.owed else "FAILED")):
        look["MLflow"] = where
    return numbers, look


def ended(together: Together) -> State:
    """The state that a flow run ends in."""
    message = progress_bar.line(together)
    if isinstance(together.cut_short, Interrupted):
        return Cancelled(message=message)
    return Failed(message=message) if together.cut_short else Completed(message=message)
