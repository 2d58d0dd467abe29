"""`python flows/prove.py`: the tasks of a finished world are proved again in processes. No Prefect.

Not here: what proving a task again is (`synthesis.reproof`).
"""

from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from itertools import repeat
from pathlib import Path

from tautraj.errors import Interrupted, WorkerDied
from tautraj.orchestration.signals import drain_on_signal
from tautraj.orchestration.worker_pool import count_cores
from tautraj.orchestration.worlds.processes import show_progress, start_processes
from tautraj.synthesis.generator import Rejection
from tautraj.synthesis.reproof import ProofRequest, Reproof, find_faults, prove_tasks, read_world

TASKS_AT_ONCE = 10
"""That a process proves before it reports."""

STOPPING = "No new tasks; those under way finish."

STARTS_ANEW = "Nothing was written; the same command begins again."


def prove_world(request: ProofRequest) -> Reproof:
    """Prove every task of a finished world again. Raises `ConfigError` for a folder that is none."""
    path = Path(request.world)
    world = read_world(path)
    task_ids = [task_id for task_id in world.tasks if task_id in world.proofs]
    chunks = [task_ids[start : start + TASKS_AT_ONCE] for start in range(0, len(task_ids), TASKS_AT_ONCE)]
    refused: dict[str, Rejection] = {}
    with (
        start_processes(request.workers or count_cores()) as pool,
        show_progress(path.name, len(task_ids)) as advance,
        drain_on_signal(lambda: pool.shutdown(wait=False, cancel_futures=True), STOPPING, STARTS_ANEW) as interrupt,
    ):
        try:
            for chunk, verdicts in zip(chunks, pool.map(prove_tasks, repeat(path), chunks), strict=False):
                refused |= verdicts
                advance(len(chunk))
        except CancelledError:
            assert interrupt.stop
            raise Interrupted(f"Stopped by {interrupt.stop.name}. {STARTS_ANEW}", interrupt.stop.exit_code) from None
        except BrokenProcessPool:
            raise WorkerDied("A process died, perhaps for want of memory: name fewer with workers=1") from None
    return Reproof(world, find_faults(world), refused)
