"""A grid of cells out of one command: each is composed as `generate` composes it, and refused before any is played.

Not here: the grammar of a grid (`axes`), what the cells owe (`planned`), playing them (`flows`).
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import format_cell_title, identify_cell
from tautraj.config.parse import Tree, parse_run, redact_config, split_grid
from tautraj.errors import ConfigError, UserError
from tautraj.redaction import redact_tree
from tautraj.runs.sweep.axes import combine_levels, display_level, parse_axes, to_override

MAX_CELLS = 500
"""Cells. Each is composed and looked at before the first is played."""

MAX_TITLES = 4
"""Cells that one complaint names; how many more share it is told."""


class SweepCell(NamedTuple):
    """One cell of a grid."""

    levels: dict[str, str]
    """Axis -> level, as they are shown."""
    run: Run
    config: dict[str, Any]
    """The resolved tree, masked."""

    @property
    def title(self) -> str:
        return format_cell_title(self.levels)


class Sweep(NamedTuple):
    """Many cells, asked for at once."""

    axes: dict[str, list[str]]
    """Axis -> its levels, as they are shown."""
    overrides: list[str]
    """The command's, masked."""
    combination_count: int
    """Of levels; several may be one cell."""
    cells: list[SweepCell]
    """Of each cell once."""

    @property
    def run(self) -> Run:
        """For what all cells share: experiment, root, runner, tracking, budget."""
        return self.cells[0].run

    @property
    def digest(self) -> str:
        """Of its cells, in any order."""
        cells = sorted(identify_cell(setting.run).digest for setting in self.cells)
        return hashlib.sha256(" ".join(cells).encode()).hexdigest()[:8]

    @property
    def title(self) -> str:
        return f"sweep-{self.run.experiment}-{self.digest}"

    @property
    def directory(self) -> str:
        """Beside its cells' run directories; a path or URL."""
        return f"{self.run.root.rstrip('/')}/{self.run.experiment}/sweep-{self.digest}"


def parse_sweep(cfg: Tree, overrides: Sequence[str]) -> Sweep:
    """The sweep of a composed tree and the words that it was composed with. Raises `ConfigError`: no axis, too many
    cells, or a line per reason why cells cannot be played."""
    found = parse_axes(split_grid(cfg)[0])
    base = [word for word in overrides if _parse_key(word).split(".")[0] != "grid"]
    if said := [word for word in base if _parse_key(word) in found]:
        axis = _parse_key(said[0])
        raise ConfigError(f"{said[0]}: {axis} is an axis of this grid. Say which levels it has: 'grid.{axis}=[…]'")
    if (count := math.prod(map(len, found.values()))) > MAX_CELLS:
        raise ConfigError(f"the grid has {count:,} cells; a sweep holds up to {MAX_CELLS:,}")
    cells: dict[str, SweepCell] = {}
    refusals = CellErrors()
    for levels in combine_levels(found):
        told = {axis: display_level(level) for axis, level in levels.items()}
        with refusals.collect(format_cell_title(told)):
            tree = split_grid(compose_tree([*base, *(to_override(*pair) for pair in levels.items())], "sweep"))[1]
            run = parse_run(tree)
            cells.setdefault(identify_cell(run).digest, SweepCell(redact_tree(told), run, redact_config(tree)))
    refusals.raise_if_any()
    named = {axis: [display_level(level) for level in levels] for axis, levels in found.items()}
    return Sweep(redact_tree(named), redact_tree(list(overrides)), count, list(cells.values()))


class CellErrors:
    """What is wrong with which cells, gathered over all of them."""

    def __init__(self) -> None:
        self._titles_by_error: dict[str, list[str]] = {}

    @contextmanager
    def collect(self, title: str) -> Iterator[None]:
        """Whatever is wrong with this cell is kept for `check`."""
        try:
            yield
        except UserError as error:
            self._titles_by_error.setdefault(str(error), []).append(title)

    def raise_if_any(self) -> None:
        """Raise `ConfigError` if anything was: a line per reason, with the cells that it is about."""
        if self._titles_by_error:
            raise ConfigError(
                "\n".join(f"{_join_titles(titles)}: {reason}" for reason, titles in self._titles_by_error.items())
            )


def _parse_key(override: str) -> str:
    return override.partition("=")[0].lstrip("+~").partition("@")[0]


def _join_titles(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - MAX_TITLES} more" if len(titles) > MAX_TITLES else ""
    return ", ".join(titles[:MAX_TITLES]) + more
