"""What the models of the loop reached: successes by model and by family of the tasks.

Not here: playing them (`training.loop_steps`), intervals (`metrics`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tautraj.benchmarks.origins import read_origins
from tautraj.metrics import EpisodeSummary, compute_success_interval, count_successes_by_task
from tautraj.store import Store, index
from tautraj.store.discovery import list_runs, read_run
from tautraj.training.loop import BEFORE, name_after
from tautraj.training.loop_request import LearnRequest


class Score(NamedTuple):
    """Graded tasks of a model, or of one family of them."""

    successes: int
    tasks: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, at 95 %, over tasks."""
        return compute_success_interval([(1, 1)] * self.successes + [(0, 1)] * (self.tasks - self.successes))


class ModelScores(NamedTuple):
    """A run of the loop."""

    name: str
    """`before`, or `after-` and the seed of the training."""
    directory: str
    overall: Score
    families: Mapping[str, Score]
    ungraded: int


def read_scores(request: LearnRequest) -> Iterator[ModelScores]:
    """The scores of the base model and of each trained one that has been played, the one played last per name."""
    directories = find_named_runs(request.root)
    for name in (BEFORE, *(name_after(seed) for seed in request.seeds)):
        if (url := directories.get(name)) is not None:
            store = Store(url)
            origins = read_origins(read_run(store).domain.data_dir or "")
            rows = index.read_rows(store)
            yield score_model(name, url, rows, {task: origin.family for task, origin in origins.items()})


def find_named_runs(root: str) -> dict[str | None, str]:
    """Name -> directory, of the runs under `root`: the newest of each name."""
    return {Store(url).read_config().get("name"): url for url in reversed(list_runs(root))}


def score_model(name: str, url: str, rows: list[EpisodeSummary], families: Mapping[str, str]) -> ModelScores:
    """`families`: task id -> family."""
    counts: dict[str, list[int]] = defaultdict(list)
    for task, (successes, _) in count_successes_by_task(rows).items():
        counts[families[task]].append(successes)
    by_family = {family: Score(sum(counted), len(counted)) for family, counted in sorted(counts.items())}
    overall = Score(sum(s.successes for s in by_family.values()), sum(s.tasks for s in by_family.values()))
    return ModelScores(name, url, overall, by_family, sum(row.reward is None for row in rows))
