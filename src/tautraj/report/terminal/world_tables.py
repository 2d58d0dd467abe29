"""What a world consists of, in the terminal."""

from collections.abc import Mapping
from typing import Any

from tautraj.report.terminal import console
from tautraj.synthesis.output.summary import World
from tautraj.synthesis.paraphrase.rounds import ParaphraseSummary
from tautraj.synthesis.request import SynthesisRequest


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


def _format(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{key}: {count:,}" for key, count in counts.items())
