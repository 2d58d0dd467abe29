"""What a training made, and what the models of the loop reached, in the terminal."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tautraj.config.command_line import to_override
from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.report.terminal.console import print_sentence, print_table, safe_text
from tautraj.training.loop import seat_weights
from tautraj.training.loop_steps import StepCost
from tautraj.training.pipeline import TrainResult
from tautraj.training.scores import ModelScores, Score


def print_training(result: TrainResult) -> None:
    """The table of a training, and the command that plays the model."""
    record = result.record
    if not result.is_new:
        print_sentence("This training is complete. Another seed=… is another model.")
    print_table(
        f"Model {result.folder}",
        [
            ("rows", f"{record['rows']:,}"),
            ("updates of the weights", f"{record['steps']:,}"),
            ("device", record["device"]),
            ("minutes, of CPU time", f"{record['minutes']:.1f}, {record['cpu_minutes']:.1f}"),
        ],
    )
    if (result.folder / WEIGHTS_IN_FOLDER).is_file():
        print_play(result.folder)


def print_play(weights: Path) -> None:
    """The command that plays a model of the user's own: a file, or a folder that has one."""
    named = weights.parent if weights.name == WEIGHTS_IN_FOLDER else weights
    print(f"play it: python flows/generate.py {shlex.join(seat_weights(named))}")


def print_learning(scores: Sequence[ModelScores], costs: Iterable[StepCost], root: str) -> None:
    """A column per model, a row per family of tasks; what each command took that ran now; where to look further."""
    table = Table()
    table.add_column("tasks", style="bold")
    families = sorted({family for model in scores for family in model.families})
    for model in scores:
        table.add_column(model.name, justify="right")
    for family in families:
        table.add_row(family, *(_format_score(model.families.get(family)) for model in scores))
    table.add_section()
    table.add_row("all", *(_format_score(model.overall) for model in scores))
    table.add_row("95 %", *(_format_interval(model.overall) for model in scores))
    if any(model.ungraded for model in scores):
        table.add_row("not graded", *(str(model.ungraded) for model in scores))
    console = Console(soft_wrap=False)
    console.print(safe_text("Tasks of a world that no model was trained on, solved"), soft_wrap=True)
    console.print(table)
    for cost in costs:
        print_sentence(f"{cost.title}: {cost.minutes:.1f} min, {cost.cpu_minutes:.1f} CPU-min")
    for model in scores:
        console.print(safe_text(f"{model.name + ':':<15} {model.directory}"), soft_wrap=True)
    print(f"side by side:   python flows/report.py {shlex.quote(to_override('root', root))} run=all")
    print(f"in MLflow:      TAUTRAJ_ROOT={shlex.quote(root)} make ui")


def _format_score(score: Score | None) -> str:
    return f"{score.successes} of {score.tasks}" if score else "–"


def _format_interval(score: Score) -> str:
    low, high = score.interval
    return f"{low:.0%} to {high:.0%}"
