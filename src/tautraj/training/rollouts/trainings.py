"""What a run directory knows of a training that plays in it: `trainings/<name>.json`, which its trainer keeps up.

Rollouts may be played by another process than the trainer's, which reads there at which step it is.
"""

import threading

from tautraj.store import Store
from tautraj.trajectory import Record, Rollout


class TrainingState(Record):
    """A training as its trainer's callback last wrote it. None: not known."""

    policy: str | None
    """Name of the model that is trained."""
    step: int | None
    """Updates of the weights so far."""
    generations: int | None
    """Rollouts of a group; None also where several ranks share a group."""
    tracked_as: str | None
    """Id of the trainer's own MLflow run."""


UNKNOWN = TrainingState(policy=None, step=None, generations=None, tracked_as=None)


def write_state(store: Store, training: str, state: TrainingState) -> None:
    store.write_json(_locate(training), state.model_dump())


def read_state(store: Store, training: str) -> TrainingState:
    """`UNKNOWN` if the trainer has no callback of the environment."""
    written = store.read_json(_locate(training))
    return UNKNOWN if written is None else TrainingState.model_validate(written)


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
