"""The axes of a grid, and each of their levels as an override of `generate`. Pure.

Not here: what comes of a combination of levels (`sweep`).
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tautraj.config.command_line import to_hydra_literal
from tautraj.errors import ConfigError

SWEEP_KEYS = ("experiment", "root", "runner", "tracking", "budget", "report", "dry_run", "trials", "tasks", "grid")
"""What all cells of a sweep share: it is the sweep's own, or tells no cell from another."""

EXAMPLE = "'grid.agent=[tool_calling,react]'"


def parse_axes(grid: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Axis -> its levels, each once. Nested keys are joined by dots; null is no axis. Raises `ConfigError`."""
    found: dict[str, list[Any]] = {}
    for axis, levels in _walk_leaves(grid):
        if axis.split(".")[0] in SWEEP_KEYS:
            raise ConfigError(f"grid.{axis}: {axis} is of the whole sweep and tells no cells apart: {axis}=…")
        if levels is not None:
            each = levels if isinstance(levels, list) else [levels]
            found[axis] = [level for index, level in enumerate(each) if level not in each[:index]]
    if empty := [axis for axis, levels in found.items() if not levels]:
        raise ConfigError(f"grid.{empty[0]} has no level: name some, as in {EXAMPLE}")
    if not found:
        raise ConfigError(f"the grid has no axis: name one, as in {EXAMPLE}, or choose experiment=strategies")
    return found


def combine_levels(axes: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every one of them: axis -> level. The last axis changes first."""
    for levels in itertools.product(*axes.values()):
        yield dict(zip(axes, levels, strict=True))


def to_override(axis: str, level: Any) -> str:
    """`axis=level` as a word of the command line. Free settings of an llm are added where there are none."""
    return f"{'++' if '.extra.' in axis else ''}{axis}={to_hydra_literal(level)}"


def display_level(level: Any) -> str:
    """For people."""
    return level if isinstance(level, str) else to_hydra_literal(level)


def _walk_leaves(grid: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in grid.items():
        if isinstance(value, dict):
            yield from _walk_leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
