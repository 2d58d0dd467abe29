"""A whole world: what stands in its folder, that it is the same again, that τ² and this project play it."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.worlds import make_here, request_of

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import ConfigError
from tautraj.synthesis.parts import PART_SIZE, make_part
from tautraj.synthesis.pipeline import SPLITS, plan_world
from tautraj.synthesis.request import SynthesisRequest

CHECKS = [f"V{number}" for number in range(1, 11)]


def read(world: Path, name: str) -> Any:
    (path,) = world.glob(f"tau2/domains/*/{name}")
    return json.loads(path.read_text())


@pytest.mark.parametrize("domain", ["retail", pytest.param("airline", marks=pytest.mark.slow)])
def test_every_task_has_every_proof(domain: str, request: pytest.FixtureRequest) -> None:
    world = request.getfixturevalue(f"{domain}_world")
    proofs = [json.loads(line) for line in (world / "proofs.jsonl").read_text().splitlines()]
    assert [proof["task"] for proof in proofs] == [task["id"] for task in read(world, "tasks.json")]
    assert len(proofs) == 20
    for proof in proofs:
        assert list(proof["checks"]) == CHECKS
        rewards = proof["checks"]["V7"]
        assert rewards.pop("gold") == 1.0
        is_refusal = not any(request.get("writes") or request.get("tells") for request in proof["goal"]["requests"])
        assert rewards.pop("nothing") == float(is_refusal)
        assert set(rewards.values()) <= {0.0}


def test_no_customer_is_in_two_splits(retail_world: Path) -> None:
    splits = read(retail_world, "split_tasks.json")
    proofs = map(json.loads, (retail_world / "proofs.jsonl").read_text().splitlines())
    customer = {proof["task"]: proof["goal"]["user_id"] for proof in proofs}
    assert sorted(sum((splits[name] for name in SPLITS), [])) == splits["base"] == sorted(customer)
    customers = [{customer[task] for task in splits[name]} for name in SPLITS]
    assert not any(customers[a] & customers[b] for a in range(3) for b in range(a))


def test_the_card_accounts_for_every_draft(retail_world: Path) -> None:
    checks = (retail_world / "README.md").read_text().partition("## Checks")[2].partition("Entity-masked")[0]
    others = map(int, re.findall(r" (\d+) \|$", checks, re.M))
    assert 20 + sum(others) == PART_SIZE


def test_a_world_of_chosen_families_has_no_other_and_says_so(tmp_path: Path) -> None:
    words = ["domain=retail", "n=20", "seed=7", "families=[lookup,change_of_mind,lookup,lookup]", "workers=1"]
    request = parse_as(SynthesisRequest, compose_tree([*words, f"out={tmp_path}/world"], "synthesize"))
    world = make_here(request)
    proofs = [json.loads(line) for line in (world / "proofs.jsonl").read_text().splitlines()]
    counts = Counter(proof["family"] for proof in proofs)
    assert counts.keys() == {"lookup", "change_of_mind"}
    assert counts["lookup"] > counts["change_of_mind"]
    assert "seed=7 'families=[change_of_mind,lookup,lookup,lookup]'\n" in (world / "README.md").read_text()
    with pytest.raises(
        ConfigError, match="is the world of .* families=.* not of version=1 domain=retail n=20 seed=7. N"
    ):
        plan_world(request_of("retail", tmp_path / "world"))


@pytest.mark.slow
def test_the_same_request_writes_the_same_bytes_after_a_kill_too(retail_world: Path, tmp_path: Path) -> None:
    again = request_of("retail", tmp_path / "again")
    plan_world(again)
    part = make_part_of_a_killed_run(again)
    assert part.exists()
    made = make_here(again)
    for path in sorted(path for path in retail_world.rglob("*") if path.is_file()):
        assert (made / path.relative_to(retail_world)).read_bytes() == path.read_bytes(), path
    assert not (made / ".making").exists()


def make_part_of_a_killed_run(request: Any) -> Path:
    """The database and one part are there, no task yet."""
    from tautraj.synthesis import load_generator
    from tautraj.synthesis.world_folder import WorldFolder

    folder, generator = WorldFolder(request), load_generator("retail")
    folder.write_database(generator.make_files(generator.make_database(request.seed)))
    make_part(request, 0)
    return folder.parts / "00000.json"
