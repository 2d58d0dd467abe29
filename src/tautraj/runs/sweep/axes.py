"""The axes of a grid, and their levels as overrides of `generate`. Pure.

Not here: the cell that a combination of levels makes (`runs.sweep.grid`).
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from tautraj.config.command_line import to_hydra_literal
from tautraj.errors import ConfigError

SWEEP_KEYS = ("experiment", "root", "runner", "tracking", "budget", "report", "dry_run", "trials", "tasks", "grid")
"""Keys that cannot be an axis: all cells of a sweep share them."""

EXAMPLE = "'grid.agent=[tool_calling,react]'"


def parse_axes(grid: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Axis -> its distinct levels. Nested keys are joined by dots; a null is no axis. Raises `ConfigError`."""
    axes: dict[str, list[Any]] = {}
    for axis, levels in _walk_leaves(grid):
        if axis.split(".")[0] in SWEEP_KEYS:
            raise ConfigError(f"grid.{axis}: {axis} applies to the whole sweep. Set it outside the grid: {axis}=…")
        if levels is not None:
            listed = levels if isinstance(levels, list) else [levels]
            axes[axis] = [level for index, level in enumerate(listed) if level not in listed[:index]]
    if empty := [axis for axis, levels in axes.items() if not levels]:
        raise ConfigError(f"grid.{empty[0]} has no levels. Give some, as in {EXAMPLE}")
    if not axes:
        raise ConfigError(f"the grid has no axis. Give one, as in {EXAMPLE}, or choose experiment=strategies")
    return axes


def combine_levels(axes: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every combination as axis -> level. The last axis changes fastest."""
    for levels in itertools.product(*axes.values()):
        yield dict(zip(axes, levels, strict=True))


def display_level(level: Any) -> str:
    """A level as text for display; strings stay unquoted."""
    return level if isinstance(level, str) else to_hydra_literal(level)


def _walk_leaves(grid: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in grid.items():
        if isinstance(value, dict):
            yield from _walk_leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
