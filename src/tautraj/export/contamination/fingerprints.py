"""What a conversation has in common with another task: its customer, orders, reservations, gold writes, scenario.

Hashed, so that an index of test tasks can be shipped without telling what is in them. Not here: who is refused for it
(`guard`).
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from tautraj.benchmarks import Benchmark
from tautraj.export.similarity import sketch
from tautraj.grading.database_diff import gold_calls
from tautraj.grading.identifiers import identifiers
from tautraj.trajectory import Record, Trajectory

CUSTOMER = "user id"

ENTITIES = ("order", "reservation")

LOOKED_FOR = (CUSTOMER, *ENTITIES, "flight")


class Trace(Record):
    """Of one task, as its conversations show it. Hashes."""

    task: str
    benchmark: str
    """As it is called: what guards one benchmark alone looks here."""
    customers: tuple[str, ...]
    entities: tuple[str, ...]
    """Orders and reservations."""
    writes: tuple[str, ...]
    """Each gold write; where customers have no identifiers (telecom), all gold actions together."""
    scenario: tuple[int, ...]
    """Sketch of its words."""


def joined(one: Trace, other: Trace) -> Trace:
    """Of one task, what both conversations show."""
    return one.model_copy(
        update={
            "customers": tuple(sorted({*one.customers, *other.customers})),
            "entities": tuple(sorted({*one.entities, *other.entities})),
            "writes": tuple(sorted({*one.writes, *other.writes})),
        }
    )


def task_of(trajectory: Trajectory) -> str:
    """Its task's hash."""
    return hashed(trajectory.benchmark, trajectory.domain, trajectory.task_id)


def trace(trajectory: Trajectory, benchmark: Benchmark) -> Trace:
    domain = trajectory.domain
    found = identifiers("\n".join(_texts(trajectory, benchmark.agent_prompt)), domain, LOOKED_FOR)
    calls = [[call.name, call.arguments] for call, _ in gold_calls(trajectory.privileged)]
    writes = [call for call in calls if call[0] in benchmark.writing_tools] if found else [calls]
    return Trace(
        task=task_of(trajectory),
        benchmark=trajectory.benchmark,
        customers=_all_hashed(domain, CUSTOMER, found.get(CUSTOMER, ())),
        entities=_all_hashed(domain, "entity", (one for kind in ENTITIES for one in found.get(kind, ()))),
        writes=_all_hashed(domain, "write", (json.dumps(write, sort_keys=True) for write in writes if write)),
        scenario=_sketched(trajectory.scenario),
    )


@functools.lru_cache(maxsize=10_000)
def _sketched(scenario: str) -> tuple[int, ...]:
    return tuple(sketch(scenario))


def hashed(*what: str) -> str:
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:16]


def _all_hashed(domain: str, kind: str, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({hashed(domain, kind, value) for value in values}))


def _texts(trajectory: Trajectory, policy: str) -> Iterator[str]:
    """Wherever an identifier may stand; what a search of the agent's brings up is its customer's.

    Examples in a system prompt are conversations too.
    """
    yield trajectory.scenario
    yield trajectory.system_prompt.replace(policy, "")
    for turn in trajectory.turns:
        yield from filter(None, (turn.message, turn.observation, turn.tool_call and _told(turn.tool_call.arguments)))
    for action in trajectory.privileged.gold_actions:
        yield _told(action["arguments"])


def _told(arguments: dict[str, Any]) -> str:
    return json.dumps(arguments)


def groups(traces: Iterable[Trace]) -> dict[str, str]:
    """Task -> its group's name, the smallest hash in it."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    tasks = set()
    for found in traces:
        tasks.add(found.task)
        for one in (*found.customers, *found.entities):
            first, second = sorted((root(found.task), root(one)))
            parent[second] = first
    return {one: root(one) for one in tasks}
