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
from tautraj.config.identity import cell, cell_title
from tautraj.config.parse import Tree, parse, parted, shown_config
from tautraj.errors import ConfigError, UserError
from tautraj.redaction import masked
from tautraj.runs.sweep.axes import axes, combinations, override, shown

MOST = 500
"""Cells. Each is composed and looked at before the first is played."""

NAMED = 4
"""Cells that one complaint names; how many more share it is told."""


class Setting(NamedTuple):
    """One cell of a grid."""

    levels: dict[str, str]
    """Axis -> level, as they are shown."""
    run: Run
    config: dict[str, Any]
    """The resolved tree, masked."""

    @property
    def title(self) -> str:
        return cell_title(self.levels)


class Sweep(NamedTuple):
    """Many cells, asked for at once."""

    axes: dict[str, list[str]]
    """Axis -> its levels, as they are shown."""
    words: list[str]
    """The command's, masked."""
    combinations: int
    """Of levels; several may be one cell."""
    settings: list[Setting]
    """Of each cell once."""

    @property
    def run(self) -> Run:
        """For what all cells share: experiment, root, runner, tracking, budget."""
        return self.settings[0].run

    @property
    def digest(self) -> str:
        """Of its cells, in any order."""
        cells = sorted(cell(setting.run).digest for setting in self.settings)
        return hashlib.sha256(" ".join(cells).encode()).hexdigest()[:8]

    @property
    def title(self) -> str:
        return f"sweep-{self.run.experiment}-{self.digest}"

    @property
    def directory(self) -> str:
        """Beside its cells' run directories; a path or URL."""
        return f"{self.run.root.rstrip('/')}/{self.run.experiment}/sweep-{self.digest}"


def asked(cfg: Tree, words: Sequence[str]) -> Sweep:
    """The sweep of a composed tree and the words that it was composed with. Raises `ConfigError`: no axis, too many
    cells, or a line per reason why cells cannot be played."""
    found = axes(parted(cfg)[0])
    base = [word for word in words if _key(word).split(".")[0] != "grid"]
    if said := [word for word in base if _key(word) in found]:
        axis = _key(said[0])
        raise ConfigError(f"{said[0]}: {axis} is an axis of this grid. Say which levels it has: 'grid.{axis}=[…]'")
    if (count := math.prod(map(len, found.values()))) > MOST:
        raise ConfigError(f"the grid has {count:,} cells; a sweep holds up to {MOST:,}")
    cells: dict[str, Setting] = {}
    refusals = Refusals()
    for levels in combinations(found):
        told = {axis: shown(level) for axis, level in levels.items()}
        with refusals.of(cell_title(told)):
            tree = parted(compose_tree([*base, *(override(*pair) for pair in levels.items())], "sweep"))[1]
            run = parse(tree)
            cells.setdefault(cell(run).digest, Setting(masked(told), run, shown_config(tree)))
    refusals.check()
    named = {axis: [shown(level) for level in levels] for axis, levels in found.items()}
    return Sweep(masked(named), masked(list(words)), count, list(cells.values()))


class Refusals:
    """What is wrong with which cells, gathered over all of them."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}

    @contextmanager
    def of(self, title: str) -> Iterator[None]:
        """Whatever is wrong with this cell is kept for `check`."""
        try:
            yield
        except UserError as error:
            self._said.setdefault(str(error), []).append(title)

    def check(self) -> None:
        """Raise `ConfigError` if anything was: a line per reason, with the cells that it is about."""
        if self._said:
            raise ConfigError("\n".join(f"{_listed(titles)}: {reason}" for reason, titles in self._said.items()))


def _key(word: str) -> str:
    return word.partition("=")[0].lstrip("+~").partition("@")[0]


def _listed(titles: Sequence[str]) -> str:
    more = f" and {len(titles) - NAMED} more" if len(titles) > NAMED else ""
    return ", ".join(titles[:NAMED]) + more
