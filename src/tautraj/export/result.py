"""The result of an export, for the terminal and the card."""

from pathlib import Path
from typing import NamedTuple

from tautraj.export.selection.filters import FunnelStep


class RowCounts(NamedTuple):
    """Counts of rows."""

    rows: dict[str, int]
    """Rows written, by split of the dataset."""
    refused: dict[str, int]
    """Rows not written, by problem."""
    columns: dict[str, str]
    """Name -> content, described from the first row."""
    longest_row_tokens: int | None
    """Tools included; None: no tokenizer was given."""


class ExportResult(NamedTuple):
    folder: Path
    counts: RowCounts
    funnel: list[FunnelStep]
    usd: float | None
    """Cost of all scanned conversations; None: unpriced."""
    hub_url: str | None = None
    """Address on the Hugging Face Hub; None: not pushed."""

    @property
    def total_rows(self) -> int:
        return sum(self.counts.rows.values())
