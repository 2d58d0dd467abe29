"""Where an MLflow run can be opened.

Not here: writing it (`tracking.mlflow_run`), the addresses of `make ui` (`store.ui_addresses`).
"""

from pathlib import Path

from tautraj.redaction import redact_tree
from tautraj.store import Store, ui_addresses
from tautraj.store.tracking_pointer import read_pointer


def describe_location(uri: str, experiment_id: str | None, run_id: str) -> str:
    """An address, or a command and an address.

    `experiment_id`: None if it is unknown; the address is then that of MLflow's first page.
    """
    path = f"/#/experiments/{experiment_id}/runs/{run_id}" if experiment_id else ""
    if uri.startswith("http"):
        return str(redact_tree(uri)).rstrip("/") + path
    if server := ui_addresses.find_mlflow(Path(uri.removeprefix("sqlite:///")).parent):
        return f"{server}{path}"
    return f"make ui, then http://127.0.0.1:5000{path}"


def find_location(store: Store) -> str | None:
    """`describe_location` of the MLflow run that shows a run or sweep directory; None if there is none."""
    pointer = read_pointer(store)
    if pointer.uri is None or pointer.run_id is None:
        return None
    return describe_location(pointer.uri, pointer.experiment_id, pointer.run_id)
