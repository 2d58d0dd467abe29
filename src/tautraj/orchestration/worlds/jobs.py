"""Works off jobs, several at once, until all are done, one fails or a signal comes."""

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from tautraj.errors import Interrupted, WorkerDied
from tautraj.orchestration.signals import drain_on_signal

GO_ON = "The same command goes on from there."

Job = TypeVar("Job")


def work_off(
    jobs: Sequence[Job], submit: Callable[[Job], Any], at_once: int, draining: str, restart: str = GO_ON
) -> Iterator[tuple[Job, Any]]:
    """Yield (job, its result) as they come. `submit`: returns the future of a job, Prefect's or Python's.

    The first that fails raises its error, whatever is under way. After the first Ctrl-C no further one begins, which
    `draining` says, and `Interrupted` is raised once those under way have ended. `restart`: what the same command
    does then.
    """
    waiting = list(reversed(jobs))
    under_way: dict[Any, Job] = {}
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with drain_on_signal(lambda: finished.put(None), draining, restart) as interrupt:
        while waiting or under_way:
            while waiting and len(under_way) < at_once and interrupt.stop is None:
                job = waiting.pop()
                future = submit(job)
                under_way[future] = job
                future.add_done_callback(finished.put)
            if interrupt.stop and not under_way:
                raise Interrupted(f"Stopped by {interrupt.stop.name}. {restart}", interrupt.stop.exit_code)
            if (future := finished.get()) is not None:
                yield under_way.pop(future), _read_result(future, restart)


def _read_result(future: Any, restart: str) -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        raise WorkerDied(
            f"A process died, perhaps for want of memory: name fewer with workers=1. {restart}"
        ) from None
