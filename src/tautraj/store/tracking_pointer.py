"""`mlflow.json` in a run directory: which MLflow run is its view, and whether that is complete."""

from typing import NamedTuple

from tautraj.store.run_directory import Store

POINTER_FILE = "mlflow.json"


class TrackingPointer(NamedTuple):
    """The content of `mlflow.json`."""

    uri: str | None = None
    """Of the MLflow store, secrets masked; None: the directory was never tracked."""
    run_id: str | None = None
    status: str | None = None
    """MLflow's: RUNNING, FINISHED or FAILED."""
    complete: bool = True
    """Whether the MLflow run has everything that the directory has."""
    parent: str | None = None
    """MLflow run of the sweep that the run is a cell of; None: of no sweep."""


def read_pointer(store: Store) -> TrackingPointer:
    """The pointer; empty if the directory was never tracked, or if the file is none that was written here."""
    content = store.read_json(POINTER_FILE)
    if not isinstance(content, dict):
        return TrackingPointer()
    texts = {key: str(content[key]) for key in ("uri", "run_id", "status", "parent") if content.get(key)}
    return TrackingPointer(**texts, complete=bool(content.get("complete", True)))


def write_pointer(store: Store, pointer: TrackingPointer) -> None:
    """Raises `StoreError`."""
    content = pointer._asdict()
    if pointer.parent is None:
        del content["parent"]
    store.write_json(POINTER_FILE, content)


def is_tracking_incomplete(store: Store) -> bool:
    """Whether MLflow lacks something of the run, as far as the run directory knows."""
    pointer = read_pointer(store)
    return pointer.uri is None or not pointer.complete
