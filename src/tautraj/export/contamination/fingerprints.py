"""Fingerprint of a task: hashes of its customers, orders, reservations and gold writes, and a sketch of its scenario.

Hashed, so that an index of test tasks can be shipped without revealing them. Not here: what is refused for a match
(`export.contamination.guard`).
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from tautraj.benchmarks import Benchmark
from tautraj.export.similarity import compute_sketch
from tautraj.grading.database_diff import build_gold_calls
from tautraj.grading.identifiers import find_identifiers
from tautraj.trajectory import Record, Trajectory

CUSTOMER_KIND = "user id"

ENTITY_KINDS = ("order", "reservation")

IDENTIFIER_KINDS = (CUSTOMER_KIND, *ENTITY_KINDS, "flight")


class TaskFingerprint(Record):
    """Hashes of one task, as its conversations show it."""

    task: str
    benchmark: str
    """Name of the benchmark, for a guard of one benchmark alone."""
    customers: tuple[str, ...]
    entities: tuple[str, ...]
    """Orders and reservations."""
    writes: tuple[str, ...]
    """Each gold write; where customers have no identifiers (telecom), all gold actions together."""
    scenario: tuple[int, ...]
    """Sketch of its text."""


def merge_fingerprints(first: TaskFingerprint, second: TaskFingerprint) -> TaskFingerprint:
    """Everything that either of two fingerprints of one task has."""
    return first.model_copy(
        update={
            "customers": tuple(sorted({*first.customers, *second.customers})),
            "entities": tuple(sorted({*first.entities, *second.entities})),
            "writes": tuple(sorted({*first.writes, *second.writes})),
        }
    )


def hash_task(trajectory: Trajectory) -> str:
    """Hash of the trajectory's task."""
    return hash_parts(trajectory.benchmark, trajectory.domain, trajectory.task_id)


def compute_fingerprint(trajectory: Trajectory, benchmark: Benchmark) -> TaskFingerprint:
    domain = trajectory.domain
    identifiers = find_identifiers(
        "\n".join(_iter_texts(trajectory, benchmark.agent_prompt)), domain, IDENTIFIER_KINDS
    )
    calls = [[call.name, call.arguments] for call, _ in build_gold_calls(trajectory.privileged)]
    writes = [call for call in calls if call[0] in benchmark.writing_tools] if identifiers else [calls]
    return TaskFingerprint(
        task=hash_task(trajectory),
        benchmark=trajectory.benchmark,
        customers=_hash_values(domain, CUSTOMER_KIND, identifiers.get(CUSTOMER_KIND, ())),
        entities=_hash_values(
            domain, "entity", (name for kind in ENTITY_KINDS for name in identifiers.get(kind, ()))
        ),
        writes=_hash_values(domain, "write", (json.dumps(write, sort_keys=True) for write in writes if write)),
        scenario=sketch_scenario(trajectory.scenario),
    )


@functools.lru_cache(maxsize=10_000)
def sketch_scenario(scenario: str) -> tuple[int, ...]:
    return tuple(compute_sketch(scenario))


def hash_parts(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _hash_values(domain: str, kind: str, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({hash_parts(domain, kind, value) for value in values}))


def _iter_texts(trajectory: Trajectory, policy: str) -> Iterator[str]:
    """Every text that may hold an identifier. What the agent's searches return counts as its customer's.

    Examples in a system prompt are conversations too.
    """
    yield trajectory.scenario
    yield trajectory.system_prompt.replace(policy, "")
    for turn in trajectory.turns:
        yield from filter(
            None, (turn.message, turn.observation, turn.tool_call and _dump_arguments(turn.tool_call.arguments))
        )
    for action in trajectory.privileged.gold_actions:
        yield _dump_arguments(action["arguments"])


def _dump_arguments(arguments: dict[str, Any]) -> str:
    return json.dumps(arguments)


def group_tasks(fingerprints: Iterable[TaskFingerprint]) -> dict[str, str]:
    """Task -> the name of its group: tasks are connected by the customers and entities that they share.

    The name is the smallest hash in the group.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    numbers: dict[str, int] = {}
    tasks: set[str] = set()
    edges: list[tuple[int, int]] = []
    for fingerprint in fingerprints:
        task = numbers.setdefault(fingerprint.task, len(numbers))
        tasks.add(fingerprint.task)
        for part in (*fingerprint.customers, *fingerprint.entities):
            edges.append((task, numbers.setdefault(part, len(numbers))))
    starts, ends = zip(*edges, strict=True) if edges else ((), ())
    graph = coo_array(([True] * len(edges), (starts, ends)), shape=(len(numbers), len(numbers)))
    _, groups = connected_components(graph, directed=False)
    names: dict[int, str] = {}
    for part, number in numbers.items():
        group = int(groups[number])
        names[group] = min(names.get(group, part), part)
    return {task: names[int(groups[numbers[task]])] for task in tasks}
