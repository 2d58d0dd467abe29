"""The proofs of retail tasks refuse every wrong gold: each class of mutation of a proved task, all of them."""

from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest
from support.retail_mutations import MUTATIONS
from support.synthetic_world import compose_drafts, open_world

from tautraj.benchmarks.goals import Goal
from tautraj.export.contamination.official_data import OfficialData
from tautraj.synthesis.decontamination import OfficialTasks
from tautraj.synthesis.proofs import Prover, Rejection
from tautraj.synthesis.retail import GENERATOR

NOTHING_OFFICIAL = OfficialTasks(OfficialData(), ())
"""V10 refuses nothing here: the others must."""


def _count_checks(folder: Path, seed: str, count: int) -> dict[str, Counter[str]]:
    """Mutation -> check that refused it, or "accepted" -> how often, over `count` goals of each."""
    database = GENERATOR.make_database(7)
    drafts = compose_drafts(GENERATOR, database, seed, 3 * count)
    original = {str(index): draft.goal for index, draft in enumerate(drafts)}
    prover = Prover(
        GENERATOR, database, open_world(folder / "original", GENERATOR, database, original), NOTHING_OFFICIAL
    )
    proved = [goal for key, goal in original.items() if not isinstance(prover.prove(key, goal), Rejection)]
    mutated = _mutate(proved, seed, count)
    benchmark = open_world(folder / "mutated", GENERATOR, database, mutated)
    prover = Prover(GENERATOR, database, benchmark, NOTHING_OFFICIAL)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key, goal in mutated.items():
        result = prover.prove(key, goal)
        counts[key.split("-")[0]][result.check if isinstance(result, Rejection) else "accepted"] += 1
    return counts


def _mutate(goals: list[Goal], seed: str, count: int) -> dict[str, Goal]:
    rng, database = Random(seed), GENERATOR.make_database(7)
    mutated: dict[str, Goal] = {}
    for mutate in MUTATIONS:
        found = (changed for goal in goals if (changed := mutate(database, goal, rng)))
        mutated |= {f"{mutate.__name__}-{index}": goal for index, goal in zip(range(count), found, strict=False)}
    return mutated


def _check(counts: dict[str, Counter[str]], at_least: int) -> None:
    print({name: dict(found) for name, found in counts.items()})
    assert counts.keys() == {mutate.__name__ for mutate in MUTATIONS}
    assert {name: found["accepted"] for name, found in counts.items()} == dict.fromkeys(counts, 0)
    assert {check for found in counts.values() for check in found} <= {f"V{number}" for number in range(1, 10)}
    assert min(found.total() for found in counts.values()) >= at_least


def test_every_mutation_is_refused(tmp_path: Path) -> None:
    _check(_count_checks(tmp_path, "few", 12), at_least=3)


@pytest.mark.slow
def test_every_mutation_of_many_tasks_is_refused(tmp_path: Path) -> None:
    _check(_count_checks(tmp_path, "many", 200), at_least=60)
