"""What older versions wrote, brought to this schema step by step: a step adds what its schema brought.

Pure. A newer schema than this program knows is refused by name. Not here: what a record is (`trajectory`, `config`).
"""

from collections.abc import Callable
from typing import Any

from tautraj.errors import StoreError
from tautraj.trajectory import SCHEMA_VERSION

RawRecord = dict[str, Any]


def upgrade_run(record: RawRecord, source: str) -> RawRecord:
    """A run's configuration, likewise: its run.yaml read or fed back."""
    return apply_migrations(
        record,
        source,
        {
            1: _upgrade_run_1_to_2,
            2: _upgrade_run_2_to_3,
            3: _upgrade_run_3_to_4,
            4: pass_through,
            5: _upgrade_run_5_to_6,
        },
    )


def apply_migrations(record: RawRecord, source: str, steps: dict[int, Callable[[RawRecord], RawRecord]]) -> RawRecord:
    for number in range(_read_schema_version(record, source), SCHEMA_VERSION):
        record = {**steps[number](record), "schema": number + 1}
    return record


def _read_schema_version(record: RawRecord, source: str) -> int:
    number = record.get("schema")
    elsewhere = "or choose another root=… or experiment=…"
    if type(number) is not int or number < 1:
        said = repr(number)[:40]
        raise StoreError(
            f"{source} says schema {said}; schemas are 1 to {SCHEMA_VERSION}. Move it away, {elsewhere}."
        )
    if number > SCHEMA_VERSION:
        raise StoreError(
            f"{source} was written by schema {number}, this is schema {SCHEMA_VERSION}. Update tautraj, {elsewhere}."
        )
    return number


def pass_through(record: RawRecord) -> RawRecord:
    """What schema 3 brought to an episode is endings, and no older one had them; schemas 4 and 6 brought
    nothing. To a run schema 5 brought nothing.
    """
    return record


def _upgrade_run_1_to_2(record: RawRecord) -> RawRecord:
    """A benchmark was the domain's; signed reasoning was sent back, and plain reasoning was not."""
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
    """An episode might take what time, tokens and money it did, and a run went on whatever failed."""
    return {
        "dry_run": False,
        **record,
        "limits": {"seconds": None, "tokens": None, "usd": None, **_get_subtree(record, "limits")},
        "runner": {"give_up_after": 5, "store_patience_seconds": 600, **_get_subtree(record, "runner")},
    }


def _upgrade_run_3_to_4(record: RawRecord) -> RawRecord:
    """Worlds were the benchmark's own, and a process played one conversation; the episodes are the same."""
    runner = {"processes": None, **_get_subtree(record, "runner")}
    if runner.get("_target_") == "prefect.task_runners.ProcessPoolTaskRunner":
        runner |= {"_target_": "prefect.task_runners.ThreadPoolTaskRunner", "processes": "cores"}
    return {**record, "runner": runner, "benchmark": {"world": "overlay", **_get_subtree(record, "benchmark")}}


def _upgrade_run_5_to_6(record: RawRecord) -> RawRecord:
    """No episode became a trace; there was no page."""
    tracking = {"traces": "none", "traces_sample": 50, **_get_subtree(record, "tracking")}
    return {**record, "tracking": tracking, "report": {"conversations": 2000, **_get_subtree(record, "report")}}


def _get_subtree(tree: RawRecord, name: str) -> RawRecord:
    """What stands under a key; nothing where it is no tree, which `config` complains of."""
    found = tree.get(name)
    return found if isinstance(found, dict) else {}
