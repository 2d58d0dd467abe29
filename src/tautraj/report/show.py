"""Which conversation of a run directory is meant, and its reward explained.

Not here: how it is printed (`reading`), the page with all of them (`report`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pydantic import Field, field_validator

from tautraj.errors import ConfigError, StoreError, suggest_closest
from tautraj.grading.explanation import format_explanation
from tautraj.metrics import is_success
from tautraj.report.run_data import explain_reward, open_run_benchmark
from tautraj.store import Store
from tautraj.store.discovery import resolve_runs
from tautraj.trajectory import Record, Trajectory

MOST_LISTED = 20
"""Of what exists, at most."""


class ShowRequest(Record):
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
    def _as_text(cls, given: Any) -> Any:
        return str(given) if isinstance(given, int | float) else given


class EpisodeRef(NamedTuple):
    id: str
    task_id: str
    trial: int
    reward: float | None


class ShowResult(NamedTuple):
    url: str
    trajectory: Trajectory | None
    """None: several are meant."""
    explanation: tuple[str, ...]
    """The reward explained, line by line; nothing where nothing is wrong."""
    candidates: tuple[EpisodeRef, ...]


def find_episode(request: ShowRequest) -> ShowResult:
    """Raises `StoreError` and `ConfigError`, saying what exists."""
    store = Store(resolve_runs(request.run and [request.run], request.root)[0])
    store.read_config()
    meant = [_find_by_id(store, request.episode)] if request.episode is not None else _find_matching(store, request)
    if len(meant) > 1:
        return ShowResult(store.url, None, (), tuple(meant))
    trajectory = store.read_episode(meant[0].id)
    if trajectory is None:
        raise StoreError(f"{store.url} no longer has episode {meant[0].id}. Ask again")
    return ShowResult(store.url, trajectory, tuple(_explanation_lines(store, trajectory)), ())


def _find_by_id(store: Store, episode: str) -> EpisodeRef:
    known = sorted(store.list_ids())
    if episode not in known:
        raise StoreError(
            f"{store.url} has no episode {episode}.{suggest_closest(episode, known)} It has: {_join_names(known)}"
        )
    return EpisodeRef(episode, "", 0, None)


def _find_matching(store: Store, request: ShowRequest) -> list[EpisodeRef]:
    """All that are, or the one that nobody had to name."""
    anyone = request.task is None and request.trial is None
    tasks: dict[str, None] = {}
    trials: set[int] = set()
    found: list[EpisodeRef] = []
    for one in store.read_episodes():
        tasks[one.task_id] = None
        trials.add(one.trial)
        if request.task in (None, one.task_id) and request.trial in (None, one.trial):
            listed = EpisodeRef(one.id, one.task_id, one.trial, one.reward)
            if anyone and is_success(one.reward) is False:
                return [listed]
            found = found[:1] if anyone and found else [*found, listed]
    if not tasks:
        raise StoreError(f"{store.url} has no episodes. Play some: python flows/generate.py")
    if found:
        return sorted(found, key=lambda one: (one.task_id, one.trial))
    if request.task is not None and request.task not in tasks:
        known = sorted(tasks, key=lambda task: (len(task), task))
        raise ConfigError(
            f"{store.url} has no task {request.task}.{suggest_closest(request.task, known)} "
            f"It has: {_join_names(known)}"
        )
    raise ConfigError(
        f"{store.url} has no trial {request.trial} of that. Trials: {_join_names(sorted(map(str, trials)))}"
    )


def _explanation_lines(store: Store, trajectory: Trajectory) -> list[str]:
    if trajectory.reward is None:
        return [f"not graded: {trajectory.ungraded}"]
    if is_success(trajectory.reward):
        return []
    found = explain_reward(trajectory, open_run_benchmark(store))
    return [f"not explained: {found}"] if isinstance(found, str) else list(format_explanation(found))


def _join_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more
