"""What a dataset teaches, in numbers: operations covered, how varied, how long, how often they succeed. Pure.

Not here: plots (`card`), who is chosen (`choosing`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tautraj.export.selection.candidates import Candidate
from tautraj.metrics import is_success


class Operation(NamedTuple):
    """A writing tool; `(none)` are conversations that wrote nothing."""

    name: str
    conversations: int
    """That were chosen and have it."""
    graded: int
    """Of all that came in and have it."""
    succeeded: int


class DatasetStats(NamedTuple):
    operations: tuple[Operation, ...]
    unused_tools: tuple[str, ...]
    """Writing tools of the domains that no chosen conversation used."""
    sequences: int
    """Different sequences of writes."""
    entropy: float
    """Of the sequences of writes, bits: 0 where all are the same."""
    turns: tuple[int, float, int]
    """Fewest, median, most."""
    tokens: tuple[int, float, int]
    """Of the agent's model, in and out."""


def compute_stats(candidates: Sequence[Candidate], chosen: Sequence[Candidate], tools: Iterable[str]) -> DatasetStats:
    """`tools`: every writing tool of the domains. At least one was chosen."""
    kept, graded, succeeded = _count_operations(chosen), Counter[str](), Counter[str]()
    for one in candidates:
        if one.reward is not None:
            graded.update(_list_operations(one))
            succeeded.update(_list_operations(one) if is_success(one.reward) else ())
    names = sorted({*kept, *graded})
    sequences = Counter(one.operations for one in chosen)
    return DatasetStats(
        operations=tuple(Operation(name, kept[name], graded[name], succeeded[name]) for name in names),
        unused_tools=tuple(sorted(set(tools) - set(kept))),
        sequences=len(sequences),
        entropy=sum(n / len(chosen) * math.log2(len(chosen) / n) for n in sequences.values()),
        turns=_measure_spread([one.turns for one in chosen]),
        tokens=_measure_spread([one.tokens for one in chosen]),
    )


def _list_operations(candidate: Candidate) -> set[str]:
    return set(candidate.operations) or {"(none)"}


def _count_operations(chosen: Iterable[Candidate]) -> Counter[str]:
    return Counter(name for one in chosen for name in _list_operations(one))


def _measure_spread(values: Sequence[int]) -> tuple[int, float, int]:
    return min(values), median(values), max(values)


def write_plots(folder: Path, stats: DatasetStats, chosen: Sequence[Candidate]) -> None:
    """Write them."""
    from matplotlib.figure import Figure

    height = 1.2 + 0.3 * len(stats.operations)
    figure = Figure(figsize=(8, height), layout="constrained")
    covered, success = figure.subplots(1, 2, sharey=True)
    names = [one.name for one in stats.operations]
    covered.barh(names, [one.conversations for one in stats.operations])
    covered.set(xlabel="conversations kept")
    covered.invert_yaxis()
    success.barh(names, [one.succeeded / one.graded if one.graded else 0.0 for one in stats.operations])
    success.set(xlabel="success of all that came in", xlim=(0, 1))
    figure.savefig(folder / "operations.png")

    figure = Figure(figsize=(8, 2.5), layout="constrained")
    turns, tokens = figure.subplots(1, 2)
    turns.hist([one.turns for one in chosen], bins=20)
    turns.set(xlabel="turns", ylabel="conversations kept")
    tokens.hist([one.tokens for one in chosen], bins=20)
    tokens.set(xlabel="tokens of the agent's model")
    figure.savefig(folder / "lengths.png")
