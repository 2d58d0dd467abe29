"""Proofs of telecom tasks: what is drafted passes, a task with a planted mistake fails the check that is for it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from support.worlds import request_of

from tautraj.benchmarks import open_world
from tautraj.benchmarks.goals import Goal
from tautraj.config import Domain
from tautraj.export.contamination.official_data import load_official_data
from tautraj.synthesis.decontamination import OfficialTasks
from tautraj.synthesis.generator import Draft, Rejection
from tautraj.synthesis.telecom import GENERATOR
from tautraj.synthesis.telecom.proofs import TelecomProver
from tautraj.synthesis.world_folder import WorldFolder, to_task

Task = dict[str, Any]


@pytest.fixture(scope="module")
def database() -> dict[str, Any]:
    """A carrier with few customers: a smaller one is a faster one."""
    whole = GENERATOR.make_database(5)
    kept = [c for c in whole["customers"] if c["line_ids"]][:12]
    names = {"lines": "line_id", "bills": "bill_id"}
    wanted = {key for customer in kept for key in (*customer["line_ids"], *customer["bill_ids"])}
    few = {name: [row for row in whole[name] if row[key] in wanted] for name, key in names.items()}
    devices = {line["device_id"] for line in few["lines"]}
    few["devices"] = [device for device in whole["devices"] if device["device_id"] in devices]
    return {**whole, **few, "customers": kept}


@pytest.fixture(scope="module")
def folder(database: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    request = request_of("telecom", tmp_path_factory.mktemp("carrier") / "world", n=1, seed=5)
    world = WorldFolder(request)
    world.open()
    world.write_database(GENERATOR.make_files(database))
    return world.making


def _prove(folder: Path, task: Task, goal: Goal) -> dict[str, Any] | Rejection:
    benchmark, refused = open_world(Domain(name="telecom", data_dir=str(folder)), {"t": task})
    assert refused == {}
    return TelecomProver(benchmark, OfficialTasks(load_official_data("telecom"), ())).prove("t", goal)


def _draw(database: dict[str, Any], *parts: str) -> Draft:
    """The first draft whose parts are these among others, and that ends well."""
    rng = Random("proofs")
    while True:
        draft = GENERATOR.compose(database, rng)
        if draft and draft.case and set(parts) <= set(draft.case.parts) and not draft.goal.transfers:
            return draft


def _to_task(draft: Draft) -> Task:
    return copy.deepcopy(to_task("t", draft.goal, "telecom", draft.case))


def test_a_world_holds_no_bytecode(folder: Path) -> None:
    """It stands in the package's folder once a program there was run, and is another for each Python."""
    assert [path.name for path in folder.rglob("*") if path.suffix == ".pyc"] == []


@pytest.mark.parametrize("parts", [("overdue_bill_suspension", "bad_vpn"), ("pay", "ask_data")])
def test_what_is_drafted_passes_all_ten(database: dict[str, Any], folder: Path, parts: tuple[str, ...]) -> None:
    draft = _draw(database, *parts)
    values = _prove(folder, _to_task(draft), draft.goal)
    assert isinstance(values, dict), values
    assert list(values) == [f"V{number}" for number in range(1, 11)]
    assert values["V7"]["gold"] == 1.0 and values["V7"]["nothing"] == 0.0
    assert values["V9"] == (2 if "pay" in parts else 1)


def _get_gold(task: Task) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = task["evaluation_criteria"]["actions"]
    return actions


def _add(task: Task, requestor: str, name: str, **arguments: Any) -> None:
    _get_gold(task).append({"action_id": "more", "requestor": requestor, "name": name, "arguments": arguments})


PLANTED: dict[str, tuple[str, Callable[[Task, Goal], Any]]] = {
    "a call that is an error": ("V2", lambda t, g: _add(t, "user", "no_such_tool")),
    "an action too many": (
        "V3",
        lambda t, g: _get_gold(t).insert(0, {**_get_gold(t)[0], "name": "check_status_bar", "arguments": {}}),
    ),
    "another bill": (
        "V5",
        lambda t, g: _add(t, "assistant", "send_payment_request", customer_id=g.user_id, bill_id="B9999"),
    ),
    "somebody else's account": (
        "V5",
        lambda t, g: _add(t, "assistant", "enable_roaming", customer_id="C9999", line_id="L1"),
    ),
    "too much data": (
        "V5",
        lambda t, g: _add(t, "assistant", "refuel_data", customer_id=g.user_id, gb_amount=2.5),
    ),
    "a transfer without need": ("V5", lambda t, g: _add(t, "assistant", "transfer_to_human_agents", summary="x")),
    "gold that does not mend": (
        "V7",
        lambda t, g: t["evaluation_criteria"].update(
            actions=[{**_get_gold(t)[0], "requestor": "user", "name": "check_status_bar", "arguments": {}}]
        ),
    ),
    "an assertion that nobody can meet": (
        "V8",
        lambda t, g: t["evaluation_criteria"]["env_assertions"].append(
            {
                "env_type": "user",
                "func_name": "assert_can_send_mms",
                "arguments": {"expected_status": False},
                "assert_value": True,
            }
        ),
    ),
}


@pytest.mark.parametrize("check, plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_mistake_is_found(
    database: dict[str, Any], folder: Path, check: str, plant: Callable[[Task, Goal], Any]
) -> None:
    draft = _draw(database, "data_mode_off")
    task = _to_task(draft)
    plant(task, draft.goal)
    verdict = _prove(folder, task, draft.goal)
    assert isinstance(verdict, Rejection) and verdict.check == check, verdict


def test_a_number_of_somebody_else_is_found(database: dict[str, Any], folder: Path) -> None:
    draft = _draw(database, "data_mode_off")
    goal = draft.goal.model_copy(update={"identity": {**draft.goal.identity, "phone": "555-999-0000"}})
    verdict = _prove(folder, _to_task(draft), goal)
    assert isinstance(verdict, Rejection) and verdict.check == "V6"


def test_an_official_id_is_found(database: dict[str, Any], folder: Path) -> None:
    draft = _draw(database, "data_mode_off")
    request = draft.goal.requests[0].model_copy(update={"wish": "My mobile data is dead, and I am customer C1001."})
    goal = draft.goal.model_copy(update={"requests": (request,)})
    verdict = _prove(folder, _to_task(draft), goal)
    assert isinstance(verdict, Rejection) and verdict.check == "V10"


def test_the_same_seed_drafts_the_same(database: dict[str, Any]) -> None:
    drawn = [[GENERATOR.compose(database, Random(f"{n}")) for n in range(20)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    dumped = [draft.case.model_dump_json() for draft in drawn[0] if draft and draft.case]
    assert dumped and all(json.loads(case)["initial_state"] for case in dumped)
