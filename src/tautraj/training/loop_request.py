"""Configuration of `flows/learn.py`.

Not here: the commands that follow from it (`training.loop`).
"""

from pydantic import Field, JsonValue, NonNegativeInt, PositiveInt, model_validator

from tautraj.benchmarks.goals import Families
from tautraj.config import Domain
from tautraj.trajectory import Record

SET_BY_LOOP = ("data", "base", "seed", "out")
"""Settings of `flows/train.py` that follow from other keys of the loop."""


class WorldSet(Record):
    """Worlds of a size that are made for the loop."""

    n: PositiveInt
    """Tasks of each."""
    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1)


class OneWorld(WorldSet):
    """A world."""

    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1, max_length=1)


class Worlds(Record):
    """Worlds that share no customer, task or order; some of their orders have the same number."""

    train: WorldSet
    """Several: of one, a model learns customers and ids by heart, instead of reading them."""
    test: OneWorld

    @model_validator(mode="after")
    def _check_apart(self) -> "Worlds":
        [seed] = self.test.seeds
        if seed in self.train.seeds:
            raise ValueError(f"the world of seed {seed} is learned from, too: choose another for worlds.test.seeds")
        return self


class TaskCounts(Record):
    """Tasks of the other world that are played, at most."""

    before: PositiveInt
    """The untrained model fills every answer to its limit: each takes it twice as long."""
    after: PositiveInt


class LearnRequest(Record):
    """Configuration of `flows/learn.py`."""

    domain: Domain
    """Its tasks' shape and policy; the data are those of the loop's own worlds."""
    root: str
    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1)
    """Of the training: a model and a measurement each."""
    worlds: Worlds
    families: Families
    """Of the tasks of both worlds."""
    row_tokens: PositiveInt
    """Conversations of the rules agent that are longer are left out, of both worlds."""
    tasks: TaskCounts
    base: str
    """Weights of a package, a .gguf file, or the folder of a training."""
    train: dict[str, JsonValue]
    """Settings of `flows/train.py`."""

    @model_validator(mode="after")
    def _check_own_keys(self) -> "LearnRequest":
        if self.domain.data_dir is not None:
            raise ValueError(
                "domain.data_dir is not read: the loop makes its own worlds, worlds.train and worlds.test"
            )
        if own := [key for key in SET_BY_LOOP if key in self.train]:
            raise ValueError(f"train.{own[0]} follows from the loop's own keys: leave it out")
        return self
