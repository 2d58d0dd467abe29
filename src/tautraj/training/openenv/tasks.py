"""The tasks of a server, and how a client names one.

Not here: which tasks may be trained on (`training.rollouts.task_rows`).
"""

import itertools
from collections.abc import Sequence

from tautraj.errors import ConfigError


class ServedTasks:
    """Tasks and trials of one split, in the order of `tautraj.training.tasks`. Thread-safe."""

    def __init__(self, domain: str, split: str, keys: Sequence[tuple[str, int]]) -> None:
        """`keys`: task id and trial of each, at least one."""
        self.domain, self.split, self._keys = domain, split, keys
        self._turns = itertools.count()

    def __len__(self) -> int:
        return len(self._keys)

    def choose(
        self, *, split: str | None, index: int | None, task: str | None, trial: int, seed: int | None
    ) -> tuple[str, int]:
        """Task id and trial: of `task`, else at `index`, else at `seed` modulo their number, else the next in turn.

        Raises `ConfigError` if they are none of this server's.
        """
        if split not in (None, self.split):
            raise ConfigError(
                f"split={split}: this server plays split={self.split}. Start another with split={split}"
            )
        if task is not None:
            if (task, trial) not in self._keys:
                raise ConfigError(f"task {task}, trial {trial}: not among the {len(self)} tasks of this server")
            return task, trial
        if index is None:
            return self._keys[(next(self._turns) if seed is None else seed) % len(self)]
        if not 0 <= index < len(self):
            raise ConfigError(f"index {index}: this server has {len(self)} tasks, the first is 0")
        return self._keys[index]
