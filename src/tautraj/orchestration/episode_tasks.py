"""Episodes of one cell or of many, played in a Prefect flow run: the task, its retries, the order, the end states.

Not here: the start and the end of a run (`orchestration.run_flow`) or of a sweep (`orchestration.sweep_flow`).
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
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import EpisodeError, Interrupted, WorkerDied, boundary
from tautraj.metrics import EpisodeSummary, Metrics
from tautraj.orchestration import artifacts, leases, pause_cancel, server_outage
from tautraj.orchestration.signals import Interrupt, drain_on_signal
from tautraj.orchestration.task_runners import make_players, make_task_runner, quote_argument
from tautraj.orchestration.worker_pool import record_lost_worker
from tautraj.report.terminal import console, progress_bar
from tautraj.runs.progress import throttle
from tautraj.runs.scheduler import CellRun, CellScheduler, ScheduledEpisode, Watcher
from tautraj.runs.startup import restore_directory
from tautraj.store import index
from tautraj.tracking.tracker import MlflowWriter

Player = Callable[[EpisodeSpec], EpisodeSummary]
"""Plays one episode of a run; raises `EpisodeError`."""


def is_transient(_task: Any, _run: Any, state: Any) -> bool:
    """Prefect's retry condition: play an episode again only if that may help."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, EpisodeError) and error.transient


@task(name="episode", task_run_name="{title}", cache_policy=NO_CACHE, persist_result=False)
def play_episode(play: Player, spec: EpisodeSpec, title: str) -> State[EpisodeSummary]:
    summary = play(spec)
    worth = "not graded" if summary.reward is None else f"reward {summary.reward:g}"
    return Completed(message=f"{worth}, {summary.outcome}, {summary.turns} turns", data=summary)


def run_in_flow(
    name: str,
    title: str,
    labels: Sequence[str],
    config: dict[str, Any],
    scheduler: CellScheduler,
    body: Callable[[], State],
) -> None:
    """Call `body` in a flow run with this title and these tags. Prefect keeps and shows `config`.

    Raises `GaveUp`, `NothingFinished` or `Interrupted`, everything written.
    """
    ends: list[State] = []

    @flow(name=name, flow_run_name=title, task_runner=make_task_runner(scheduler.runs[0]), persist_result=False)
    def within(config: dict[str, Any]) -> State:
        with server_outage.without_task_tags():
            ends.append(body())
        return ends[0]

    process_env.freeze_gc()
    with tags(*labels), server_outage.tolerate_server_loss(ends), pause_cancel.detach_from_parent_flow():
        state = within(config, return_state=True)
        if not ends:
            state.result()  # raises what ended it before its time
    if (end_error := scheduler.end_error) is not None:
        raise end_error


def play_cells(
    scheduler: CellScheduler, title: str, watchers: Sequence[Watcher] = (), trackers: Sequence[MlflowWriter] = ()
) -> None:
    """Play what the cells owe, inside a flow run.

    `watchers` are called after every episode, beside the progress bar, Prefect's progress and each cell's tracker.
    `trackers` are begun once the first episodes are under way: these would wait for MLflow's import.
    """
    if link := artifacts.flow_run_link(flow_run.id):
        console.say(f"Prefect: {link}")
    with ExitStack() as stack:
        runs = stack.enter_context(leases.lease_capacity(scheduler.runs, console.say))
        play = dict(zip(scheduler.cells, make_players(runs, stack, scheduler.meter.count), strict=True))
        stack.enter_context(progress_bar.show_progress(scheduler, title))
        artifact = artifacts.make_progress_publisher(title)
        all_watchers = [throttle(5.0, CellScheduler.read_wasted_usage), throttle(5.0, artifact), *watchers]
        cell_watchers = {
            cell: throttle(cell.run.tracking.every_seconds, cell.tracker.update)
            for cell in scheduler.cells
            if cell.tracker
        }

        def begin_trackers() -> None:
            for tracker in trackers:
                tracker.begin()

        for episode, result in play_episodes(scheduler, play, begin_trackers):
            progress = episode.cell.progress
            progress.add_result(episode.spec, result)
            if watch_cell := cell_watchers.get(episode.cell):
                watch_cell(progress)
            for watch in all_watchers:
                watch(scheduler)
        artifact(scheduler)


def play_episodes(
    scheduler: CellScheduler, play: Mapping[CellRun, Player], on_full: Callable[[], None]
) -> Iterator[tuple[ScheduledEpisode, EpisodeSummary | BaseException]]:
    """Every owed episode with its result, in the order they finish. No episode begins while there is a halt reason.

    `on_full`: called whenever no further episode can begin for now.
    """
    runner = scheduler.runs[0].runner
    delays = runner.retry_delays_seconds
    retried_task = play_episode.with_options(
        retries=runner.retries, retry_delay_seconds=delays, retry_condition_fn=is_transient
    )
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    under_way: dict[Any, ScheduledEpisode] = {}
    wake = functools.partial(finished.put, None)
    with drain_on_signal(wake) as interrupt, pause_cancel.poll_flow_state(interrupt, wake):
        while not interrupt.out_of_time:
            while len(under_way) < runner.workers and (episode := _next_episode(scheduler, interrupt)):
                server_outage.wait_for_event_queue()
                arguments = (play[episode.cell], episode.spec, episode.title)
                future = retried_task.submit(*(quote_argument(episode.cell.run, value) for value in arguments))
                under_way[future] = episode
                scheduler.ledger.reserve()
                future.add_done_callback(finished.put)
            on_full()
            if not under_way and not (interrupt.is_waiting and scheduler.has_waiting):
                break
            future = finished.get()
            if future is not None:  # None: a pause, a resume or a stop
                episode = under_way.pop(future)
                forget_results()
                yield episode, wait_for_result(episode, future)
        for reason in scheduler.stop_early(interrupt.stop):
            console.say(reason)


def forget_results() -> None:
    """Free the task states that Prefect keeps for this flow run to track dependencies; none are declared."""
    if context := FlowRunContext.get():
        context.run_results.clear()


def wait_for_result(episode: ScheduledEpisode, future: Any) -> EpisodeSummary | BaseException:
    """The row of a finished episode, or its error; `WorkerDied` if a cluster lost it."""
    try:
        with boundary(WorkerDied, "the cluster lost it"):
            future.wait()
            record = future.state.data
            if isinstance(record, ResultRecord):  # `future.result` would wait for one of Prefect's threads
                return record.result  # type: ignore[no-any-return]
            result: EpisodeSummary | BaseException = future.result(raise_on_failure=False)
            return result
    except WorkerDied as error:
        return record_lost_worker(episode.cell.run, episode.spec, error)


def conclude_cell(cell: CellRun) -> tuple[Metrics, dict[str, str]]:
    """Write a cell's metrics, index and report, finish its tracking, and return its metrics and links.

    Links: name -> address, path or command. If the run directory was moved away, nothing is written.
    """
    progress, store = cell.progress, cell.plan.store
    progress.read_wasted_usage()
    numbers = progress.compute_metrics()
    links = {"run directory": store.url}
    if not progress.loss:
        restore_directory(cell.plan, progress.rows, console.say)
        store.write_json("metrics.json", numbers)
        index.save_index(store, progress.rows)
        links |= report.write_closing_report(store, cell.run.report.conversations, console.say)
    if cell.tracker and (address := cell.tracker.finish(progress, "FAILED" if progress.owed else "FINISHED")):
        links["MLflow"] = address
    return numbers, links


def final_state(scheduler: CellScheduler) -> State:
    """The state that a flow run ends in. Its message: why it ended early, if it did, and the results."""
    end_error = scheduler.end_error
    message = " ".join([*([str(end_error)] if end_error else []), progress_bar.format_results(scheduler)])
    if isinstance(end_error, Interrupted):
        return Cancelled(message=message)
    return Failed(message=message) if end_error else Completed(message=message)


def _next_episode(scheduler: CellScheduler, interrupt: Interrupt) -> ScheduledEpisode | None:
    return None if interrupt.is_waiting else scheduler.take_next(interrupt.stop)
