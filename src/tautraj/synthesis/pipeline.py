"""Makes a world: the database, parts until there are enough tasks, an llm's words, then splits, proofs, card.

Not here: a part (`synthesis.parts`), an llm's words (`synthesis.paraphrase`), the processes that make parts
(`orchestration.worlds.flow`).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from tautraj.errors import ConfigError
from tautraj.synthesis.diversity import drop_near_duplicates
from tautraj.synthesis.generator import Composer
from tautraj.synthesis.output.card import write_card
from tautraj.synthesis.output.summary import Selection, World, is_refusal, rate_difficulty, summarise
from tautraj.synthesis.paraphrase.answers import check_llm
from tautraj.synthesis.paraphrase.rounds import Crew, paraphrase_tasks
from tautraj.synthesis.parts import PART_SIZE, Part, Proved, make_database
from tautraj.synthesis.request import SynthesisRequest, check_domain, check_request
from tautraj.synthesis.text import write_text
from tautraj.synthesis.world_folder import WorldFolder, to_task

EXPECTED_SHARE = 0.75
"""Of drafts that become tasks, before it is known: of retail 0.79."""

SPLITS = {"train": 0.8, "validation": 0.1, "test": 0.1}
"""Split -> share of the customers. No customer is in two."""

MOST_REFUSALS = {"retail": 0.1, "airline": 0.3}
"""Domain -> largest share of tasks in which there is nothing to write: doing nothing would pass them."""

MIN_YIELD = 0.02
"""Of the drafts of `FURTHER_PARTS` parts; below it, a world has no more to give."""

FURTHER_PARTS = 10

MakeParts = Callable[[Sequence[int]], Iterable[Part]]
"""Numbers of parts -> the parts, in that order."""


def plan_world(request: SynthesisRequest) -> WorldFolder:
    """Check the request and its llm, and open its folder. Raises `UserError` before anything is written."""
    check_domain(request.domain)
    generator, database = make_database(request.domain.name, request.seed)
    families = () if isinstance(generator, Composer) else generator.weights
    check_request(request, len(generator.list_customers(database)), families)
    folder = WorldFolder(request)
    if request.paraphrase.llm and not folder.is_complete:
        check_llm(request.paraphrase.llm)
    folder.open()
    return folder


def synthesize(request: SynthesisRequest, make_parts: MakeParts, crew: Crew | None = None) -> World:
    """Write the world that `plan_world` has opened. Raises `ConfigError` if it gives fewer tasks than asked for.

    `crew`: asks the request's llm, and proves what it writes; None without an llm.
    """
    llm, folder = request.paraphrase.llm, WorldFolder(request)
    generator, database = make_database(request.domain.name, request.seed)
    folder.write_database(generator.make_files(database))
    try:
        parts, selection = _collect(request, make_parts)
    except ConfigError:
        folder.discard()
        raise
    chosen = selection.kept[: request.n]
    paraphrases = paraphrase_tasks(request, chosen, crew) if llm and crew else None
    if paraphrases:
        chosen = paraphrases.tasks
    task_ids = [f"{request.domain.name}-{request.digest}-{index:05d}" for index in range(len(chosen))]
    tasks = (
        to_task(task_id, task.goal, folder.domain, task.case) for task_id, task in zip(task_ids, chosen, strict=True)
    )
    splits = _split(task_ids, chosen, request)
    proofs = (_describe(*pair) for pair in zip(task_ids, chosen, strict=True))
    world = summarise(request, parts, selection, chosen, splits)
    if paraphrases and llm:
        are_kept = paraphrases.list_kept()
        proofs = (line | {"paraphrased": is_kept} for line, is_kept in zip(proofs, are_kept, strict=True))
        world = world._replace(paraphrases=paraphrases.summarise(llm))
        folder.write_paraphrases(paraphrases.list_lines(task_ids))
    folder.finish(tasks, splits, proofs, write_card(request, world, chosen[0]))
    return world


def _collect(request: SynthesisRequest, make_parts: MakeParts) -> tuple[list[Part], Selection]:
    """Parts, and the tasks that are kept of them, `n` or more, in the parts' order."""
    parts: list[Part] = []
    progress: list[tuple[int, int]] = []
    wanted = math.ceil(request.n / (PART_SIZE * EXPECTED_SHARE))
    while True:
        parts += make_parts(range(len(parts), len(parts) + wanted))
        selection = _select(request, parts)
        kept = len(selection.kept)
        if kept >= request.n:
            return parts, selection
        before = [count for made, count in progress if len(parts) - made >= FURTHER_PARTS]
        if before and kept - before[-1] < MIN_YIELD * FURTHER_PARTS * PART_SIZE:
            raise _too_few(request, kept)
        progress.append((len(parts), kept))
        share = kept / (len(parts) * PART_SIZE)
        wanted = max(1, math.ceil((request.n - kept) / max(share, MIN_YIELD) / PART_SIZE))


def _select(request: SynthesisRequest, parts: Sequence[Part]) -> Selection:
    """The proved tasks, without near-duplicates and with no more pure refusals than there may be."""
    proved = [task for part in parts for task in part.proved]
    distinct = drop_near_duplicates([write_text(task.goal).reason_for_call for task in proved])
    set_aside = Counter({"near-duplicate": len(proved) - len(distinct)})
    most = MOST_REFUSALS.get(request.domain.name, 0.1) * request.n
    refusals, kept, names = 0, [], set()
    for task in (proved[index] for index in distinct):
        if task.case:
            if task.case.name in names:
                set_aside["same case"] += 1
                continue
            names.add(task.case.name)
        refusals += is_refusal(task)
        if is_refusal(task) and refusals > most:
            set_aside["refusal"] += 1
        else:
            kept.append(task)
    return Selection(kept, set_aside)


def _too_few(request: SynthesisRequest, passed: int) -> ConfigError:
    return ConfigError(
        f"n={request.n}: the world of seed {request.seed} gives {passed} tasks that pass. Ask for fewer"
        f"{', or for other families' if request.families else ''}, or make another world with another seed"
    )


def _split(task_ids: Sequence[str], chosen: Sequence[Proved], request: SynthesisRequest) -> dict[str, list[str]]:
    """Split -> task ids; `base` has all of them."""
    customers = sorted({task.goal.user_id for task in chosen})
    Random(f"splits-{request.seed}").shuffle(customers)
    split_of, start = {}, 0.0
    for name, share in SPLITS.items():
        for customer in customers[round(start * len(customers)) : round((start + share) * len(customers))]:
            split_of[customer] = name
        start += share
    splits: dict[str, list[str]] = {name: [] for name in SPLITS}
    for task_id, task in zip(task_ids, chosen, strict=True):
        splits[split_of[task.goal.user_id]].append(task_id)
    return {**splits, "base": list(task_ids)}


def _describe(task_id: str, proved: Proved) -> dict[str, Any]:
    """The task's line of `proofs.jsonl`."""
    return {
        "task": task_id,
        "family": proved.family,
        "difficulty": rate_difficulty(proved),
        "checks": proved.checks,
        "goal": proved.goal.model_dump(exclude_defaults=True),
        **(proved.case.model_dump(include={"name", "parts", "near"}) if proved.case else {}),
    }
