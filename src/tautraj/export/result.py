"""The result of an export, for the terminal and the card."""

from pathlib import Path
from typing import NamedTuple

from tautraj.export.columns import Kind
from tautraj.export.selection.filters import FunnelStep

TRAINER_LIMITS = (1024, 2048, 4096, 8192, 16384, 32768)
"""Tokens of a row; 1,024 is what TRL's trainers cut at unless they are told another `max_length`."""


class RowCounts(NamedTuple):
    """Counts of rows."""

    rows: dict[str, int]
    """Rows written, by split of the dataset."""
    refused: dict[str, int]
    """Rows not written, by problem."""
    columns: dict[str, Kind]
    """Name -> kind of its values."""
    row_tokens: tuple[int, ...]
    """Tokens of each row, tools included; empty: no tokenizer was given."""
    labels: frozenset[bool]
    """Values of `label`; empty: the rows have none."""
    too_long: frozenset[tuple[str, ...]]
    """Run and id of each conversation none of whose rows is within `choose.row_tokens`.

    Benchmark, domain and task where the rows of the format name no conversation.
    """

    def count_longer_rows(self) -> dict[int, int]:
        """Limit -> rows with more tokens, for the limits that trainers are commonly given."""
        return {limit: sum(tokens > limit for tokens in self.row_tokens) for limit in TRAINER_LIMITS}


class ExportResult(NamedTuple):
    folder: Path
    counts: RowCounts
    funnel: list[FunnelStep]
    usd: float | None
    """Cost of all scanned conversations; None: unpriced."""
    gold_models: tuple[str, ...]
    """Models of chosen conversations that replay gold actions, sorted."""
    programs: tuple[str, ...]
    """Models of chosen conversations that are programs and know no gold actions, sorted."""
    hub_url: str | None = None
    """Address on the Hugging Face Hub; None: not pushed."""

    @property
    def total_rows(self) -> int:
        return sum(self.counts.rows.values())
