"""`mlflow.json` in a run directory: which MLflow run is its view, and whether that is complete."""

from typing import Any

from tautraj.store.run_directory import Store

POINTER_FILE = "mlflow.json"
"""In the run directory: which MLflow run is its view, and whether that has everything."""


def read_pointer(store: Store) -> dict[str, Any]:
    """What `View.note` wrote; empty if the directory was never tracked."""
    found = store.read_json(POINTER_FILE)
    return found if isinstance(found, dict) else {}


def is_tracking_incomplete(store: Store) -> bool:
    """Whether the view of a run directory lacks something, as far as the directory knows."""
    found = read_pointer(store)
    return not found or not found.get("complete", True)
