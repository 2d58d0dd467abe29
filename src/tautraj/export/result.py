"""What came of an export: what the terminal shows and the card tells."""

from pathlib import Path
from typing import NamedTuple

from tautraj.export.selection.filters import FunnelStep


class RowCounts(NamedTuple):
    """Of rows."""

    rows: dict[str, int]
    """Written, by split of the dataset."""
    refused: dict[str, int]
    """Not written, by what is wrong with them."""
    columns: dict[str, str]
    """Name -> what it holds, as the first row has it."""
    longest_row_tokens: int | None
    """Of the longest, tools included; None: no tokenizer was given."""


class ExportResult(NamedTuple):
    folder: Path
    counts: RowCounts
    funnel: list[FunnelStep]
    usd: float | None
    """Of all that came in; None: unpriced."""
    hub_url: str | None = None
    """On the Hugging Face Hub."""

    @property
    def total_rows(self) -> int:
        return sum(self.counts.rows.values())
