"""The run that a run directory was made by, as its `run.yaml` has it. Not here: records (`store`)."""

from pydantic import ValidationError

from tautraj.config import Run
from tautraj.errors import StoreError
from tautraj.store import Store


def recorded_run(store: Store) -> Run:
    """Raises `StoreError` where there is none, or none that is a run's."""
    try:
        return Run.model_validate(store.config())
    except ValidationError as error:
        raise StoreError(
            f"{store.url}/run.yaml is no run's: {error.errors()[0]['msg']}. Name another: run=…"
        ) from None
