"""How much of the variance of the reward each of two axes explains, task by task.

Pure; numpy alone. Not here: the other numbers of a sweep (`matrix`).
"""

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tautraj.metrics import EpisodeSummary

TASK_AXES = ("benchmark", "domain", "split")
"""Axes that no task is on two levels of: they make blocks, as tasks do."""

TaskSource = tuple[str, ...]


class CellRewards(NamedTuple):
    """Of one cell."""

    levels: Mapping[str, str]
    task_source: TaskSource
    """Whose tasks they are."""
    rows: Sequence[EpisodeSummary]


class VarianceShares(NamedTuple):
    """Of the total sum of squares; together 1."""

    axes: tuple[str, str]
    tasks: int
    """Graded in every cell, and compared."""
    first: float
    second: float
    interaction: float
    """Of the two axes: a level of one that goes with, or against, a level of the other."""
    task: float
    """Tasks that are easy or hard whoever plays."""
    residual: float
    """The rest: cells that are good at other tasks than others, and chance."""


def pair_varying_axes(axes: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Every pair of axes that have several levels each."""
    several = [axis for axis, levels in axes.items() if len(levels) > 1 and not _is_task_axis(axis)]
    return list(itertools.combinations(several, 2))


def explain_variance(
    axes: Mapping[str, Sequence[str]], pair: tuple[str, str], cells: Sequence[CellRewards]
) -> VarianceShares | None:
    """What the axes of `pair` explain, over the tasks graded in every cell; other axes are averaged over.

    None where no such task is left, or all rewards are alike.
    """
    first, second = pair
    rest = math.prod(len(levels) for axis, levels in axes.items() if axis not in pair and not _is_task_axis(axis))
    found: dict[tuple[TaskSource, str], dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        for task, reward in _average_by_task(cell.rows).items():
            found[(cell.task_source, task)][(cell.levels[first], cell.levels[second])].append(reward)
    combined = list(itertools.product(axes[first], axes[second]))
    blocks = [of for of in found.values() if all(len(of[levels]) == rest for levels in combined)]
    if not blocks:
        return None
    table = np.array([[[fmean(of[(a, b)]) for of in blocks] for b in axes[second]] for a in axes[first]])
    explained = decompose_sum_of_squares(table)
    return None if explained is None else VarianceShares(pair, len(blocks), *explained)


def decompose_sum_of_squares(table: NDArray[np.float64]) -> tuple[float, float, float, float, float] | None:
    """Shares of the total sum of squares of a table (levels of A, levels of B, tasks): A, B, A×B, task, residual.

    A two-factor factorial in a randomized complete block design, the tasks being its blocks (Montgomery, "Design and
    Analysis of Experiments", section "Blocking in a factorial design"); a share is η² = SS / SS_total. With a and b
    levels, n tasks, and ȳ the mean over what a dot stands for:
    SS_A = b n Σ (ȳ_i.. - ȳ)²,  SS_B = a n Σ (ȳ_.j. - ȳ)²,  SS_task = a b Σ (ȳ_..k - ȳ)²,
    SS_AB = n Σ (ȳ_ij. - ȳ_i.. - ȳ_.j. + ȳ)²,  SS_total = Σ (y_ijk - ȳ)², and the residual is what is left.
    None where SS_total is 0.
    """
    a, b, n = table.shape
    mean = table.mean()
    total = float(((table - mean) ** 2).sum())
    if total < 1e-12:
        return None
    of_a, of_b, of_task = table.mean(axis=(1, 2)), table.mean(axis=(0, 2)), table.mean(axis=(0, 1))
    both = table.mean(axis=2) - of_a[:, None] - of_b[None, :] + mean
    squares = [
        b * n * float(((of_a - mean) ** 2).sum()),
        a * n * float(((of_b - mean) ** 2).sum()),
        n * float((both**2).sum()),
        a * b * float(((of_task - mean) ** 2).sum()),
    ]
    first, second, interaction, task = (square / total for square in squares)
    return first, second, interaction, task, max(0.0, 1.0 - first - second - interaction - task)


def _is_task_axis(axis: str) -> bool:
    return axis.split(".", maxsplit=1)[0] in TASK_AXES


def _average_by_task(rows: Sequence[EpisodeSummary]) -> dict[str, float]:
    """Mean reward over the graded trials of each task that has any."""
    rewards: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.reward is not None:
            rewards[row.task_id].append(row.reward)
    return {task: fmean(each) for task, each in rewards.items()}
