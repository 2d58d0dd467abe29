"""Synthetic tasks in a dataset: their columns, and what the card says of their worlds, families and proofs.

Not here: how worlds are made and proved (`synthesis`), what is refused (`export.contamination.world_guard`).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from tautraj.benchmarks.origins import Difficulty, TaskOrigin
from tautraj.export.formats import Row
from tautraj.export.output.markdown import render_table
from tautraj.export.selection.candidates import Candidate

PROOFS = {
    "V1": "τ² loads the task",
    "V2": "the gold calls run without an error",
    "V3": "they have an effect, and none of them can be left out",
    "V4": "other orders of the writes lead to the same state",
    "V5": "the policy allows each of them, judged on the raw data without the tools",
    "V6": "every reference names one entity",
    "V7": "τ²'s own evaluator: gold 1; nothing done 0, unless all there is to do is refuse; without the last write 0",
    "V8": "a solver that reads only the text and the tools comes to the gold state",
    "V9": "the same, request by request, in every order of the requests",
    "V10": "shares no id, gold write or passage with an official task",
}
"""Check -> what holds of a task that passed it."""


def build_task_columns(task: TaskOrigin | None) -> Row:
    """Columns that trace a row to its world; None in each for a task that is not synthetic."""
    if task is None:
        return dict.fromkeys(("world", "world_seed", "family", "difficulty", "proofs", "paraphrased_by"))
    return {
        "world": task.world.name,
        "world_seed": task.world.seed,
        "family": task.family,
        "difficulty": task.difficulty,
        "proofs": list(task.proofs),
        "paraphrased_by": task.world.paraphrased_by if task.paraphrased else None,
    }


def render_origins(chosen: Sequence[Candidate]) -> Iterator[str]:
    """The card's part about synthetic tasks; nothing without any."""
    tasks = [candidate.origin for candidate in chosen if candidate.origin]
    if not tasks:
        return
    yield "## Synthetic tasks\n"
    yield f"The customers, entities and tasks of these worlds are of no benchmark. {_describe_paraphrases(tasks)}.\n"
    yield from render_table(("world", "made by", "generator", "conversations"), _count_worlds(tasks))
    yield ""
    yield from render_table(("family", *get_args(Difficulty), "conversations"), _count_families(tasks))
    yield "\nChecks that their tasks passed when the worlds were made:\n"
    counts = Counter(name for task in tasks for name in task.proofs)
    proved = ((name, holds, counts[name]) for name, holds in PROOFS.items() if counts[name])
    yield from render_table(("check", "what holds", "conversations"), proved)
    yield ""


def _describe_paraphrases(tasks: Sequence[TaskOrigin]) -> str:
    counts = Counter(task.world.paraphrased_by for task in tasks if task.paraphrased)
    shares = " and ".join(
        f"in {n} of these conversations the task has the words of `{llm}`" for llm, n in counts.items()
    )
    return f"No llm had a part in making them, but that {shares}" if counts else "No llm had a part in making them"


def _count_worlds(tasks: Sequence[TaskOrigin]) -> Iterator[tuple[Any, ...]]:
    counts = Counter((task.world.name, task.world) for task in tasks)
    for (name, world), conversations in sorted(counts.items(), key=lambda item: item[0][0]):
        command = f"`python flows/synthesize.py domain={world.domain} n={world.n} seed={world.seed}`"
        yield f"`{name}`", command, f"version {world.version}", conversations


def _count_families(tasks: Sequence[TaskOrigin]) -> Iterator[tuple[Any, ...]]:
    for family in sorted({task.family for task in tasks}):
        counts = Counter(task.difficulty for task in tasks if task.family == family)
        yield family, *(counts[level] for level in get_args(Difficulty)), counts.total()
