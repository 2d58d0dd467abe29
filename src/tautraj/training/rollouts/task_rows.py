"""Rows for a trainer, one per task and trial, without test tasks and what resembles one.

Not here: the guard's rules (`export.contamination`).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.briefing import build_briefing
from tautraj.config import Run
from tautraj.errors import ConfigError
from tautraj.export.contamination.fingerprints import hash_parts, sketch_scenario
from tautraj.export.contamination.guard import load_guard
from tautraj.export.contamination.world_guard import find_world_refusal
from tautraj.runs.plan import list_specs
from tautraj.training.rollouts.factory import compose_run
from tautraj.training.rollouts.message_tool import add_message_tool

if TYPE_CHECKING:
    from datasets import Dataset


def build_task_rows(overrides: Sequence[str], environment: str) -> "Dataset":
    """See `tautraj.training.tasks`. Raises `ConfigError` if the guard leaves nothing."""
    from datasets import Dataset

    run, _ = compose_run(overrides)
    benchmark = open_benchmark(run.benchmark, run.domain)
    system = add_message_tool(build_briefing(benchmark, run.agent.system, run.agent.tools)).system
    opening = [{"role": "system", "content": system}] if system else []
    specs = list_specs(run)
    refusals = {task: find_task_refusal(run, benchmark, task) for task in {spec.task_id for spec in specs}}
    rows = [
        {
            "prompt": [*opening, {"role": "user", "content": ""}],
            "task": spec.task_id,
            "trial": spec.trial,
            "environment": environment,
        }
        for spec in specs
        if refusals[spec.task_id] is None
    ]
    if not rows:
        reasons = sorted({reason for reason in refusals.values() if reason})
        raise ConfigError(f"split={run.split.name}: no task may be trained on ({'; '.join(reasons)}). Choose another")
    return Dataset.from_list(rows)


def find_task_refusal(run: Run, benchmark: Benchmark, task_id: str) -> str | None:
    """Why nothing may be learned from a task; None: it may. Guarded are the test tasks of the benchmark played."""
    if run.split.name == "test":
        return "a test task"
    guard = load_guard(benchmark.domain, benchmark.name)
    task = benchmark.get_task(task_id)
    name = hash_parts(benchmark.name, benchmark.domain, task_id)
    official = next((known for known in guard.list_official_tasks() if known.task == name), None)
    if task.goal is not None:
        return find_world_refusal(benchmark, task_id)
    if official is None:
        return "no official task and none of a synthetic world"
    scenario = sketch_scenario(task.scenario.text)
    return guard.find_refusal(run.split.name, official.model_copy(update={"scenario": scenario}))
