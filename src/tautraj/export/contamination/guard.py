"""What may not be trained on: test tasks of either benchmark, and whatever shares something with one.

The index of the official tasks is shipped (`reference.json`, hashes);
`python -m tautraj.export.contamination.reference_index` makes it anew. Not here: how two tasks are compared
(`export.contamination.fingerprints`).
"""

import functools
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from tautraj.export.contamination.fingerprints import Trace, joined
from tautraj.export.similarity import alike
from tautraj.grading.identifiers import KINDS
from tautraj.trajectory import Record

REFERENCE = Path(__file__).with_name("reference.json")

NEARLY = 0.6
"""Two scenarios that are at least so alike are one in other words."""


class Index(Record):
    """The official tasks of a domain, over both benchmarks, as the oracle plays them."""

    test: tuple[Trace, ...] = ()
    others: tuple[Trace, ...] = ()
    """Without their scenarios."""


class Guard:
    """Knows the official tasks of a domain."""

    def __init__(self, domain: str, index: Index, benchmark: str | None = None) -> None:
        """`benchmark`: the one whose test tasks are guarded; None: both."""
        self._known = {one.task: one for one in (*index.others, *index.test)}
        guarded = [one for one in index.test if benchmark in (None, one.benchmark)]
        self._test = {one.task for one in guarded}
        self._holders: dict[str, set[str]] = defaultdict(set)
        for one in guarded:
            for reason, hashes in _reasons(one).items():
                self._holders[reason] |= set(hashes)
        self._stories = [frozenset(one.scenario) for one in guarded] if domain in KINDS else []
        self._told: dict[tuple[int, ...], bool] = {}

    def completed(self, found: Trace) -> Trace:
        """With what is known of the task, whatever a conversation shows of it: not every agent asks who it serves."""
        known = self._known.get(found.task)
        return joined(found, known) if known else found

    def refuses(self, split: str, found: Trace) -> str | None:
        """Why a conversation with this trace may not be trained on; None: it may."""
        if split == "test" or found.task in self._test:
            return "a test task"
        for reason, hashes in _reasons(self.completed(found)).items():
            if self._holders[reason] & set(hashes):
                return f"shares {reason} with a test task"
        return "tells nearly the story of a test task" if self._tells_again(found.scenario) else None

    def official(self) -> Iterable[Trace]:
        """Every task that is known."""
        return self._known.values()

    def _tells_again(self, scenario: tuple[int, ...]) -> bool:
        if scenario not in self._told:  # trials of a task have the same one
            self._told[scenario] = any(alike(one, scenario) >= NEARLY for one in self._stories)
        return self._told[scenario]


@functools.cache
def guard_of(domain: str, benchmark: str | None = None) -> Guard:
    return Guard(domain, reference().get(domain, Index()), benchmark)


@functools.cache
def reference() -> dict[str, Index]:
    """By domain."""
    return TypeAdapter(dict[str, Index]).validate_json(REFERENCE.read_bytes())


def _reasons(one: Trace) -> dict[str, Any]:
    return {"a customer": one.customers, "an order or reservation": one.entities, "a gold write": one.writes}
