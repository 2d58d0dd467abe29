"""The metrics of a run directory, computed from its records.

Not here: the formulas (`metrics`), the cache of rows (`store.index`).
"""

from collections.abc import Sequence

from tautraj.metrics import EpisodeSummary, Metrics, compute_metrics
from tautraj.store.run_directory import Store


def compute_run_metrics(store: Store, rows: Sequence[EpisodeSummary]) -> Metrics:
    """Compute metrics of `rows` (one per episode file), failures of other episodes, and usage of all failures."""
    wasted = list(store.read_wasted_usage())
    failed = [usage for failure in wasted if not failure.is_put_aside for usage in failure.usage.values()]
    put_aside = [usage for failure in wasted if failure.is_put_aside for usage in failure.usage.values()]
    return compute_metrics(rows, store.read_failures({row.id for row in rows}), failed, put_aside)
