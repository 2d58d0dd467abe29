"""Rows for a trainer, one per task and trial, without those that the guard refuses.

Not here: what it refuses (`training.rollouts.task_guard`).
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.briefing import build_briefing
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError
from tautraj.runs.plan import list_specs
from tautraj.training.rollouts.message_tool import add_message_tool
from tautraj.training.rollouts.policy_run import compose_run
from tautraj.training.rollouts.task_guard import find_task_refusal

if TYPE_CHECKING:
    from datasets import Dataset


def build_task_rows(overrides: Sequence[str], environment: str) -> "Dataset":
    """See `tautraj.training.tasks`. Raises `ConfigError` if the guard leaves nothing."""
    from datasets import Dataset

    run, _ = compose_run(overrides)
    benchmark = open_benchmark(run.benchmark, run.domain)
    system = add_message_tool(build_briefing(benchmark, run.agent.system, run.agent.tools)).system
    opening = [{"role": "system", "content": system}] if system else []
    shared = {"environment": environment, "origin": identify_origin(run, benchmark)}
    return Dataset.from_list(
        [
            {
                "prompt": [*opening, {"role": "user", "content": ""}],
                "task": spec.task_id,
                "trial": spec.trial,
                **shared,
            }
            for spec in list_trainable(run, benchmark)
        ]
    )


def list_trainable(run: Run, benchmark: Benchmark) -> list[EpisodeSpec]:
    """The run's tasks and trials that the guard lets pass. Raises `ConfigError` if there are none."""
    specs = list_specs(run)
    refusals = {task: find_task_refusal(run, benchmark, task) for task in {spec.task_id for spec in specs}}
    if not (trainable := [spec for spec in specs if refusals[spec.task_id] is None]):
        reasons = sorted({reason for reason in refusals.values() if reason})
        raise ConfigError(f"split={run.split.name}: no task may be trained on ({'; '.join(reasons)}). Choose another")
    return trainable


def identify_origin(run: Run, benchmark: Benchmark) -> str:
    """What a row and the environment that plays it must share: tasks, and the prompt. A short hash."""
    parts = (benchmark.name, benchmark.domain, benchmark.data_hash, run.agent.system, run.agent.tools)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
