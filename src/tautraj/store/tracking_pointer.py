"""`mlflow.json` in a run directory: the MLflow run that shows it, and whether that MLflow run is complete."""

from typing import NamedTuple

from tautraj.store.run_directory import Store

POINTER_FILE = "mlflow.json"


class TrackingPointer(NamedTuple):
    """The content of `mlflow.json`."""

    uri: str | None = None
    """URI of the MLflow store, secrets masked; None: the directory was never tracked."""
    run_id: str | None = None
    experiment_id: str | None = None
    """Of the MLflow run; None: written by an older version."""
    status: str | None = None
    """MLflow's status: RUNNING, FINISHED or FAILED."""
    complete: bool = True
    """Whether the MLflow run has everything that the directory has."""
    parent: str | None = None
    """Id of the sweep's MLflow run; None: the run is not a cell of a sweep."""


def read_pointer(store: Store) -> TrackingPointer:
    """Read the pointer; all defaults if the directory was never tracked or the file is not a JSON object."""
    content = store.read_json(POINTER_FILE)
    if not isinstance(content, dict):
        return TrackingPointer()
    texts = {
        key: str(content[key]) for key in ("uri", "run_id", "experiment_id", "status", "parent") if content.get(key)
    }
    return TrackingPointer(**texts, complete=bool(content.get("complete", True)))


def write_pointer(store: Store, pointer: TrackingPointer) -> None:
    """Write `mlflow.json`. Raises `StoreError`."""
    content = pointer._asdict()
    if pointer.parent is None:
        del content["parent"]
    store.write_json(POINTER_FILE, content)


def is_tracking_incomplete(store: Store) -> bool:
    """Whether MLflow lacks data of the run, according to its `mlflow.json`."""
    pointer = read_pointer(store)
    return pointer.uri is None or not pointer.complete
