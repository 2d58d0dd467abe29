"""`python flows/synthesize.py` and the deployment `synthesize`: a world in a flow run, its parts in processes.

Not here: what a part is (`synthesis.parts`), how parts become a world (`synthesis.pipeline`).
"""

import queue
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

from tautraj.errors import Interrupted, WorkerDied
from tautraj.orchestration import server_outage
from tautraj.orchestration.pause_cancel import detach_from_parent_flow
from tautraj.orchestration.prefect_server import check_server, choose_server, start_server
from tautraj.orchestration.signals import drain_on_signal
from tautraj.orchestration.worker_pool import count_cores
from tautraj.orchestration.worlds.processes import show_progress, start_processes
from tautraj.report.terminal.console import say
from tautraj.synthesis.output.summary import World
from tautraj.synthesis.parts import Part, make_part
from tautraj.synthesis.pipeline import plan_world, synthesize
from tautraj.synthesis.request import SynthesisRequest

GO_ON = "The same command goes on from there."


def make_world(request: SynthesisRequest) -> World | None:
    """Write the world of `request`; None if it is there already. Raises `ConfigError` or `Interrupted`."""
    if plan_world(request).is_complete:
        return None
    choose_server(request.root)
    check_server()
    start_server(say)()
    worlds: list[World] = []

    @flow(name="synthesize", flow_run_name=request.folder.name, persist_result=False)
    def within(config: dict[str, Any]) -> str:
        workers = request.workers or count_cores()
        with (
            server_outage.without_task_tags(),
            start_processes(workers) as pool,
            show_progress(request.folder.name, request.n) as advance,  # some more are proved than are kept
        ):
            worlds.append(synthesize(request, lambda numbers: _make_parts(request, numbers, pool, workers, advance)))
        return str(request.folder)

    runner: Any = ThreadPoolTaskRunner(max_workers=request.workers or count_cores())
    with server_outage.tolerate_server_loss(worlds), detach_from_parent_flow():
        state = within.with_options(task_runner=runner)(request.describe(), return_state=True)
        if not worlds:
            state.result()
    return worlds[0]


def _make_parts(
    request: SynthesisRequest, numbers: Sequence[int], pool: ProcessPoolExecutor, workers: int, advance: Any
) -> list[Part]:
    """The parts, as many at once as there are processes. After the first Ctrl-C no further one begins."""

    @task(name="part", task_run_name="part-{number}", persist_result=False)
    def prove_part(number: int) -> Part:
        return pool.submit(make_part, request, number).result()

    made: dict[int, Part] = {}
    waiting = list(reversed(numbers))
    under_way: dict[Any, int] = {}
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with drain_on_signal(lambda: finished.put(None), "No new parts; those under way finish.", GO_ON) as interrupt:
        while waiting or under_way:
            while waiting and len(under_way) < workers and interrupt.stop is None:
                number = waiting.pop()
                future: Any = prove_part.submit(number)
                under_way[future] = number
                future.add_done_callback(finished.put)
            if interrupt.stop and not under_way:
                raise Interrupted(f"Stopped by {interrupt.stop.name}. {GO_ON}", interrupt.stop.exit_code)
            if (future := finished.get()) is not None:
                made[under_way.pop(future)] = part = _read_result(future)
                advance(len(part.proved))
    return [made[number] for number in numbers]


def _read_result(future: Any) -> Part:
    try:
        part: Part = future.result()
    except BrokenProcessPool:
        raise WorkerDied(f"A process died, perhaps for want of memory: name fewer with workers=1. {GO_ON}") from None
    return part
