"""What a model learns from an export, and what of it: a learning curve, and one thing left out at a time.

    python measurements/learning.py curve|thoughts|filters|preference [--seeds 1 2 3] [--tasks 50] [--root FOLDER]

Every arm trains and plays in `root`, beside what `flows/learn.py` left there, by the commands that it prints; what is
done is not done again. The table at the end has successes with Wilson's interval over tasks, and episodes in which
the agent wrote what the customer had not said yes to.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tautraj import process_env

process_env.prepare()

from tautraj.config.command_line import compose_tree, to_override  # noqa: E402
from tautraj.config.parse import parse_as  # noqa: E402
from tautraj.metrics import EpisodeSummary, compute_success_interval, count_successes_by_task  # noqa: E402
from tautraj.store import Store  # noqa: E402
from tautraj.training.loop import (  # noqa: E402
    CHOICES,
    Step,
    complete_seat,
    locate_conversations,
    locate_export,
    locate_model,
    name_after,
    plan_export,
    plan_measurement,
    plan_play,
    plan_training,
    seat_weights,
)
from tautraj.training.loop_request import LearnRequest  # noqa: E402
from tautraj.training.loop_steps import run_steps  # noqa: E402
from tautraj.training.scores import read_measurement  # noqa: E402

SIZES = (25, 50, 100, 200, 400)
"""Rows of the learning curve."""

OWN_TASKS = 12
"""Of each world that was learned from, which the trained model plays for pairs."""

PAIRS = 24
"""That are learned from, at most."""


class Arm(NamedTuple):
    """A way to train, measured with every seed."""

    name: str
    data: Path
    """Folder of the export."""
    settings: dict[str, Any]
    """Of `flows/train.py`, instead of those of `conf/learn.yaml`; none: the loop's own models are measured."""
    before: tuple[Step, ...] = ()
    """What makes the export."""
    sampling: tuple[str, ...] = ()
    """Of the measurement, instead of the loop's."""

    @property
    def label(self) -> str:
        """Its name in names of files."""
        return re.sub(r"\W+", "-", self.name)


def plan_curve(request: LearnRequest) -> Iterator[Arm]:
    """More and more rows of the same export."""
    for rows in SIZES:
        settings = {} if rows == request.train["rows"] else {"rows": rows}
        yield Arm(f"{rows} rows", locate_export(request, "train"), settings)


def plan_thoughts(request: LearnRequest) -> Iterator[Arm]:
    """With the rules agent's thoughts, or without."""
    runs = locate_conversations(request, "train")
    folder = beside(locate_export(request, "train"), "without-thoughts")
    export = plan_export(request, "rows without thoughts", [runs], folder, *CHOICES["train"], "style.thought=drop")
    yield plan_200_rows(request)
    yield Arm("200 rows without thoughts", folder, {"rows": 200}, (export,))


def plan_filters(request: LearnRequest) -> Iterator[Arm]:
    """A fifth of the tasks gets a mistake, where it has a write: one without asking, or another than was agreed to.

    The card of each export counts its rows with such a write, label `unconfirmed_write`.

    Greedy answers show the habit of most rows; at temperature 1 a model errs as often as it has seen.
    """
    runs = beside(locate_conversations(request, "train"), "careless")
    play = plan_play(request, "careless conversations", "train", runs, "agent=careless")
    for name, choice in {
        "everything": ("choose=everything",),
        "any_success": CHOICES["train"],
        "strict": ("choose=strict",),
    }.items():
        folder = beside(locate_export(request, "train"), f"careless-{name}")
        export = plan_export(request, f"rows with choose={name}", [runs], folder, *choice)
        yield Arm(f"choose={name}", folder, {"rows": 200}, (play, export), ("model.temperature=1",))


def plan_preference(request: LearnRequest) -> Iterator[Arm]:
    """DPO: what the rules agent did, against what the trained model did in the same tasks of its own worlds.

    Of all that followed, customers' and tools' messages too, or of the first action that differs.
    The base of all seeds is the first one's model of 200 rows, at temperature 1: both make it fail often enough.
    """
    of_200_rows = plan_200_rows(request)
    yield of_200_rows
    base = locate_arm(request, of_200_rows, request.seeds[0])
    rules = locate_conversations(request, "train")
    own = beside(rules, f"own-{base.name}")
    tasks = (to_override("tasks.from", locate_export(request, "train") / "train.jsonl"), f"tasks.limit={OWN_TASKS}")
    seat = (*complete_seat(*seat_weights(base), "model.temperature=1"), *tasks)
    play = plan_play(request, "own conversations", "train", own, *seat)
    choice = (*CHOICES["train"], "format=preference", f"choose.row_tokens={request.train['max_tokens']}")
    settings = {"base": str(base), "method": "dpo", "learning_rate": 3e-5, "rows": PAIRS, "repeat_rare": None}
    for completion in ("conversation", "action"):
        folder = beside(locate_export(request, "train"), f"pairs-{completion}-{base.name}")
        words = (*choice, f"format.completion={completion}")
        pairs = plan_export(request, f"pairs: {completion}", [rules, own], folder, *words)
        yield Arm(f"DPO, completion={completion}", folder, settings, (play, pairs))


def plan_200_rows(request: LearnRequest) -> Arm:
    """One of the curve's."""
    return Arm("200 rows", locate_export(request, "train"), {"rows": 200})


def locate_arm(request: LearnRequest, arm: Arm, seed: int) -> Path:
    """The folder of the model that an arm trains with `seed`."""
    folder = locate_model(request, seed)
    return beside(folder, arm.label) if arm.settings else folder


def beside(path: Path, name: str) -> Path:
    """A folder next to one of the loop's, by whose name it says what it was made of."""
    return path.with_name(f"{path.name}-{name}")


PLANS = {"curve": plan_curve, "thoughts": plan_thoughts, "filters": plan_filters, "preference": plan_preference}


class Measured(NamedTuple):
    """What one model did, or several."""

    episodes: Sequence[EpisodeSummary]
    unconfirmed: int
    """Episodes with a write that the customer had not said yes to."""


def read_measured(step: Step) -> Measured:
    """The graded episodes of a step that plays."""
    measurement = read_measurement(step)
    graded = {row.id: row for row in measurement.episodes if row.reward is not None}
    labels = [episode.labels for episode in Store(measurement.directory).read_episodes() if episode.id in graded]
    unconfirmed = sum(bool(label and label.unconfirmed_write) for label in labels)
    return Measured(list(graded.values()), unconfirmed)


def pool(measured: Sequence[Measured]) -> Measured:
    """The episodes of all seeds."""
    episodes = [episode for of_seed in measured for episode in of_seed.episodes]
    return Measured(episodes, sum(of_seed.unconfirmed for of_seed in measured))


def format_row(arm: str, seed: str, measured: Measured) -> str:
    """A line of the table. The interval is Wilson's, over tasks: seeds play the same ones."""
    tasks = count_successes_by_task(measured.episodes).values()
    low, high = compute_success_interval(list(tasks))
    played = len(measured.episodes)
    solved = f"{sum(successes for successes, _ in tasks)} of {played}"
    return f"| {arm} | {seed} | {solved} | {low:.0%} to {high:.0%} | {measured.unconfirmed} of {played} |"


def measure_arm(request: LearnRequest, arm: Arm, seed: int, tasks: int) -> Measured:
    """Train with `seed`, play the first `tasks` held-out tasks, and read what came of it."""
    folder = locate_arm(request, arm, seed)
    name = f"{arm.label}-{seed}" if arm.settings else name_after(seed)
    training = plan_training(request, arm.data, seed, folder, **arm.settings)
    played = plan_measurement(request, name, tasks, *seat_weights(folder), *arm.sampling)
    run_steps([*arm.before, training, played], print)
    return read_measured(played)


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plan", choices=PLANS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--tasks", type=int, default=50)
    parser.add_argument("--root", default="outputs/learn")
    options = parser.parse_args(words)
    overrides = [to_override("root", options.root), to_override("seeds", options.seeds)]
    request = parse_as(LearnRequest, compose_tree(overrides, "learn"))
    table = ["| arm | seed | solved | 95 % | a write without a yes |", "|---|---|--:|--:|--:|"]
    for arm in PLANS[options.plan](request):
        measured = [measure_arm(request, arm, seed, options.tasks) for seed in options.seeds]
        table += [
            format_row(arm.name, str(seed), of_seed) for seed, of_seed in zip(options.seeds, measured, strict=True)
        ]
        table.append(format_row(arm.name, "all", pool(measured)))
    print("", *table, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
