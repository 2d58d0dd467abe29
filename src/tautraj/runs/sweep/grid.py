"""Parse the grid of a sweep command: compose each cell as `generate` does and report all errors before any is played.

Not here: axes and levels (`runs.sweep.axes`), owed episodes (`runs.sweep.plan`), playing
(`orchestration.sweep_flow`).
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from tautraj.config import Run
from tautraj.config.command_line import compose_tree, to_override
from tautraj.config.identity import format_cell_title, format_run_title, identify_cell
from tautraj.config.parse import Tree, parse_run, redact_config, split_grid
from tautraj.errors import ConfigError, UserError
from tautraj.redaction import redact_tree
from tautraj.runs.sweep.axes import combine_levels, display_level, parse_axes

MAX_CELLS = 500
"""Limit on the cells of a sweep: each is composed and checked before the first is played."""

MAX_TITLES = 4
"""Cells that one error message names; further ones are only counted."""


class SweepCell(NamedTuple):
    """One cell of a grid."""

    levels: dict[str, str]
    """Axis -> level, as displayed; secrets masked."""
    run: Run
    config: dict[str, Any]
    """The resolved configuration, secrets masked."""

    @property
    def title(self) -> str:
        return format_cell_title(self.levels)


class Sweep(NamedTuple):
    """The cells of one sweep command."""

    axes: dict[str, list[str]]
    """Axis -> its levels, as displayed; secrets masked."""
    overrides: list[str]
    """The command's overrides, secrets masked."""
    combination_count: int
    """Number of combinations of levels; several may make the same cell."""
    cells: list[SweepCell]
    """Each cell once."""

    @property
    def run(self) -> Run:
        """The first cell's run, for what all cells share: experiment, root, runner, tracking, budget."""
        return self.cells[0].run

    @property
    def digest(self) -> str:
        """Digest of the cells, independent of their order."""
        digests = sorted(identify_cell(cell.run).digest for cell in self.cells)
        return hashlib.sha256(" ".join(digests).encode()).hexdigest()[:8]

    @property
    def title(self) -> str:
        return format_run_title(self.run.name, f"sweep-{self.run.experiment}-{self.digest}")

    @property
    def directory(self) -> str:
        """Path or URL of the sweep's directory, beside its cells' run directories."""
        return f"{self.run.root.rstrip('/')}/{self.run.experiment}/sweep-{self.digest}"


def parse_sweep(cfg: Tree, overrides: Sequence[str]) -> Sweep:
    """The sweep of a composed tree and the overrides it was composed with.

    Raises `ConfigError`: no axis, too many cells, or a line per reason why cells cannot be played.
    """
    axes = parse_axes(split_grid(cfg)[0])
    base = [word for word in overrides if _parse_key(word).split(".")[0] != "grid"]
    if conflicts := [word for word in base if _parse_key(word) in axes]:
        axis = _parse_key(conflicts[0])
        raise ConfigError(
            f"{conflicts[0]}: {axis} is an axis of this grid; leave out {' '.join(conflicts)}. "
            f"Its levels: 'grid.{axis}=[…]'"
        )
    if (count := math.prod(map(len, axes.values()))) > MAX_CELLS:
        raise ConfigError(f"the grid has {count:,} cells; a sweep holds up to {MAX_CELLS:,}")
    cells: dict[str, SweepCell] = {}
    errors = CellErrors()
    for levels in combine_levels(axes):
        displayed = {axis: display_level(level) for axis, level in levels.items()}
        with errors.collect(format_cell_title(displayed)):
            tree = split_grid(compose_tree([*base, *(to_override(*pair) for pair in levels.items())], "sweep"))[1]
            run = parse_run(tree)
            cells.setdefault(identify_cell(run).digest, SweepCell(redact_tree(displayed), run, redact_config(tree)))
    errors.raise_if_any()
    displayed_axes = {axis: [display_level(level) for level in levels] for axis, levels in axes.items()}
    return Sweep(redact_tree(displayed_axes), redact_tree(list(overrides)), count, list(cells.values()))


class CellErrors:
    """Collects the errors of all cells, grouped by message."""

    def __init__(self) -> None:
        self._titles_by_error: dict[str, list[str]] = {}

    @contextmanager
    def collect(self, title: str) -> Iterator[None]:
        """Keep a `UserError` of the block, as one of the cell `title`, for `raise_if_any`."""
        try:
            yield
        except UserError as error:
            self._titles_by_error.setdefault(str(error), []).append(title)

    def raise_if_any(self) -> None:
        """Raise `ConfigError` if any error was collected: a line per message, with the cells it applies to."""
        if self._titles_by_error:
            raise ConfigError(
                "\n".join(f"{_join_titles(titles)}: {reason}" for reason, titles in self._titles_by_error.items())
            )


def _parse_key(override: str) -> str:
    return override.partition("=")[0].lstrip("+~").partition("@")[0]


def _join_titles(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - MAX_TITLES} more" if len(titles) > MAX_TITLES else ""
    return ", ".join(titles[:MAX_TITLES]) + more
