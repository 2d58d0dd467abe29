"""What came of an export: what the terminal shows and the card tells."""

from pathlib import Path
from typing import NamedTuple

from tautraj.export.selection.filters import Step


class Counts(NamedTuple):
    """Of rows."""

    rows: dict[str, int]
    """Written, by split of the dataset."""
    refused: dict[str, int]
    """Not written, by what is wrong with them."""
    columns: dict[str, str]
    """Name -> what it holds, as the first row has it."""
    row_tokens: int | None
    """Of the longest, tools included; None: no tokenizer was given."""


class Exported(NamedTuple):
    folder: Path
    counts: Counts
    funnel: list[Step]
    usd: float | None
    """Of all that came in; None: unpriced."""
    address: str | None = None
    """On the Hugging Face Hub."""

    @property
    def total(self) -> int:
        return sum(self.counts.rows.values())
