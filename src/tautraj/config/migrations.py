"""What older versions wrote, brought to this schema step by step: a step adds what its schema brought.

Pure. A newer schema than this program knows is refused by name. Not here: what a record is (`trajectory`, `config`).
"""

from collections.abc import Callable
from typing import Any

from tautraj.errors import StoreError
from tautraj.trajectory import SCHEMA

Found = dict[str, Any]


def upgrade_run(found: Found, where: str) -> Found:
    """A run's configuration, likewise: its run.yaml read or fed back."""
    return _upgrade(found, where, {1: _run_1_to_2, 2: _run_2_to_3, 3: _run_3_to_4, 4: _unchanged, 5: _run_5_to_6})


def _upgrade(found: Found, where: str, steps: dict[int, Callable[[Found], Found]]) -> Found:
    for number in range(_schema(found, where), SCHEMA):
        found = {**steps[number](found), "schema": number + 1}
    return found


def _schema(found: Found, where: str) -> int:
    number = found.get("schema")
    elsewhere = "or choose another root=… or experiment=…"
    if type(number) is not int or number < 1:
        said = repr(number)[:40]
        raise StoreError(f"{where} says schema {said}; schemas are 1 to {SCHEMA}. Move it away, {elsewhere}.")
    if number > SCHEMA:
        raise StoreError(
            f"{where} was written by schema {number}, this is schema {SCHEMA}. Update tautraj, {elsewhere}."
        )
    return number


def _unchanged(found: Found) -> Found:
    """What schema 3 brought to an episode is endings, and no older one had them; schemas 4 and 6 brought
    nothing. To a run schema 5 brought nothing.
    """
    return found


def _run_1_to_2(found: Found) -> Found:
    """A benchmark was the domain's; signed reasoning was sent back, and plain reasoning was not."""
    domain = dict(_branch(found, "domain"))
    benchmark = domain.pop("benchmark", "tau2")
    agent = _branch(found, "agent")
    seats = {seat: _branch(found, seat) for seat in ("model", "user")}
    return {
        **found,
        "benchmark": {"name": benchmark},
        "domain": {"data_dir": None, **domain},
        "judge": None,
        "tasks": {"quarantine": "keep", **_branch(found, "tasks")},
        "agent": {"replay_reasoning": True, **agent} if agent.get("name") == "tool_calling" else agent,
        **{
            seat: {**llm, "provider": {"reasoning_back": False, **_branch(llm, "provider")}}
            for seat, llm in seats.items()
        },
    }


def _run_2_to_3(found: Found) -> Found:
    """An episode might take what time, tokens and money it did, and a run went on whatever failed."""
    return {
        "dry_run": False,
        **found,
        "limits": {"seconds": None, "tokens": None, "usd": None, **_branch(found, "limits")},
        "runner": {"give_up_after": 5, "store_patience_seconds": 600, **_branch(found, "runner")},
    }


def _run_3_to_4(found: Found) -> Found:
    """Worlds were the benchmark's own, and a process played one conversation; the episodes are the same."""
    runner = {"processes": None, **_branch(found, "runner")}
    if runner.get("_target_") == "prefect.task_runners.ProcessPoolTaskRunner":
        runner |= {"_target_": "prefect.task_runners.ThreadPoolTaskRunner", "processes": "cores"}
    return {**found, "runner": runner, "benchmark": {"world": "overlay", **_branch(found, "benchmark")}}


def _run_5_to_6(found: Found) -> Found:
    """No episode became a trace; there was no page."""
    tracking = {"traces": "none", "traces_sample": 50, **_branch(found, "tracking")}
    return {**found, "tracking": tracking, "report": {"conversations": 2000, **_branch(found, "report")}}


def _branch(tree: Found, name: str) -> Found:
    """What stands under a key; nothing where it is no tree, which `config` complains of."""
    found = tree.get(name)
    return found if isinstance(found, dict) else {}
