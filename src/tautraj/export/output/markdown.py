"""Markdown of a dataset card."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def render_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        cells = (str(value).replace("|", "\\|") for value in row)
        yield f"| {' | '.join(cells)} |"
