"""Successes counted by run, task or operation, for bars of a chart.

Not here: how they are drawn (`report.html.plots`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tautraj.metrics import compute_success_interval
from tautraj.report.episode_rows import EpisodeRow


class Bar(NamedTuple):
    name: str
    counts: tuple[tuple[int, int], ...]
    """Successes and graded episodes of each task."""

    @property
    def passed(self) -> int:
        return sum(passed for passed, _ in self.counts)

    @property
    def graded(self) -> int:
        return sum(graded for _, graded in self.counts)

    @property
    def rate(self) -> float:
        return self.passed / self.graded

    @property
    def interval(self) -> tuple[float, float]:
        return compute_success_interval(self.counts)


def count_bars(
    episodes: Sequence[EpisodeRow], names: Callable[[EpisodeRow], Sequence[str]], domains: Sequence[str]
) -> list[Bar]:
    """A bar for each name. `names`: the names that an episode counts for."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for episode in episodes:
        if episode.status != "ungraded":
            for name in names(episode):
                task, by_task = name_task(episode, domains), counts.setdefault(name, {})
                passed, graded = by_task.get(task, (0, 0))
                by_task[task] = (passed + (episode.status == "passed"), graded + 1)
    return [Bar(name, tuple(by_task.values())) for name, by_task in counts.items()]


def name_task(episode: EpisodeRow, domains: Sequence[str]) -> str:
    """Its id, with the domain where there are several: they use the same ids."""
    return f"{domains[episode.run]} {episode.task_id}" if len(set(domains)) > 1 else episode.task_id
