"""Configuration of `flows/learn.py`.

Not here: the commands that follow from it (`training.loop`).
"""

from pydantic import Field, JsonValue, NonNegativeInt, PositiveInt

from tautraj.benchmarks.goals import Families
from tautraj.trajectory import Record


class WorldSet(Record):
    """Worlds of a size that are made for the loop."""

    n: PositiveInt
    """Tasks of each."""
    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1)


class OneWorld(WorldSet):
    """A world."""

    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1, max_length=1)


class Worlds(Record):
    """Worlds that share nothing."""

    train: WorldSet
    """Several: of one, a model learns customers and ids by heart, instead of reading them."""
    test: OneWorld


class TaskCounts(Record):
    """Tasks of the other world that are played, at most."""

    before: PositiveInt
    """The untrained model fills every answer to its limit: each takes it twice as long."""
    after: PositiveInt


class LearnRequest(Record):
    """Configuration of `flows/learn.py`."""

    domain: str
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
    train: dict[str, JsonValue]
    """Settings of `flows/train.py`."""
