"""Which tasks belong together: they have a customer, an order or a reservation in common, at however many removes.

Not here: what a task has (`traces`).
"""

from collections.abc import Iterable

from tautraj.export.traces import Trace


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
