"""What a dataset teaches, in numbers: on candidates small enough to count by hand."""

from typing import Any

from support import records

from tautraj.export.output.stats import Operation, compute_stats
from tautraj.export.selection.candidates import Candidate, build_candidate


def one(*operations: str, reward: float | None = 1.0, turns: int = 4, tokens: int = 100) -> Candidate:
    graded: dict[str, Any] = {} if reward is not None else {"ungraded": "x", "grade": None}
    plain = build_candidate("run", records.trajectory(reward=reward, **graded), frozenset(), with_sketch=False)
    return plain._replace(operations=operations, turns=turns, tokens=tokens)


def test_operations_that_were_kept_and_how_often_they_succeed() -> None:
    kept = [one("cancel"), one("cancel", "cancel"), one()]
    found = compute_stats([*kept, one("cancel", reward=0.0), one("return", reward=None)], kept, {"cancel", "return"})
    assert found.operations == (Operation("(none)", 1, 1, 1), Operation("cancel", 2, 3, 2))
    assert found.unused_tools == ("return",)


def test_how_varied_they_are() -> None:
    kept = [one("a"), one("a"), one("b"), one("a", "b")]
    found = compute_stats(kept, kept, set())
    assert (found.sequences, found.entropy) == (3, 1.5)
    assert compute_stats(kept[:2], kept[:2], set()).entropy == 0


def test_how_long_they_are() -> None:
    kept = [one(turns=2, tokens=10), one(turns=4, tokens=20), one(turns=10, tokens=90)]
    found = compute_stats(kept, kept, set())
    assert (found.turns, found.tokens) == ((2, 4, 10), (10, 20, 90))
