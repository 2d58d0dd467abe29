"""The cells of a sweep beside each other: a line of numbers for each, and what of the reward each axis explains.

Pure. Not here: a cell's numbers (`metrics`), where the matrix is written and shown (`swept`).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.config import Run
from tautraj.metrics import EpisodeSummary, Metrics
from tautraj.runs.sweep.variance import CellRewards, explain_variance, pair_varying_axes

METRIC_COLUMNS = (
    "episodes",
    "failed",
    "ungraded",
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "reward_mean",
    "turns_mean",
    "seconds_mean",
    "spent_tokens",
    "spent_usd",
    "usd_per_success",
)
"""Of a cell's own, beside pass_hat_k: the names and values of its metrics.json."""


class CellResult(NamedTuple):
    """What a cell came to."""

    levels: Mapping[str, str]
    run: Run
    folder: str
    """Its run directory's name."""
    owed: int
    rows: Sequence[EpisodeSummary]
    metrics: Metrics


Matrix = dict[str, Any]
"""As it is written: `experiment`, `axes`, `cells` (one flat object each), `variance` (one entry per pair of axes)."""


def build_matrix(experiment: str, axes: Mapping[str, Sequence[str]], results: Sequence[CellResult]) -> Matrix:
    """A number that cannot be formed is None."""
    hats = sorted({name for line in results for name in line.metrics if _is_pass_hat(name)}, key=_parse_k)
    rewards = [
        CellRewards(line.levels, (line.run.benchmark.name, *_get_domain_split(line)), line.rows) for line in results
    ]
    pairs = pair_varying_axes(axes)
    found = [explained for pair in pairs if (explained := explain_variance(axes, pair, rewards)) is not None]
    return {
        "experiment": experiment,
        "axes": {axis: list(levels) for axis, levels in axes.items()},
        "cells": [_flatten_cell(line, hats) for line in results],
        "variance": [explained._asdict() for explained in found],
    }


def to_csv(matrix: Matrix) -> str:
    """Its cells, one line each, nothing where a number could not be formed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(matrix["cells"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(matrix["cells"])
    return text.getvalue()


def list_ks(matrix: Matrix) -> list[int]:
    """The k that any cell has a pass^k for."""
    return [_parse_k(name) for name in matrix["cells"][0] if _is_pass_hat(name)]


def _flatten_cell(result: CellResult, pass_hats: Sequence[str]) -> dict[str, Any]:
    run = result.run
    told: dict[str, Any] = {
        "cell": result.folder,
        "agent_llm": run.model.name,
        "agent": run.agent.name,
        "customer_llm": run.user.name,
        "customer": run.user_strategy.name,
        "domain": run.domain.name,
        "split": run.split.name,
    }
    told["gold_replayed"] = run.model.is_gold_replay
    told |= {f"grid.{axis}": level for axis, level in result.levels.items()}
    return told | {"owed": result.owed} | {name: result.metrics.get(name) for name in (*METRIC_COLUMNS, *pass_hats)}


def _get_domain_split(result: CellResult) -> tuple[str, str]:
    return result.run.domain.name, result.run.split.name


def _is_pass_hat(name: str) -> bool:
    return name.removeprefix("pass_hat_").isdecimal()


def _parse_k(name: str) -> int:
    return int(name.removeprefix("pass_hat_"))
