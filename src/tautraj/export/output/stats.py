"""Statistics of a dataset and their plots: operations covered, variety, length, success.

Not here: the card that shows them (`export.output.card`), the filters (`export.selection.filters`).
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
    """Chosen ones that used it."""
    graded: int
    """Graded ones that used it, chosen or not."""
    succeeded: int


class DatasetStats(NamedTuple):
    operations: tuple[Operation, ...]
    unused_tools: tuple[str, ...]
    """Writing tools of the domains that no chosen conversation used."""
    sequences: int
    """Number of distinct sequences of writes."""
    entropy: float
    """Entropy of the sequences of writes, in bits; 0 if all are the same."""
    turns: tuple[int, float, int]
    """Minimum, median, maximum."""
    tokens: tuple[int, float, int]
    """Of the agent's model, in and out."""


def compute_stats(candidates: Sequence[Candidate], chosen: Sequence[Candidate], tools: Iterable[str]) -> DatasetStats:
    """`tools`: every writing tool of the domains. `chosen` must not be empty."""
    kept, graded, succeeded = _count_operations(chosen), Counter[str](), Counter[str]()
    for candidate in candidates:
        if candidate.reward is not None:
            graded.update(_list_operations(candidate))
            succeeded.update(_list_operations(candidate) if is_success(candidate.reward) else ())
    names = sorted({*kept, *graded})
    sequences = Counter(candidate.operations for candidate in chosen)
    return DatasetStats(
        operations=tuple(Operation(name, kept[name], graded[name], succeeded[name]) for name in names),
        unused_tools=tuple(sorted(set(tools) - set(kept))),
        sequences=len(sequences),
        entropy=sum(n / len(chosen) * math.log2(len(chosen) / n) for n in sequences.values()),
        turns=_measure_spread([candidate.turns for candidate in chosen]),
        tokens=_measure_spread([candidate.tokens for candidate in chosen]),
    )


def _list_operations(candidate: Candidate) -> set[str]:
    return set(candidate.operations) or {"(none)"}


def _count_operations(chosen: Iterable[Candidate]) -> Counter[str]:
    return Counter(name for candidate in chosen for name in _list_operations(candidate))


def _measure_spread(values: Sequence[int]) -> tuple[int, float, int]:
    return min(values), median(values), max(values)


def write_plots(folder: Path, stats: DatasetStats, chosen: Sequence[Candidate]) -> None:
    """Write `PLOT_FILES` into `folder`."""
    from matplotlib.figure import Figure

    height = 1.2 + 0.3 * len(stats.operations)
    figure = Figure(figsize=(8, height), layout="constrained")
    covered, success = figure.subplots(1, 2, sharey=True)
    names = [operation.name for operation in stats.operations]
    covered.barh(names, [operation.conversations for operation in stats.operations])
    covered.set(xlabel="conversations kept")
    covered.invert_yaxis()
    rates = [operation.succeeded / operation.graded if operation.graded else 0.0 for operation in stats.operations]
    success.barh(names, rates)
    success.set(xlabel="success of all that came in", xlim=(0, 1))
    figure.savefig(folder / "operations.png")

    figure = Figure(figsize=(8, 2.5), layout="constrained")
    turns, tokens = figure.subplots(1, 2)
    turns.hist([candidate.turns for candidate in chosen], bins=20)
    turns.set(xlabel="turns", ylabel="conversations kept")
    tokens.hist([candidate.tokens for candidate in chosen], bins=20)
    tokens.set(xlabel="tokens of the agent's model")
    figure.savefig(folder / "lengths.png")
