"""A synthetic world in classic τ-bench: the world's database, tasks and policy; the package's tools and reward rule.

A task is played if classic's tools do for it what τ²'s do: its gold calls are made in both, one after another.
Not here: what both have opened (`benchmarks.open_benchmark`).
"""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tau_bench.types import Action
from tau_bench.types import Task as ClassicTask

from tautraj.benchmarks.base import Benchmark, Task, World
from tautraj.benchmarks.goals import PROOFS_FILE, Goal
from tautraj.benchmarks.tau_bench.adapter import VERSION, TauBench, check_domain, open_environment
from tautraj.config import Domain, WorldKind
from tautraj.errors import ConfigError, WorldError, boundary
from tautraj.trajectory import Privileged, ToolCall

TODAY = "2024-05-15"
"""In the airline of τ² and of classic τ-bench alike. A flight of a day before has landed unless it was cancelled."""

HIDDEN_STATUS = "a flight's status decides, and classic τ-bench has no tool that shows it"

SEATS = "flights"
"""The collection that is not compared: τ² counts a booking's seats down, classic τ-bench does not."""


class SyntheticWorld(NamedTuple):
    """A world that τ² has opened."""

    tau2: Benchmark
    folder: Path
    """With `db.json` and `policy.md`."""
    task_set: str | None
    """Name and digest of the tasks."""


class SyntheticTauBench(TauBench):
    """A synthetic world as a domain of classic τ-bench."""

    def __init__(self, domain: Domain, world_kind: WorldKind, world: SyntheticWorld) -> None:
        check_domain(domain)
        self._tau2 = world.tau2
        self._played = {task_id: _to_classic(world.tau2.get_task(task_id)) for task_id in _list_tasks(domain, world)}
        environment = open_environment(domain.name)
        with boundary(WorldError, f"reading {world.folder}"):
            self._database: dict[str, Any] = json.loads((world.folder / "db.json").read_bytes())
            environment.wiki = (world.folder / "policy.md").read_text(encoding="utf-8")
        environment.data_load_func = lambda: self._database
        tasks = {task_id: _to_package_task(task) for task_id, task in self._played.items()}
        self._open(domain.name, world_kind, environment, tasks)
        self.version = f"tau_bench {VERSION}, tasks of {world.task_set}"
        self.data_hash, self.quarantine = world.tau2.data_hash, {}
        self._find_obstacle = functools.lru_cache(maxsize=None)(self._compare_tools)
        """Cached: a run asks when it is planned, and its report whenever it is written."""

    def list_task_ids(self, split: str) -> list[str]:
        return self._tau2.list_task_ids(split)

    def find_unplayable(self, task_ids: Sequence[str]) -> dict[str, str]:
        obstacles = {task_id: self._find_obstacle(task_id) for task_id in task_ids}
        return {task_id: obstacle for task_id, obstacle in obstacles.items() if obstacle}

    def get_task(self, task_id: str) -> Task:
        return self._played[task_id]

    def _compare_tools(self, task_id: str) -> str | None:
        """What classic's tools do for the task that τ²'s do not; None if they do the same."""
        task = self._played[task_id]
        assert task.goal is not None
        if self._depends_on_status(task.goal):
            return HIDDEN_STATUS
        names = {tool["function"]["name"] for tool in self.tools}
        ours, theirs = self.build_world(task), self._tau2.build_world(task)
        for action in task.privileged.gold_actions:
            name = action["name"]
            if name not in names:
                return f"classic τ-bench has no {name}"
            call = ToolCall(id="gold", name=name, arguments=action["arguments"])
            theirs.call(call, "model")
            if ours.call(call, "model").error:
                return f"{name} is an error in classic τ-bench"
            if not _have_same_records(ours, theirs):
                return f"{name} leaves other records than in τ²"
        return None

    def _depends_on_status(self, goal: Goal) -> bool:
        """Whether the status of a flight is asked for, or that of a reservation's cannot be told from its date."""
        flights: dict[str, Any] = self._database.get("flights", {})
        statuses = {status["status"] for flight in flights.values() for status in flight["dates"].values()}
        if not statuses.isdisjoint(goal.tells):
            return True
        reservations = self._database.get("reservations", {})
        ids = {entity for request in goal.requests for entity in request.about} & reservations.keys()
        segments = [
            (flight["flight_number"], flight["date"]) for key in ids for flight in reservations[key]["flights"]
        ]
        return any(not _is_plain(flights[number]["dates"][date]["status"], date) for number, date in segments)


def _is_plain(status: str, date: str) -> bool:
    """Whether one who sees the date and can search for flights on sale knows the status."""
    return status == "available" or status == "landed" and date < TODAY


def _list_tasks(domain: Domain, world: SyntheticWorld) -> list[str]:
    task_ids = world.tau2.list_task_ids("base")
    if any(world.tau2.get_task(task_id).goal is None for task_id in task_ids):
        raise ConfigError(
            f"domain.data_dir={domain.data_dir}: benchmark=tau_bench plays its own data or a world of "
            f"flows/synthesize.py, and this has no {PROOFS_FILE} with a goal for each task. Choose benchmark=tau2, "
            f"or leave domain.data_dir out"
        )
    return task_ids


def _to_classic(task: Task) -> Task:
    """The task with one instruction and gold calls as classic τ-bench has them."""
    known = task.scenario
    parts = [known.known, known.reason, known.unknown, known.instructions]
    gold = tuple(
        {"name": action["name"], "arguments": action["arguments"]} for action in task.privileged.gold_actions
    )
    return task._replace(
        scenario=known._replace(text=" ".join(filter(None, parts))),
        privileged=Privileged(gold_actions=gold, communicate=task.privileged.communicate),
    )


def _to_package_task(task: Task) -> ClassicTask:
    assert task.goal is not None
    actions = [Action(name=action["name"], kwargs=action["arguments"]) for action in task.privileged.gold_actions]
    return ClassicTask(
        user_id=task.goal.user_id,
        actions=actions,
        instruction=task.scenario.text,
        outputs=list(task.privileged.communicate),
    )


def _have_same_records(ours: World, theirs: World) -> bool:
    refs = ours.find_touched_entities() | theirs.find_touched_entities()
    return all(
        _drop_empty(ours.read_entity(ref)) == _drop_empty(theirs.read_entity(ref))
        for ref in refs
        if ref.collection != SEATS
    )


def _drop_empty(value: Any) -> Any:
    """Without fields that are None: τ² writes them out, classic τ-bench leaves them out."""
    if isinstance(value, dict):
        return {key: _drop_empty(item) for key, item in value.items() if item is not None}
    return [_drop_empty(item) for item in value] if isinstance(value, list) else value
