"""A world is τ²'s: its loader, environment and evaluator agree with the proofs, without this project between.

Not here: the product's own use of the evaluator (`tests/benchmarks/test_tau2_grading.py`).
"""

import json
import pickle
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest
from support.tau2_verdict import grade
from support.worlds import make_here, request_of
from tau2.data_model.tasks import Task as Tau2Task
from tau2.domains.airline.data_model import FlightDB
from tau2.domains.airline.environment import get_environment as get_airline
from tau2.domains.retail.data_model import RetailDB
from tau2.domains.retail.environment import get_environment as get_retail
from tau2.domains.telecom.data_model import TelecomDB
from tau2.domains.telecom.environment import get_environment as get_telecom
from tau2.domains.telecom.user_data_model import TelecomUserDB
from tau2.registry import registry
from tau2.utils import load_file

DOMAINS: dict[str, Any] = {
    "retail": (get_retail, {"db.json": RetailDB}),
    "airline": (get_airline, {"db.json": FlightDB}),
    "telecom": (get_telecom, {"db.toml": TelecomDB, "user_db.toml": TelecomUserDB}),
}
"""Domain -> τ²'s constructor, and the files of the databases that it takes."""

ON_A_FOLDER = """
import json, sys
from pathlib import Path
from tau2.utils import utils

utils.DATA_DIR = Path(sys.argv[1])  # τ² 26.3 ignores TAU2_DATA_DIR
from tau2.registry import registry
sys.path.insert(0, sys.argv[2])
from support.tau2_verdict import grade

tasks = registry.get_tasks_loader(sys.argv[3])("base")
rewards = {
    task.id: [grade(sys.argv[3], task, done=done) for done in (True, False)] for task in tasks[: int(sys.argv[4])]
}
print(json.dumps([len(tasks), rewards]))
"""


def list_tasks(world: Path) -> list[Tau2Task]:
    (path,) = world.glob("tau2/domains/*/tasks.json")
    return [Tau2Task.model_validate(task) for task in json.loads(path.read_text())]


def expect(task: Tau2Task) -> list[float]:
    """The rewards for doing everything, and for doing nothing: 1 where there is nothing to write or to tell."""
    gold = task.evaluation_criteria.actions + (task.evaluation_criteria.communicate_info or [])
    is_done = all(getattr(each, "name", "") == "transfer_to_human_agents" for each in gold)
    return [1.0, float(is_done and not task.evaluation_criteria.env_assertions)]


def compare(world: Path, domain: str, tasks: Sequence[Tau2Task], customers: Collection[str] | None = None) -> None:
    """Grade by τ²'s constructor on the world's database; `customers`: of a shop's, on these alone, which is fast."""
    build, kinds = DOMAINS[domain]
    folder = world / "tau2" / "domains" / domain
    databases = {name: load_file(folder / name) for name in kinds}
    if customers is not None:
        for name in ("users", "orders"):
            entities = databases["db.json"][name]
            databases["db.json"][name] = {key: one for key, one in entities.items() if one["user_id"] in customers}
    packed = pickle.dumps([kind.model_validate(databases[name]) for name, kind in kinds.items()])
    name = f"world {world}"
    registry.register_domain(lambda solo_mode=False: build(*pickle.loads(packed), solo_mode=solo_mode), name)
    for task in tasks:
        assert [grade(name, task, done=done) for done in (True, False)] == expect(task), task.id


def test_tau2_itself_agrees_on_ten_tasks(retail_world: Path) -> None:
    proofs = [json.loads(line) for line in (retail_world / "proofs.jsonl").read_text().splitlines()[:10]]
    customers = {proof["goal"]["user_id"] for proof in proofs}
    compare(retail_world, "retail", list_tasks(retail_world)[:10], customers)


@pytest.mark.slow
@pytest.mark.parametrize("domain", DOMAINS)
def test_tau2_itself_agrees_on_every_task_of_a_world(domain: str, tmp_path: Path) -> None:
    world = make_here(request_of(domain, tmp_path / "world", 100))
    tasks = list_tasks(world)
    assert len(tasks) == 100
    compare(world, domain, tasks)


@pytest.mark.slow
def test_tau2_itself_reads_the_folder(retail_world: Path) -> None:
    """A process that has τ² alone, its data folder being the world."""
    words = [str(retail_world), str(Path(__file__).parents[1]), "retail", "4"]
    ended = subprocess.run(
        [sys.executable, "-c", ON_A_FOLDER, *words], capture_output=True, text=True, check=True, timeout=300
    )
    tasks = list_tasks(retail_world)
    assert json.loads(ended.stdout) == [len(tasks), {task.id: expect(task) for task in tasks[:4]}]
