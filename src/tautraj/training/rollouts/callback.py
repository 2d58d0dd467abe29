"""The callback of a trainer: it tells the run directory at which step the training is, and when it ends."""

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from tautraj.errors import TautrajError, TrackingError, boundary
from tautraj.store import Store
from tautraj.tracking.tracker import backfill_command
from tautraj.training.rollouts.trainings import UNKNOWN, TrainingState, write_state


class RolloutCallback(TrainerCallback):  # type: ignore[misc]
    """Keeps `trainings/<name>.json` up to date."""

    def __init__(
        self, store: Store, training: str, conclude: Callable[[], object], say: Callable[[str], None]
    ) -> None:
        self._store, self._training, self._conclude, self._say = store, training, conclude, say
        self._state = UNKNOWN

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        self._state = TrainingState(
            policy=_read_model_name(model),
            step=state.global_step,
            generations=getattr(args, "num_generations", None) if args.world_size == 1 else None,
            tracked_as=_link_trainers_run(self._store.url, self._training),
        )
        write_state(self._store, self._training, self._state)

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._state = self._state.model_copy(update={"step": state.global_step})
        write_state(self._store, self._training, self._state)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Conclude the run directory. An error is printed: the trainer has weights to save."""
        if not state.is_world_process_zero:
            return
        try:
            self._conclude()
        except TautrajError as error:
            self._say(f"{error}. The episodes are written; metrics and MLflow: {backfill_command(self._store)}")


def _read_model_name(model: Any) -> str | None:
    """Last part of its name or path: nothing of the machine."""
    name = getattr(getattr(model, "config", None), "_name_or_path", None)
    return Path(name).name if name else None


def _link_trainers_run(run_directory: str, training: str) -> str | None:
    """The id of the trainer's own MLflow run, which is given the run directory as a tag; None if it has none."""
    mlflow = sys.modules.get("mlflow")
    if mlflow is None or (run := mlflow.active_run()) is None:
        return None
    with suppress(TrackingError), boundary(TrackingError, "the trainer's MLflow"):
        mlflow.set_tag(f"tautraj.run_directory.{training}", run_directory)
    return str(run.info.run_id)


def build_callback(
    store: Store, training: str, conclude: Callable[[], object], say: Callable[[str], None]
) -> TrainerCallback:
    """A callback of a class of its own: transformers warns of two of one class."""
    return type(f"RolloutCallback{training}", (RolloutCallback,), {})(store, training, conclude, say)
