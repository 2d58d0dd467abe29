"""The metrics of a run directory, computed from its records.

Not here: the formulas (`metrics`), rows kept between runs (`store.index`).
"""

from collections.abc import Sequence

from tautraj.metrics import EpisodeSummary, Metrics, compute_metrics
from tautraj.store.run_directory import Store


def compute_run_metrics(store: Store, rows: Sequence[EpisodeSummary]) -> Metrics:
    """Metrics of `rows`, one per episode file, with the failures still owed and the cost of failed attempts."""
    wasted = [usage for _, usages in store.read_failed_usage() for usage in usages.values()]
    return compute_metrics(rows, store.read_failures({row.id for row in rows}), wasted)
