"""Shares of the reward's variance that two axes of a sweep explain, with tasks as blocks.

Pure; only numpy. Not here: the other numbers of a sweep (`runs.sweep.matrix`).
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
"""Axes whose levels share no task: they belong to the blocks, as tasks do."""

TaskSource = tuple[str, ...]
"""Where a cell's tasks come from: benchmark, domain and split."""


class CellRewards(NamedTuple):
    """The episodes of one cell, with their rewards."""

    levels: Mapping[str, str]
    task_source: TaskSource
    rows: Sequence[EpisodeSummary]


class VarianceShares(NamedTuple):
    """Shares of the total sum of squares; they add up to 1."""

    axes: tuple[str, str]
    tasks: int
    """Number of tasks compared: those graded in every cell."""
    first: float
    second: float
    interaction: float
    """Interaction of the two axes: the effect of a level of one depends on the level of the other."""
    task: float
    """Tasks that are easy or hard in all cells."""
    residual: float
    """The rest: cells that differ in which tasks they succeed at, and chance."""


def pair_varying_axes(axes: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Every pair of axes with several levels each, `TASK_AXES` left out."""
    varying = [axis for axis, levels in axes.items() if len(levels) > 1 and not _is_task_axis(axis)]
    return list(itertools.combinations(varying, 2))


def explain_variance(
    axes: Mapping[str, Sequence[str]], pair: tuple[str, str], cells: Sequence[CellRewards]
) -> VarianceShares | None:
    """Variance shares of the axes of `pair`, over the tasks graded in every cell; other axes are averaged over.

    None if there is no such task, or if all rewards are equal.
    """
    first, second = pair
    rest = math.prod(len(levels) for axis, levels in axes.items() if axis not in pair and not _is_task_axis(axis))
    rewards: dict[tuple[TaskSource, str], dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        for task, reward in _average_by_task(cell.rows).items():
            rewards[(cell.task_source, task)][(cell.levels[first], cell.levels[second])].append(reward)
    level_pairs = list(itertools.product(axes[first], axes[second]))
    blocks = [block for block in rewards.values() if all(len(block[levels]) == rest for levels in level_pairs)]
    if not blocks:
        return None
    table = np.array([[[fmean(block[(a, b)]) for block in blocks] for b in axes[second]] for a in axes[first]])
    shares = decompose_sum_of_squares(table)
    return None if shares is None else VarianceShares(pair, len(blocks), *shares)


def decompose_sum_of_squares(table: NDArray[np.float64]) -> tuple[float, float, float, float, float] | None:
    """Shares of the total sum of squares of a table (levels of A, levels of B, tasks): A, B, A×B, task, residual.

    A two-factor factorial in a randomized complete block design, the tasks being its blocks (Montgomery, "Design and
    Analysis of Experiments", section "Blocking in a factorial design"); a share is η² = SS / SS_total. With a and b
    levels, n tasks, and ȳ the mean over what a dot stands for:
    SS_A = b n Σ (ȳ_i.. - ȳ)²,  SS_B = a n Σ (ȳ_.j. - ȳ)²,  SS_task = a b Σ (ȳ_..k - ȳ)²,
    SS_AB = n Σ (ȳ_ij. - ȳ_i.. - ȳ_.j. + ȳ)²,  SS_total = Σ (y_ijk - ȳ)², and the residual is the rest.
    None if SS_total is 0.
    """
    a, b, n = table.shape
    mean = table.mean()
    total = float(((table - mean) ** 2).sum())
    if total < 1e-12:
        return None
    mean_a, mean_b, mean_task = table.mean(axis=(1, 2)), table.mean(axis=(0, 2)), table.mean(axis=(0, 1))
    interaction_effect = table.mean(axis=2) - mean_a[:, None] - mean_b[None, :] + mean
    squares = [
        b * n * float(((mean_a - mean) ** 2).sum()),
        a * n * float(((mean_b - mean) ** 2).sum()),
        n * float((interaction_effect**2).sum()),
        a * b * float(((mean_task - mean) ** 2).sum()),
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
    return {task: fmean(task_rewards) for task, task_rewards in rewards.items()}
