"""Episodes that go on from turns of other ones: which there are, and the turns that each begins with.

Reads records only. Not here: the turns at which one may begin (`grading.branching.points`), rebuilding the world and
the seats at one (`runs.episode.opening`), the command (`runs.branch_request`).
"""

from collections.abc import Iterator
from typing import NamedTuple

from tautraj.benchmarks import open_benchmark
from tautraj.config import BranchSource, Run
from tautraj.config.identity import EpisodeSpec, identify_branch, identify_cell
from tautraj.errors import BrokenRecord, ConfigError, suggest_closest
from tautraj.grading.branching.points import find_branch_turns
from tautraj.store import Store
from tautraj.trajectory import Parent, Trajectory, Turn


class BranchPoint(NamedTuple):
    """A turn of an episode at which branches begin."""

    origin: EpisodeSpec
    """The episode."""
    cell: str
    """Directory name of its cell."""
    started: float
    """When it began. Unix time, s."""
    turn: int


def plan_branches(run: Run, source: BranchSource, most: int) -> list[EpisodeSpec]:
    """All episodes of a run that goes on from others, first tries first.

    Raises `ConfigError` if there are none, or more than `most`.
    """
    benchmark, cell = open_benchmark(run.benchmark, run.domain), identify_cell(run)
    points = [
        BranchPoint(
            EpisodeSpec(episode.id, episode.task_id, episode.trial, episode.seed), episode.cell, episode.started, turn
        )
        for episode in read_sources(source)
        for turn in find_branch_turns(episode, source.at, benchmark)
    ]
    if not points:
        raise ConfigError(
            f"at={source.at}: no episode of {source.run} has such a turn. Choose another at=…, other episodes=[…] "
            "or another run=…"
        )
    if len(points) * source.tries > most:
        raise ConfigError(
            f"tries={source.tries}: {len(points) * source.tries:,} episodes; a run holds up to {most:,}"
        )
    return [
        identify_branch(run, cell, point.origin, point.started, _build_parent(point, attempt))
        for attempt in range(source.tries)
        for point in points
    ]


def read_sources(source: BranchSource) -> Iterator[Trajectory]:
    """The episodes that `source` names. Raises `ConfigError` if it names one that is not there."""
    store = Store(source.run)
    if source.episodes is None:
        yield from store.read_episodes()
        return
    known = store.list_ids()
    for episode_id in source.episodes:
        if episode_id not in known:
            raise ConfigError(
                f"episodes: {source.run} has no episode {episode_id}.{suggest_closest(episode_id, sorted(known))} "
                f"`python flows/show.py run={source.run}` lists them"
            )
        if (episode := store.read_episode(episode_id)) is not None:
            yield episode


def read_opening_turns(run: Run, parent: Parent) -> tuple[Turn, ...]:
    """The turns of its parent that a branch begins with. Raises `BrokenRecord` if there are none any more."""
    assert run.branch is not None, "only such a run has branches"
    episode = Store(run.branch.run).read_episode(parent.episode)
    if episode is None or parent.turn >= len(episode.turns):
        raise BrokenRecord(f"{run.branch.run} has no turn {parent.turn} of {parent.episode} any more: play it again")
    return episode.turns[: parent.turn]


def _build_parent(point: BranchPoint, attempt: int) -> Parent:
    return Parent(run=point.cell, episode=point.origin.id, turn=point.turn, attempt=attempt)
