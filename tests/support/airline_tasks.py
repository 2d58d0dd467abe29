"""A new airline with few customers as a folder that τ² plays, and drafts of tasks in it."""

import functools
import json
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tautraj.benchmarks import open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.synthesis.airline import GENERATOR
from tautraj.synthesis.composition import Draft, compose_draft
from tautraj.synthesis.decontamination import load_official_tasks
from tautraj.synthesis.proofs import Prover
from tautraj.synthesis.text import write_text


class AirlineTasks(NamedTuple):
    database: dict[str, Any]
    drafts: list[Draft]
    prover: Prover
    """Task `str(position)` is the draft at that position."""


@functools.cache
def make_few_customers(seed: int, customers: int) -> dict[str, Any]:
    """A new airline's flights, and its first customers who have reservations. Nobody changes it."""
    database = GENERATOR.make_database(seed)
    users = {key: database["users"][key] for key in GENERATOR.list_customers(database)[:customers]}
    reservations = {key: entity for key, entity in database["reservations"].items() if entity["user_id"] in users}
    return {"flights": database["flights"], "users": users, "reservations": reservations}


def compose_drafts(database: dict[str, Any], count: int, what: str) -> list[Draft]:
    drafts: list[Draft] = []
    for index in range(2 * count):
        draft = compose_draft(GENERATOR, database, Random(f"{what}-{index}"))
        if draft and len(drafts) < count:
            drafts.append(draft)
    return drafts


def make_tasks(folder: Path, count: int, customers: int = 60) -> AirlineTasks:
    database = make_few_customers(7, customers)
    drafts = compose_drafts(database, count, "airline-task")
    root = folder / "tau2" / "domains" / "airline"
    root.mkdir(parents=True)
    tasks = [_write_task(str(index), draft) for index, draft in enumerate(drafts)]
    files = GENERATOR.make_files(database) | {
        "tasks.json": json.dumps(tasks),
        "split_tasks.json": json.dumps({"base": [task["id"] for task in tasks]}),
        "policy.md": "# Airline",
    }
    for name, content in files.items():
        (root / name).write_text(content)
    benchmark = open_benchmark(
        BenchmarkConfig(name="tau2", world="overlay"), Domain(name="airline", data_dir=str(folder))
    )
    return AirlineTasks(database, drafts, Prover(GENERATOR, database, benchmark, load_official_tasks("airline")))


def _write_task(task_id: str, draft: Draft) -> dict[str, Any]:
    text = write_text(draft.goal)
    actions = [
        {"action_id": f"{task_id}_{index}", "name": write.tool, "arguments": write.arguments}
        for index, write in enumerate(draft.goal.writes)
    ]
    return {
        "id": task_id,
        "user_scenario": {"instructions": {"domain": "airline", **text._asdict()}},
        "evaluation_criteria": {
            "actions": actions,
            "communicate_info": list(draft.goal.tells),
            "reward_basis": ["DB", "COMMUNICATE"],
        },
    }
