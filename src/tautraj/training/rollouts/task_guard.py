"""Which tasks a policy may be trained on: none of a test split, and none that resembles one.

Rows (`training.rollouts.task_rows`) and environments (`training.rollouts.factory`) both ask. Not here: the rules
(`export.contamination`).
"""

import functools

from tautraj.benchmarks import Benchmark
from tautraj.config import Run
from tautraj.export.contamination.fingerprints import TaskFingerprint, hash_parts, sketch_scenario
from tautraj.export.contamination.guard import load_guard
from tautraj.export.contamination.world_guard import find_world_refusal


def find_task_refusal(run: Run, benchmark: Benchmark, task_id: str) -> str | None:
    """Why nothing may be learned from a task; None: it may. Guarded are the test tasks of the benchmark played."""
    if run.split.name == "test":
        return "a test task"
    task = benchmark.get_task(task_id)
    if task.goal is not None:
        return find_world_refusal(benchmark, task_id)
    official = _list_official(benchmark).get(hash_parts(benchmark.name, benchmark.domain, task_id))
    if official is None or run.domain.data_dir is not None:  # a folder may have other tasks of the same ids
        return "no task of the benchmark's package and none of a synthetic world"
    fingerprint = official.model_copy(update={"scenario": sketch_scenario(task.scenario.text)})
    return load_guard(benchmark.domain, benchmark.name).find_refusal(run.split.name, fingerprint)


@functools.cache
def _list_official(benchmark: Benchmark) -> dict[str, TaskFingerprint]:
    """Hash of a task -> its fingerprint."""
    guard = load_guard(benchmark.domain, benchmark.name)
    return {fingerprint.task: fingerprint for fingerprint in guard.list_official_tasks()}
