"""`python flows/prove.py`: the tasks of a finished world are proved again in processes. No Prefect.

Not here: what proving a task again is (`synthesis.reproof`).
"""

from pathlib import Path

from tautraj.orchestration.worker_pool import count_cores
from tautraj.orchestration.worlds.jobs import work_off
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
    starts = range(0, len(task_ids), TASKS_AT_ONCE)
    chunks = {start: task_ids[start : start + TASKS_AT_ONCE] for start in starts}
    workers = request.workers or count_cores()
    refusals: dict[int, dict[str, Rejection]] = {}
    with start_processes(workers) as pool, show_progress(path.name, len(task_ids)) as advance:
        for start, verdicts in work_off(
            starts, lambda start: pool.submit(prove_tasks, path, chunks[start]), workers, STOPPING, STARTS_ANEW
        ):
            refusals[start] = verdicts
            advance(len(chunks[start]))
    refused = {task_id: verdict for start in starts for task_id, verdict in refusals[start].items()}
    return Reproof(world, find_faults(world), refused)
