"""The callback of a trainer: it tells the run directory at which step the training is, and when it ends."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from tautraj.store import Store
from tautraj.training.rollouts.trainings import TrainingState, write_state


class RolloutCallback(TrainerCallback):  # type: ignore[misc]
    """Keeps `trainings/<name>.json` up to date."""

    def __init__(self, store: Store, training: str, conclude: Callable[[], object]) -> None:
        self._store, self._training, self._conclude = store, training, conclude
        self._told = TrainingState()

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        self._told = TrainingState(
            policy=_read_model_name(model),
            step=state.global_step,
            generations=getattr(args, "num_generations", None),
            tracked_as=_link_trainers_run(self._store.url),
        )
        write_state(self._store, self._training, self._told)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._told = self._told.model_copy(update={"step": state.global_step})
        write_state(self._store, self._training, self._told)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._conclude()


def _read_model_name(model: Any) -> str | None:
    """Last part of its name or path: nothing of the machine."""
    name = getattr(getattr(model, "config", None), "_name_or_path", None)
    return Path(name).name if name else None


def _link_trainers_run(run_directory: str) -> str | None:
    """The id of the trainer's own MLflow run, which is given the run directory as a tag; None if it has none."""
    mlflow = sys.modules.get("mlflow")
    if mlflow is None or (run := mlflow.active_run()) is None:
        return None
    mlflow.set_tag("tautraj.run_directory", run_directory)
    return str(run.info.run_id)


def build_callback(store: Store, training: str, conclude: Callable[[], object]) -> TrainerCallback:
    """A callback of a class of its own: transformers warns of two of one class."""
    return type(f"RolloutCallback{training}", (RolloutCallback,), {})(store, training, conclude)
