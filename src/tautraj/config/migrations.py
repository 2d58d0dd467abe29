"""Upgrades records of older schemas, one schema number at a time; a step adds the fields that its schema introduced.

Pure. A schema newer than `SCHEMA_VERSION` is an error. Not here: the steps of an episode (`store.migrations`), the
records (`trajectory`, `config.run`).
"""

from collections.abc import Callable
from typing import Any

from tautraj.errors import StoreError
from tautraj.trajectory import SCHEMA_VERSION

RawRecord = dict[str, Any]

ADDED_WITHIN_SCHEMA: RawRecord = {"name": None, "customer": {"retries": 0, "tell_faults": False, "ask_judge": False}}
"""Keys of a run's configuration that older files of the same schema lack, with the value that changes nothing."""

ADDED_TO_TASKS: RawRecord = {"from": None}
"""The same, of its section `tasks`."""


def upgrade_run(record: RawRecord, source: str) -> RawRecord:
    """Upgrade a run's configuration. `source`: what an error calls it. Raises `StoreError` on an unknown schema."""
    upgraded = apply_migrations(
        record,
        source,
        {
            1: _upgrade_run_1_to_2,
            2: _upgrade_run_2_to_3,
            3: _upgrade_run_3_to_4,
            4: pass_through,
            5: _upgrade_run_5_to_6,
            6: pass_through,
            7: pass_through,
            8: pass_through,
        },
    )
    tasks = {"tasks": {**ADDED_TO_TASKS, **upgraded["tasks"]}} if isinstance(upgraded.get("tasks"), dict) else {}
    return {**ADDED_WITHIN_SCHEMA, **upgraded, **tasks}


def apply_migrations(record: RawRecord, source: str, steps: dict[int, Callable[[RawRecord], RawRecord]]) -> RawRecord:
    """Upgrade `record` to `SCHEMA_VERSION`. `steps`: schema n -> the step from n to n + 1.

    Raises `StoreError` naming `source` if the record's schema is missing or unknown.
    """
    for number in range(_read_schema_version(record, source), SCHEMA_VERSION):
        record = {**steps[number](record), "schema": number + 1}
    return record


def _read_schema_version(record: RawRecord, source: str) -> int:
    number = record.get("schema")
    elsewhere = "or choose another root=…"
    if type(number) is not int or number < 1:
        raise StoreError(
            f"{source} has schema {repr(number)[:40]}; schemas are 1 to {SCHEMA_VERSION}. Move it away, {elsewhere}."
        )
    if number > SCHEMA_VERSION:
        raise StoreError(
            f"{source} has schema {number}; this version reads up to schema {SCHEMA_VERSION}. "
            f"Update tautraj, {elsewhere}."
        )
    return number


def pass_through(record: RawRecord) -> RawRecord:
    """Schema 3 added endings that older episodes cannot have; schemas 4 and 6 added nothing to episodes.

    Schemas 5 and 7 added nothing to runs.
    """
    return record


def _upgrade_run_1_to_2(record: RawRecord) -> RawRecord:
    """In schema 1 the domain named the benchmark; signed reasoning was sent back, plain reasoning was not."""
    domain = dict(_get_subtree(record, "domain"))
    benchmark = domain.pop("benchmark", "tau2")
    agent = _get_subtree(record, "agent")
    seats = {seat: _get_subtree(record, seat) for seat in ("model", "user")}
    return {
        **record,
        "benchmark": {"name": benchmark},
        "domain": {"data_dir": None, **domain},
        "judge": None,
        "tasks": {"quarantine": "keep", **_get_subtree(record, "tasks")},
        "agent": {"replay_reasoning": True, **agent} if agent.get("name") == "tool_calling" else agent,
        **{
            seat: {**llm, "provider": {"reasoning_back": False, **_get_subtree(llm, "provider")}}
            for seat, llm in seats.items()
        },
    }


def _upgrade_run_2_to_3(record: RawRecord) -> RawRecord:
    """In schema 2 an episode had no limits of time, tokens and USD, and a run went on after any failures."""
    return {
        "dry_run": False,
        **record,
        "limits": {"seconds": None, "tokens": None, "usd": None, **_get_subtree(record, "limits")},
        "runner": {"give_up_after": 5, "store_patience_seconds": 600, **_get_subtree(record, "runner")},
    }


def _upgrade_run_3_to_4(record: RawRecord) -> RawRecord:
    """In schema 3 worlds were the benchmark's own, and a process played one conversation; episodes are the same."""
    runner = {"processes": None, **_get_subtree(record, "runner")}
    if runner.get("_target_") == "prefect.task_runners.ProcessPoolTaskRunner":
        runner |= {"_target_": "prefect.task_runners.ThreadPoolTaskRunner", "processes": "cores"}
    return {**record, "runner": runner, "benchmark": {"world": "overlay", **_get_subtree(record, "benchmark")}}


def _upgrade_run_5_to_6(record: RawRecord) -> RawRecord:
    """In schema 5 there were no traces and no report."""
    tracking = {"traces": "none", "traces_sample": 50, **_get_subtree(record, "tracking")}
    return {**record, "tracking": tracking, "report": {"conversations": 2000, **_get_subtree(record, "report")}}


def _get_subtree(tree: RawRecord, name: str) -> RawRecord:
    """The dict under a key; empty if the value is none, which the validation of `config.run` reports."""
    subtree = tree.get(name)
    return subtree if isinstance(subtree, dict) else {}
