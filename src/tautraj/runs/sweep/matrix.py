"""The cells of a sweep beside each other: a line of numbers for each, and what of the reward each axis explains.

Pure. Not here: a cell's numbers (`metrics`), where the matrix is written and shown (`swept`).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.config import Run
from tautraj.metrics import Metrics, Row
from tautraj.runs.sweep.variance import Rewards, shares, varying

NUMBERS = (
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


class Line(NamedTuple):
    """What a cell came to."""

    levels: Mapping[str, str]
    run: Run
    folder: str
    """Its run directory's name."""
    owed: int
    rows: Sequence[Row]
    numbers: Metrics


Matrix = dict[str, Any]
"""As it is written: `experiment`, `axes`, `cells` (one flat object each), `variance` (one entry per pair of axes)."""


def matrix(experiment: str, axes: Mapping[str, Sequence[str]], lines: Sequence[Line]) -> Matrix:
    """A number that cannot be formed is None."""
    hats = sorted({name for line in lines for name in line.numbers if _is_hat(name)}, key=_k)
    rewards = [Rewards(line.levels, (line.run.benchmark.name, *_place(line)), line.rows) for line in lines]
    pairs = varying(axes)
    found = [explained for pair in pairs if (explained := shares(axes, pair, rewards)) is not None]
    return {
        "experiment": experiment,
        "axes": {axis: list(levels) for axis, levels in axes.items()},
        "cells": [_flat(line, hats) for line in lines],
        "variance": [explained._asdict() for explained in found],
    }


def as_csv(found: Matrix) -> str:
    """Its cells, one line each, nothing where a number could not be formed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(found["cells"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found["cells"])
    return text.getvalue()


def hats_of(found: Matrix) -> list[int]:
    """The k that any cell has a pass^k for."""
    return [_k(name) for name in found["cells"][0] if _is_hat(name)]


def _flat(line: Line, hats: Sequence[str]) -> dict[str, Any]:
    run = line.run
    told: dict[str, Any] = {
        "cell": line.folder,
        "agent_llm": run.model.name,
        "agent": run.agent.name,
        "customer_llm": run.user.name,
        "customer": run.user_strategy.name,
        "domain": run.domain.name,
        "split": run.split.name,
    }
    told["gold_replayed"] = run.model.gold
    told |= {f"grid.{axis}": level for axis, level in line.levels.items()}
    return told | {"owed": line.owed} | {name: line.numbers.get(name) for name in (*NUMBERS, *hats)}


def _place(line: Line) -> tuple[str, str]:
    return line.run.domain.name, line.run.split.name


def _is_hat(name: str) -> bool:
    return name.removeprefix("pass_hat_").isdecimal()


def _k(name: str) -> int:
    return int(name.removeprefix("pass_hat_"))
