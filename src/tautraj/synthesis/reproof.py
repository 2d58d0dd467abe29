"""A finished world proved again, from its folder alone, whoever made it.

Each task is compared with its goal and has to pass V1 to V10; the database, the customers of the splits and the list
of tasks are looked at too. Not here: the checks (`synthesis.proofs`, `synthesis.telecom.proofs`), the processes
(`orchestration.worlds.proving`).
"""

import functools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import PositiveInt

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.goals import PROOFS_FILE, REQUEST_FILE, Goal
from tautraj.config import BenchmarkConfig, Domain
from tautraj.errors import ConfigError, boundary
from tautraj.synthesis import load_generator
from tautraj.synthesis.generator import Case, Rejection, TaskProver
from tautraj.synthesis.parts import open_prover
from tautraj.synthesis.request import check_domain
from tautraj.synthesis.world_folder import get_domain_folder, to_task
from tautraj.trajectory import Record


class ProofRequest(Record):
    """Options of the `prove` command."""

    world: str
    """The folder of a finished world."""
    workers: PositiveInt | None
    """Processes; None: one per core."""


class FinishedWorld(NamedTuple):
    """What stands in the folder of a world."""

    path: Path
    domain: str
    tasks: dict[str, dict[str, Any]]
    """Task id -> τ²'s JSON."""
    proofs: dict[str, dict[str, Any]]
    """Task id -> its line of `proofs.jsonl`."""
    splits: dict[str, list[str]]
    """Split -> task ids; `base` has all of them."""

    @property
    def folder(self) -> Path:
        """Where τ²'s files are."""
        return get_domain_folder(self.path, self.domain)

    def read_goal(self, task_id: str) -> Goal:
        return Goal.model_validate(self.proofs[task_id]["goal"])


class Reproof(NamedTuple):
    """What came of proving a world again."""

    world: FinishedWorld
    faults: list[str]
    """What is wrong with the world as a whole, as sentences."""
    refused: dict[str, Rejection]
    """Task id -> the first check that does not hold; "goal" where the task is not the one that its goal describes."""


def read_world(path: Path) -> FinishedWorld:
    """Read a finished world. Raises `ConfigError` for any other folder."""
    next_step = "Name the folder of a finished world, as python flows/synthesize.py wrote it: world=FOLDER"
    if not (path / REQUEST_FILE).is_file() or not (path / "tau2").is_dir():
        raise ConfigError(f"world={path} is no finished world. {next_step}")
    with boundary(ConfigError, f"world={path} cannot be read", next_step):
        domain = yaml.safe_load((path / REQUEST_FILE).read_text())["domain"]
        folder = get_domain_folder(path, domain)
        world = FinishedWorld(
            path,
            domain,
            {task["id"]: task for task in json.loads((folder / "tasks.json").read_text())},
            {line["task"]: line for line in map(json.loads, (path / PROOFS_FILE).read_text().splitlines())},
            json.loads((folder / "split_tasks.json").read_text()),
        )
    check_domain(Domain(name=domain, data_dir=None))
    return world


def find_faults(world: FinishedWorld) -> list[str]:
    """What is wrong with the world as a whole: its list of tasks, its splits, its database."""
    generator = load_generator(world.domain)
    return [
        *(f"{task_id} is only in one of tasks.json and {PROOFS_FILE}" for task_id in _list_unpaired(world)),
        *_find_split_faults(world),
        *generator.list_violations(generator.read_database(world.folder)),
    ]


def _list_unpaired(world: FinishedWorld) -> list[str]:
    return sorted(world.tasks.keys() ^ world.proofs.keys())


def _find_split_faults(world: FinishedWorld) -> Iterator[str]:
    if sorted(world.splits["base"]) != sorted(world.tasks):
        yield "the split base is not all tasks"
    split_of: dict[str, str] = {}
    for name, task_ids in world.splits.items():
        customers = {world.proofs[task_id]["goal"]["user_id"] for task_id in task_ids if task_id in world.proofs}
        for customer in sorted(customers) if name != "base" else ():
            if customer in split_of:
                yield f"{customer} is in the splits {split_of[customer]} and {name}"
            split_of[customer] = name


def prove_tasks(path: Path, task_ids: Sequence[str]) -> dict[str, Rejection]:
    """Those of the tasks that are refused, with the check that does not hold."""
    world = _read_world_once(path)
    prover = open_world_prover(world)
    verdicts = {task_id: _prove_task(world, prover, task_id) for task_id in task_ids}
    return {task_id: verdict for task_id, verdict in verdicts.items() if verdict}


def _prove_task(world: FinishedWorld, prover: TaskProver, task_id: str) -> Rejection | None:
    task, proof, goal = world.tasks[task_id], world.proofs[task_id], world.read_goal(task_id)
    described = {"name": proof.get("name"), **{key: task[key] for key in ("initial_state", "evaluation_criteria")}}
    case = Case.model_validate(described | {"parts": proof["parts"]}) if "parts" in proof else None
    if task != to_task(task_id, goal, world.domain, case):
        return Rejection("goal", f"its text or its gold in tasks.json is not what its goal in {PROOFS_FILE} says")
    verdict = prover.prove(task_id, goal)
    return verdict if isinstance(verdict, Rejection) else None


def open_world_prover(world: FinishedWorld) -> TaskProver:
    """What proves goals in this world: those of its tasks, or others under the same task ids."""
    generator = load_generator(world.domain)
    tau2 = BenchmarkConfig(name="tau2", world="overlay")
    benchmark = open_benchmark(tau2, Domain(name=world.domain, data_dir=str(world.path)))
    return open_prover(generator, generator.read_database(world.folder), benchmark)


@functools.lru_cache(maxsize=1)
def _read_world_once(path: Path) -> FinishedWorld:
    return read_world(path)
