"""Contamination guard: refuses test tasks of either benchmark, and conversations that share something with one.

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

from tautraj.export.contamination.fingerprints import TaskFingerprint, merge_fingerprints
from tautraj.export.similarity import estimate_similarity
from tautraj.grading.identifiers import IDENTIFIER_PATTERNS
from tautraj.trajectory import Record

REFERENCE_FILE = Path(__file__).with_name("reference.json")

SAME_SCENARIO_SIMILARITY = 0.6
"""Two scenarios at least this similar count as the same in other words."""


class ReferenceIndex(Record):
    """The official tasks of a domain, over both benchmarks, as the oracle plays them."""

    test: tuple[TaskFingerprint, ...] = ()
    others: tuple[TaskFingerprint, ...] = ()
    """Without their scenarios."""


class Guard:
    """Decides by the official tasks of one domain."""

    def __init__(self, domain: str, index: ReferenceIndex, benchmark: str | None = None) -> None:
        """`benchmark`: the one whose test tasks are guarded; None: both."""
        self._fingerprints = {fingerprint.task: fingerprint for fingerprint in (*index.others, *index.test)}
        guarded = [fingerprint for fingerprint in index.test if benchmark in (None, fingerprint.benchmark)]
        self._test_tasks = {fingerprint.task for fingerprint in guarded}
        self._guarded_hashes: dict[str, set[str]] = defaultdict(set)
        for fingerprint in guarded:
            for reason, hashes in _group_hashes(fingerprint).items():
                self._guarded_hashes[reason] |= set(hashes)
        self._test_scenarios = (
            [frozenset(fingerprint.scenario) for fingerprint in guarded] if domain in IDENTIFIER_PATTERNS else []
        )
        self._scenario_matches: dict[tuple[int, ...], bool] = {}

    def complete(self, fingerprint: TaskFingerprint) -> TaskFingerprint:
        """The fingerprint with all that is known of its task: not every agent asks for the customer's name."""
        known = self._fingerprints.get(fingerprint.task)
        return merge_fingerprints(fingerprint, known) if known else fingerprint

    def find_refusal(self, split: str, fingerprint: TaskFingerprint) -> str | None:
        """Why a conversation with this fingerprint may not be trained on; None: it may."""
        if split == "test" or fingerprint.task in self._test_tasks:
            return "a test task"
        for reason, hashes in _group_hashes(self.complete(fingerprint)).items():
            if self._guarded_hashes[reason] & set(hashes):
                return f"shares {reason} with a test task"
        return "tells nearly the story of a test task" if self._has_test_scenario(fingerprint.scenario) else None

    def list_official_tasks(self) -> Iterable[TaskFingerprint]:
        """Fingerprints of all official tasks of the domain."""
        return self._fingerprints.values()

    def _has_test_scenario(self, scenario: tuple[int, ...]) -> bool:
        if scenario not in self._scenario_matches:  # trials of a task share it
            self._scenario_matches[scenario] = any(
                estimate_similarity(test_scenario, scenario) >= SAME_SCENARIO_SIMILARITY
                for test_scenario in self._test_scenarios
            )
        return self._scenario_matches[scenario]


@functools.cache
def load_guard(domain: str, benchmark: str | None = None) -> Guard:
    return Guard(domain, load_reference().get(domain, ReferenceIndex()), benchmark)


@functools.cache
def load_reference() -> dict[str, ReferenceIndex]:
    """The shipped index, by domain."""
    return TypeAdapter(dict[str, ReferenceIndex]).validate_json(REFERENCE_FILE.read_bytes())


def _group_hashes(fingerprint: TaskFingerprint) -> dict[str, Any]:
    return {
        "a customer": fingerprint.customers,
        "an order or reservation": fingerprint.entities,
        "a gold write": fingerprint.writes,
    }
