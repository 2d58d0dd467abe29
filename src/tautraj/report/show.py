"""Find the episode that `python flows/show.py` shows, and explain its reward.

Not here: how it is printed (`report.terminal.conversation`), the page of all episodes (`report.html.page`).
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
"""Names listed in an error message, at most."""


class ShowRequest(Record):
    """Configuration of `flows/show.py`."""

    run: str | None = Field(min_length=1)
    """The run directory, a path or URL; None: the newest under `root`."""
    root: str
    task: str | None
    trial: int | None = Field(ge=0)
    episode: str | None
    full: bool

    @field_validator("task", "episode", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) else value


class EpisodeRef(NamedTuple):
    id: str
    task_id: str
    trial: int
    reward: float | None


class ShowResult(NamedTuple):
    url: str
    trajectory: Trajectory | None
    """None: several episodes match, see `candidates`."""
    explanation: tuple[str, ...]
    """The reward explained, line by line; empty for an episode that passed."""
    candidates: tuple[EpisodeRef, ...]
    """The episodes that match, if several do."""


def find_episode(request: ShowRequest) -> ShowResult:
    """The episode that `request` names; without a name the first that failed, else the first.

    Raises `StoreError` or `ConfigError`, naming what exists.
    """
    stores = [Store(url) for url in resolve_runs(request.run and [request.run], request.root)]
    store, matches = _find_in_first(stores, request)
    if len(matches) > 1:
        return ShowResult(store.url, None, (), tuple(matches))
    trajectory = store.read_episode(matches[0].id)
    if trajectory is None:
        raise StoreError(f"{store.url} no longer has episode {matches[0].id}. Run the command again")
    return ShowResult(store.url, trajectory, tuple(_explanation_lines(store, trajectory)), ())


def _find_in_first(stores: Sequence[Store], request: ShowRequest) -> tuple[Store, list[EpisodeRef]]:
    """The matches in the first store that has any, without a name one with a failed conversation first."""
    first: tuple[Store, list[EpisodeRef]] | None = None
    error: StoreError | ConfigError | None = None
    for store in stores:
        try:
            matches = (
                [_find_by_id(store, request.episode)]
                if request.episode is not None
                else _find_matching(store, request)
            )
        except (StoreError, ConfigError) as caught:
            error = error or caught
            continue
        if len(matches) > 1 or is_success(matches[0].reward) is False or request.episode is not None:
            return store, matches
        first = first or (store, matches)
    if first is None:
        assert error is not None
        raise error
    return first


def _find_by_id(store: Store, episode: str) -> EpisodeRef:
    known = sorted(store.list_ids())
    if episode not in known:
        raise StoreError(
            f"{store.url} has no episode {episode}.{suggest_closest(episode, known)} It has: {_join_names(known)}"
        )
    return EpisodeRef(episode, "", 0, None)


def _find_matching(store: Store, request: ShowRequest) -> list[EpisodeRef]:
    """All episodes of the named task and trial; without either the first failure, else the first episode."""
    unnamed = request.task is None and request.trial is None
    tasks: dict[str, None] = {}
    trials: set[int] = set()
    matches: list[EpisodeRef] = []
    for episode in store.read_episodes():
        tasks[episode.task_id] = None
        trials.add(episode.trial)
        if request.task in (None, episode.task_id) and request.trial in (None, episode.trial):
            match = EpisodeRef(episode.id, episode.task_id, episode.trial, episode.reward)
            if unnamed and is_success(episode.reward) is False:
                return [match]
            matches = matches[:1] if unnamed and matches else [*matches, match]
    if not tasks:
        raise StoreError(f"{store.url} has no episodes. Play some: python flows/generate.py")
    if matches:
        return sorted(matches, key=lambda match: (match.task_id, match.trial))
    if request.task is not None and request.task not in tasks:
        known = sorted(tasks, key=lambda task: (len(task), task))
        raise ConfigError(
            f"{store.url} has no task {request.task}.{suggest_closest(request.task, known)} "
            f"It has: {_join_names(known)}"
        )
    raise ConfigError(f"{store.url} has no trial {request.trial}. Trials: {_join_names(sorted(map(str, trials)))}")


def _explanation_lines(store: Store, trajectory: Trajectory) -> list[str]:
    if trajectory.reward is None:
        return [f"not graded: {trajectory.ungraded}"]
    if is_success(trajectory.reward):
        return []
    explanation = explain_reward(trajectory, open_run_benchmark(store))
    if isinstance(explanation, str):
        return [f"not explained: {explanation}"]
    return list(format_explanation(explanation))


def _join_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more
