"""What a world consists of, and whether its proofs hold, in the terminal."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from tautraj.report.terminal import console
from tautraj.synthesis.output.summary import World
from tautraj.synthesis.paraphrase.rounds import ParaphraseSummary
from tautraj.synthesis.reproof import Reproof
from tautraj.synthesis.request import SynthesisRequest

MOST_REFUSALS = 10
"""That are shown; the others are counted."""


def print_world(request: SynthesisRequest, world: World | None) -> None:
    """The table of a world that was made, or a line about one that was there; then the command that plays it."""
    if world is None:
        console.say("This world is complete. Another seed=… is another world.")
    else:
        rows = [
            ("tasks", f"{request.n:,}"),
            ("families", _format(world.families)),
            ("writes", _format(world.operations)),
            ("difficulty", _format(world.difficulty)),
            ("splits, by customer", _format(world.splits)),
            ("drafts refused by", _format(world.rejected)),
            ("passed, but set aside", _format(world.set_aside)),
            (
                "distinct-3, entities masked",
                "fewer than 114 tasks" if world.distinct is None else f"{world.distinct:.3f}",
            ),
            ("closeness to official tasks", world.closeness),
        ]
        if world.paraphrases:
            rows += _list_paraphrase_rows(world.paraphrases)
        console.print_table(f"World {request.folder}", rows)
    print(
        f"play it: python flows/generate.py domain={request.domain.name} domain.data_dir={request.folder} split=train"
    )


def _list_paraphrase_rows(summary: ParaphraseSummary) -> list[tuple[str, str]]:
    return [
        ("in the words of an llm", f"{summary.kept:,} of {summary.tasks:,}: {summary.llm.name}"),
        ("its answers refused by", _format(summary.refused) or "none"),
        ("its cost", summary.describe_cost()),
    ]


def print_reproof(reproof: Reproof) -> None:
    """How many tasks of a world were proved again, and what is wrong with the others."""
    tasks, refused = len(reproof.world.tasks), reproof.refused
    proved = sum(task_id in reproof.world.proofs for task_id in reproof.world.tasks) - len(refused)
    rows = [
        ("looked at", "V1 to V10, texts and gold against the goals, splits, database"),
        ("tasks proved again", f"{proved:,} of {tasks:,}"),
    ]
    if refused:
        rows.append(("refused by", _format(Counter(rejection.check for rejection in refused.values()))))
    rows += [(task_id, f"{check}: {why}") for task_id, (check, why) in list(refused.items())[:MOST_REFUSALS]]
    rows += [("the world", fault) for fault in reproof.faults[:MOST_REFUSALS]]
    console.print_table(f"World {reproof.world.path}", rows)


def _format(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{key}: {count:,}" for key, count in counts.items())
