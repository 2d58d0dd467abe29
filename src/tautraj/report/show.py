"""Which conversation of a run directory is meant, and its reward explained.

Not here: how it is printed (`reading`), the page with all of them (`report`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import Field, field_validator

from tautraj.errors import ConfigError, StoreError, hint
from tautraj.grading.explanation import lines
from tautraj.metrics import SUCCESS
from tautraj.report.run_data import benchmark_of, explained
from tautraj.store import Store
from tautraj.store.discovery import newest
from tautraj.trajectory import Record, Trajectory

NAMED = 20
"""Of what exists, at most."""


class Show(Record):
    """What the door is asked for."""

    run: str | None = Field(min_length=1)
    """The run directory, a path or URL; None: the newest under `root`."""
    root: str
    task: str | None
    trial: int | None = Field(ge=0)
    episode: str | None
    full: bool

    @field_validator("task", "episode", mode="before")
    @classmethod
    def _text(cls, given: Any) -> Any:
        return str(given) if isinstance(given, int | float) else given


class Listed(NamedTuple):
    id: str
    task_id: str
    trial: int
    reward: float | None


class Found(NamedTuple):
    url: str
    trajectory: Trajectory | None
    """None: several are meant."""
    why: tuple[str, ...]
    """The reward explained, line by line; nothing where nothing is wrong."""
    several: tuple[Listed, ...]


def show(asked: Show) -> Found:
    """Raises `StoreError` and `ConfigError`, saying what exists."""
    store = Store(asked.run or newest(asked.root))
    store.config()
    meant = [_named(store, asked.episode)] if asked.episode is not None else _meant(store, asked)
    if len(meant) > 1:
        return Found(store.url, None, (), tuple(meant))
    trajectory = store.episode(meant[0].id)
    if trajectory is None:
        raise StoreError(f"{store.url} no longer has episode {meant[0].id}. Ask again")
    return Found(store.url, trajectory, tuple(_why(store, trajectory)), ())


def _named(store: Store, episode: str) -> Listed:
    known = sorted(store.ids())
    if episode not in known:
        raise StoreError(f"{store.url} has no episode {episode}.{hint(episode, known)} It has: {_some(known)}")
    return Listed(episode, "", 0, None)


def _meant(store: Store, asked: Show) -> list[Listed]:
    """All that are, or the one that nobody had to name."""
    anyone = asked.task is None and asked.trial is None
    tasks: dict[str, None] = {}
    trials: set[int] = set()
    found: list[Listed] = []
    for one in store.episodes():
        tasks[one.task_id] = None
        trials.add(one.trial)
        if asked.task in (None, one.task_id) and asked.trial in (None, one.trial):
            listed = Listed(one.id, one.task_id, one.trial, one.reward)
            if anyone and one.reward is not None and one.reward < SUCCESS:
                return [listed]
            found = found[:1] if anyone and found else [*found, listed]
    if not tasks:
        raise StoreError(f"{store.url} has no episodes. Play some: python flows/generate.py")
    if found:
        return sorted(found, key=lambda one: (one.task_id, one.trial))
    if asked.task is not None and asked.task not in tasks:
        known = sorted(tasks, key=lambda task: (len(task), task))
        raise ConfigError(f"{store.url} has no task {asked.task}.{hint(asked.task, known)} It has: {_some(known)}")
    raise ConfigError(f"{store.url} has no trial {asked.trial} of that. Trials: {_some(sorted(map(str, trials)))}")


def _why(store: Store, trajectory: Trajectory) -> list[str]:
    if trajectory.reward is None:
        return [f"not graded: {trajectory.ungraded}"]
    if trajectory.reward >= SUCCESS:
        return []
    found = explained(trajectory, benchmark_of(store))
    return [f"not explained: {found}"] if isinstance(found, str) else list(lines(found))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
