"""The proofs of telecom tasks refuse every wrong gold: each class of mutation of a proved task, all of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from support.telecom_mutations import MUTATIONS
from support.worlds import request_of

from tautraj.benchmarks import open_world
from tautraj.config import Domain
from tautraj.export.contamination.official_data import OfficialData
from tautraj.synthesis.decontamination import OfficialTasks
from tautraj.synthesis.generator import Draft, Rejection
from tautraj.synthesis.telecom import GENERATOR
from tautraj.synthesis.telecom.carrier.accounts import list_accounts
from tautraj.synthesis.telecom.proofs import TelecomProver
from tautraj.synthesis.telecom.requests import draft_account_task
from tautraj.synthesis.world_folder import WorldFolder, to_task

NOTHING_OFFICIAL = OfficialTasks(OfficialData(), ())
"""V10 refuses nothing here: the others must."""


def _draw_drafts(database: dict[str, Any], name: str) -> Iterator[Draft]:
    """Without end. Every other one is about an account: of them there are more classes than of broken phones."""
    rng = Random(f"mutations-{name}")
    while True:
        for draft in (GENERATOR.compose(database, rng), draft_account_task(rng, database)):
            if draft is not None:
                yield draft


def _prove(folder: Path, drafts: dict[str, Draft]) -> dict[str, str]:
    """Key -> check that refused the draft, or "accepted"."""
    tasks = {key: to_task(key, draft.goal, "telecom", draft.case) for key, draft in drafts.items()}
    benchmark, refused = open_world(Domain(name="telecom", data_dir=str(folder)), tasks)
    assert refused == {}
    prover = TelecomProver(benchmark, NOTHING_OFFICIAL)
    verdicts = {key: prover.prove(key, draft.goal) for key, draft in drafts.items()}
    return {key: verdict.check if isinstance(verdict, Rejection) else "accepted" for key, verdict in verdicts.items()}


def _count_checks(folder: Path, name: str, count: int, draws: int) -> dict[str, Counter[str]]:
    """Mutation -> check that refused it, or "accepted" -> how often, over `count` drafts of each that are proved."""
    database = GENERATOR.make_database(7)
    accounts = {account.customer["customer_id"]: account for account in list_accounts(database)}
    rng, mutants, originals = Random(name), dict[str, Draft](), dict[str, Draft]()
    left = dict.fromkeys(MUTATIONS, count)
    for index, draft in zip(range(draws), _draw_drafts(database, name), strict=False):
        for mutate in [mutate for mutate, number in left.items() if number]:
            if mutant := mutate(accounts, draft, rng):
                left[mutate] -= 1
                originals[str(index)], mutants[f"{mutate.__name__}-{index}"] = draft, mutant
        if not any(left.values()):
            break
    verdicts = _prove(_write_world(folder, database), originals | mutants)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key in mutants:
        mutation, index = key.split("-")
        if verdicts[index] == "accepted":
            counts[mutation][verdicts[key]] += 1
    return counts


def _write_world(folder: Path, database: dict[str, Any]) -> Path:
    world = WorldFolder(request_of("telecom", folder / "world", n=1))
    world.open()
    world.write_database(GENERATOR.make_files(database))
    return world.making


def _check(counts: dict[str, Counter[str]], at_least: int) -> None:
    print({name: dict(checks) for name, checks in counts.items()})
    assert counts.keys() == {mutate.__name__ for mutate in MUTATIONS}
    assert {name: checks["accepted"] for name, checks in counts.items()} == dict.fromkeys(counts, 0)
    assert {check for checks in counts.values() for check in checks} <= {f"V{number}" for number in range(1, 10)}
    assert min(checks.total() for checks in counts.values()) >= at_least


def test_every_mutation_is_refused(tmp_path: Path) -> None:
    _check(_count_checks(tmp_path, "few", 1, 300), at_least=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_mutation_of_many_tasks_is_refused(tmp_path: Path) -> None:
    _check(_count_checks(tmp_path, "many", 200, 12_000), at_least=180)
