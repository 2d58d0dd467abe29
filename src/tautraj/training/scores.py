"""What the models of the loop reached: successes by model and by family of the tasks.

Not here: playing them (`training.loop_steps`), intervals (`metrics`).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tautraj.benchmarks.origins import read_origins
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import locate_run_directory
from tautraj.config.parse import parse_run
from tautraj.metrics import EpisodeSummary, compute_success_interval, count_successes_by_task
from tautraj.runs.plan import select_task_ids
from tautraj.store import Store, index
from tautraj.training.loop import BEFORE, Step, name_after, plan_after, plan_before
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
    """The scores of the base model and of each trained one. All have been played."""
    steps = {BEFORE: plan_before(request)} | {name_after(seed): plan_after(request, seed) for seed in request.seeds}
    for name, step in steps.items():
        played = read_measurement(step)
        families = {task: origin.family for task, origin in read_origins(played.run.domain.data_dir or "").items()}
        yield score_model(name, played.directory, played.episodes, families)


class Measurement(NamedTuple):
    """What a command of the loop that plays has left."""

    run: Run
    directory: str
    episodes: list[EpisodeSummary]
    """Those of the tasks that it names: an earlier one may have played more."""


def read_measurement(step: Step) -> Measurement:
    """The run of `step`, which has been played."""
    run = parse_run(compose_tree(step.overrides))
    directory, tasks = locate_run_directory(run), set(select_task_ids(run))
    return Measurement(run, directory, [row for row in index.read_rows(Store(directory)) if row.task_id in tasks])


def score_model(name: str, url: str, rows: list[EpisodeSummary], families: Mapping[str, str]) -> ModelScores:
    """`families`: task id -> family."""
    counts: dict[str, list[int]] = defaultdict(list)
    for task, (successes, _) in count_successes_by_task(rows).items():
        counts[families[task]].append(successes)
    by_family = {family: Score(sum(counted), len(counted)) for family, counted in sorted(counts.items())}
    overall = Score(sum(s.successes for s in by_family.values()), sum(s.tasks for s in by_family.values()))
    return ModelScores(name, url, overall, by_family, sum(row.reward is None for row in rows))
