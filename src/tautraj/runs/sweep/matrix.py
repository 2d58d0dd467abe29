"""Results of a sweep: a row of metrics per cell, and the share of the reward's variance that each axis explains.

Pure. Not here: a cell's metrics (`metrics`), writing and displaying the matrix (`orchestration.sweep_results`).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.config import Run
from tautraj.metrics import EpisodeSummary, Metrics, select_pass_hats
from tautraj.printable import escape_unprintable
from tautraj.runs.sweep.variance import CellRewards, explain_variance, pair_varying_axes

METRIC_COLUMNS = (
    "episodes",
    "tasks",
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
"""Columns copied from a cell's metrics.json, besides `pass_hat_<k>` and `pass_hat_<k>_tasks`."""

FAULT_COLUMNS = (
    "faulty",
    "played_again",
    "faulty_share_of_failures",
    "success_rate_without_faults",
    "put_aside_tokens",
    "put_aside_usd",
)
"""The same, besides `faults_<tag>`, where the customer of any cell was at fault."""

FAULTS = "faults_"
COUNTED = ("faulty", "played_again")
"""Columns, with those that begin with `FAULTS`, that are 0 where metrics have no such number."""


class CellResult(NamedTuple):
    """A cell with its episodes and metrics."""

    levels: Mapping[str, str]
    run: Run
    folder: str
    """Name of its run directory."""
    owed: int
    rows: Sequence[EpisodeSummary]
    metrics: Metrics


Matrix = dict[str, Any]
"""The matrix as written to JSON: `experiment`, `axes`, `cells` (one flat object each), `variance` (one entry per
pair of axes)."""


def build_matrix(experiment: str, axes: Mapping[str, Sequence[str]], results: Sequence[CellResult]) -> Matrix:
    """The matrix of a sweep. A number that cannot be computed is None."""
    ks = sorted({k for result in results for k in select_pass_hats(result.metrics)})
    varying = [name for k in ks for name in (f"pass_hat_{k}", f"pass_hat_{k}_tasks")]
    if any("faulty" in result.metrics for result in results):
        tags = {name for result in results for name in result.metrics if name.startswith(FAULTS)}
        varying += [*FAULT_COLUMNS, *sorted(tags)]
    rewards = [
        CellRewards(result.levels, (result.run.benchmark.name, *_get_domain_split(result)), result.rows)
        for result in results
    ]
    pairs = pair_varying_axes(axes)
    shares = [explained for pair in pairs if (explained := explain_variance(axes, pair, rewards)) is not None]
    return {
        "experiment": experiment,
        "axes": {axis: list(levels) for axis, levels in axes.items()},
        "cells": [_flatten_cell(result, varying) for result in results],
        "variance": [explained._asdict() for explained in shares],
    }


def to_csv(matrix: Matrix) -> str:
    """The cells as CSV, one line each; a None is empty.

    Control characters are escaped, and a text that a spreadsheet would run as a formula has a ' before it.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(matrix["cells"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _defuse(value) for name, value in cell.items()} for cell in matrix["cells"])
    return text.getvalue()


def list_ks(matrix: Matrix) -> list[int]:
    """Every k for which a cell has a pass^k."""
    return list(select_pass_hats(matrix["cells"][0]))


def _defuse(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = escape_unprintable(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _flatten_cell(result: CellResult, varying: Sequence[str]) -> dict[str, Any]:
    """`varying`: names of metrics that are columns besides the usual ones."""
    run = result.run
    cell: dict[str, Any] = {
        "cell": result.folder,
        "agent_llm": run.model.name,
        "agent": run.agent.name,
        "customer_llm": run.user.name,
        "customer": run.user_strategy.name,
        "domain": run.domain.name,
        "split": run.split.name,
    }
    cell["gold_replayed"] = run.model.is_gold_replay
    cell["played_by_program"] = run.model.is_program
    cell |= {f"grid.{axis}": level for axis, level in result.levels.items()}
    counts = dict.fromkeys((name for name in varying if name in COUNTED or name.startswith(FAULTS)), 0)
    numbers = {**counts, **result.metrics} if result.rows else result.metrics
    return cell | {"owed": result.owed} | {name: numbers.get(name) for name in (*METRIC_COLUMNS, *varying)}


def _get_domain_split(result: CellResult) -> tuple[str, str]:
    return result.run.domain.name, result.run.split.name
