"""What a run directory knows of a training that plays in it: `trainings/<name>.json`, which its trainer keeps up.

Rollouts may be played by another process than the trainer's, which reads there at which step it is.
"""

import threading

from tautraj.store import Store
from tautraj.trajectory import Record, Rollout


class TrainingState(Record):
    """A training as its trainer last told."""

    policy: str | None = None
    """Name of the model that is trained."""
    step: int | None = None
    """Updates of the weights so far; None: the trainer did not tell."""
    generations: int | None = None
    """Rollouts of a group."""
    tracked_as: str | None = None
    """Id of the trainer's own MLflow run."""


def write_state(store: Store, training: str, state: TrainingState) -> None:
    store.write_json(_locate(training), state.model_dump())


def read_state(store: Store, training: str) -> TrainingState:
    """All unknown if the trainer has told nothing."""
    return TrainingState.model_validate(store.read_json(_locate(training)) or {})


def _locate(training: str) -> str:
    return f"trainings/{training}.json"


class RolloutNumbers:
    """Numbers the rollouts of a training: their groups, and the members of each. Thread-safe."""

    def __init__(self, training: str) -> None:
        self._training = training
        self._counts: dict[tuple[str, int], int] = {}
        self._groups: dict[tuple[str, int, int | None], list[int]] = {}
        """Key of a group -> its number, and how many members it has."""
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, object]:
        return {key: value for key, value in self.__dict__.items() if key != "_lock"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__ |= state
        self._lock = threading.Lock()

    def take(self, task: str, trial: int, state: TrainingState) -> Rollout:
        """The place of the next rollout of a task: in the group under way, or in a new one.

        A group is full after `state.generations` rollouts; where that is not known, it is those of one step.
        """
        with self._lock:
            count = self._counts.get((task, trial), 0)
            self._counts[task, trial] = count + 1
            turn = state.step if state.generations is None else count // state.generations
            group = self._groups.setdefault((task, trial, turn), [len(self._groups), 0])
            group[1] += 1
            return Rollout(training=self._training, step=state.step, group=group[0], member=group[1] - 1)
