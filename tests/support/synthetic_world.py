"""Goals as a world's folder in τ²'s layout, opened as it is played."""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random

from tau2.utils import DATA_DIR

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.goals import Goal
from tautraj.config import BenchmarkConfig, Domain
from tautraj.synthesis.composition import Draft, compose_draft
from tautraj.synthesis.generator import Database, Generator
from tautraj.synthesis.text import write_text


def compose_drafts(generator: Generator, database: Database, seed: str, count: int) -> list[Draft]:
    rng = Random(seed)
    drafts: list[Draft] = []
    while len(drafts) < count:
        if draft := compose_draft(generator, database, rng):
            drafts.append(draft)
    return drafts


def open_world(folder: Path, generator: Generator, database: Database, goals: Mapping[str, Goal]) -> Benchmark:
    """Write a task for each goal, and open the folder."""
    data = folder / "tau2" / "domains" / generator.name
    data.mkdir(parents=True)
    for name, content in generator.make_files(database).items():
        (data / name).write_text(content)
    policy = Path(DATA_DIR) / "tau2" / "domains" / generator.name / "policy.md"
    (data / "policy.md").write_text(policy.read_text())
    (data / "tasks.json").write_text(json.dumps([_write_task(generator.name, *pair) for pair in goals.items()]))
    (data / "split_tasks.json").write_text(json.dumps({"base": list(goals)}))
    return open_benchmark(
        BenchmarkConfig(name="tau2", world="overlay"), Domain(name=generator.name, data_dir=str(folder))
    )


def _write_task(domain: str, task_id: str, goal: Goal) -> dict[str, object]:
    actions = [
        {"action_id": f"{task_id}_{index}", "name": write.tool, "arguments": write.arguments}
        for index, write in enumerate(goal.writes)
    ]
    return {
        "id": task_id,
        "user_scenario": {"instructions": {"domain": domain, **write_text(goal)._asdict()}},
        "evaluation_criteria": {
            "actions": actions,
            "communicate_info": list(goal.tells),
            "reward_basis": ["DB", "COMMUNICATE"],
        },
    }
