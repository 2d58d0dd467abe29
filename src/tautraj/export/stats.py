"""What a dataset teaches, in numbers: operations covered, how varied, how long, how often they succeed. Pure.

Not here: plots (`card`), who is chosen (`choosing`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from tautraj.export.candidates import Candidate
from tautraj.metrics import SUCCESS


class Operation(NamedTuple):
    """A writing tool; `(none)` are conversations that wrote nothing."""

    name: str
    conversations: int
    """That were chosen and have it."""
    graded: int
    """Of all that came in and have it."""
    succeeded: int


class Stats(NamedTuple):
    operations: tuple[Operation, ...]
    missing: tuple[str, ...]
    """Writing tools of the domains that no chosen conversation used."""
    sequences: int
    """Different sequences of writes."""
    entropy: float
    """Of the sequences of writes, bits: 0 where all are the same."""
    turns: tuple[int, float, int]
    """Fewest, median, most."""
    tokens: tuple[int, float, int]
    """Of the agent's model, in and out."""


def stats(came_in: Sequence[Candidate], chosen: Sequence[Candidate], tools: Iterable[str]) -> Stats:
    """`tools`: every writing tool of the domains. At least one was chosen."""
    kept, graded, succeeded = _by_operation(chosen), Counter[str](), Counter[str]()
    for one in came_in:
        if one.reward is not None:
            graded.update(_operations(one))
            succeeded.update(_operations(one) if one.reward >= SUCCESS else ())
    names = sorted({*kept, *graded})
    sequences = Counter(one.operations for one in chosen)
    return Stats(
        operations=tuple(Operation(name, kept[name], graded[name], succeeded[name]) for name in names),
        missing=tuple(sorted(set(tools) - set(kept))),
        sequences=len(sequences),
        entropy=sum(n / len(chosen) * math.log2(len(chosen) / n) for n in sequences.values()),
        turns=_spread([one.turns for one in chosen]),
        tokens=_spread([one.tokens for one in chosen]),
    )


def _operations(one: Candidate) -> set[str]:
    return set(one.operations) or {"(none)"}


def _by_operation(chosen: Iterable[Candidate]) -> Counter[str]:
    return Counter(name for one in chosen for name in _operations(one))


def _spread(values: Sequence[int]) -> tuple[int, float, int]:
    return min(values), median(values), max(values)
