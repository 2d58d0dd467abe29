"""Statistics of a dataset and their plots: operations covered, variety, length, success.

Not here: the card that shows them (`export.output.card`), the filters (`export.selection.filters`).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tautraj import charts
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
    """Write `PLOT_FILES` into `folder`, in the look of the report's charts."""
    height = 0.9 + 0.3 * len(stats.operations)
    figure, (covered, success) = charts.new_figure(8, height, 2, sharey=True)
    names = [operation.name for operation in stats.operations]
    covered.barh(range(len(names)), [operation.conversations for operation in stats.operations], color=charts.BAR)
    covered.set_yticks(range(len(names)), names)
    covered.set_title("Conversations kept", **charts.TITLE)
    charts.set_whole_ticks(covered.xaxis)
    rates = [operation.succeeded / operation.graded if operation.graded else 0.0 for operation in stats.operations]
    charts.draw_rates(success, rates)
    success.set_title("Success of all that were found", **charts.TITLE)
    success.invert_yaxis()
    _save(figure, folder / "operations.png")

    lengths = {"Turns": [candidate.turns for candidate in chosen]}
    if any(tokens := [candidate.tokens for candidate in chosen]):
        lengths["Tokens of the agent's model"] = tokens
    figure, all_axes = charts.new_figure(8, 2.4, 2)
    for axes in all_axes[len(lengths) :]:
        axes.remove()
    for axes, (title, values) in zip(all_axes, lengths.items(), strict=False):
        charts.draw_histogram(axes, [values], [charts.BAR])
        axes.set_title(title, **charts.TITLE)
    _save(figure, folder / "lengths.png")


def _save(figure: Any, path: Path) -> None:
    figure.patch.set(visible=True, facecolor="white")  # a card is read on dark pages too
    figure.savefig(path, dpi=150)
