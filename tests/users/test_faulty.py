"""The customer that does one thing wrong: it does so once, says where, and is found there."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import get_args

import pytest
from support.composed import composed_run
from support.goal_world import CARD, RETURN_LAMP, make_database, make_goal, make_write, write_world

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.goals import Request
from tautraj.config.identity import plan_episodes
from tautraj.errors import ConfigError
from tautraj.grading.customer_faults import find_customer_faults
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.trajectory import CustomerFault, Trajectory
from tautraj.users.faulty.customer import PLANTED, Fault

RETURN = Request(
    family="direct",
    said="I want to return the lamp from order #W1000002.",
    answers={"payment": "Refund it to my PayPal account, please."},
    writes=RETURN_LAMP,
    about=("#W1000002",),
)
PAYMENT = Request(
    family="change_of_mind",
    said="Charge my PayPal account for order #W1000001.",
    correction="Wait, charge the credit card for #W1000001 instead.",
    writes=(make_write("modify_pending_order_payment", order_id="#W1000001", payment_method_id=CARD),),
    about=("#W1000001",),
)
NO_EMAIL = {"identity": {"name": "Ada North", "zip": "19901"}, "unknown": ["I do not remember my email."]}
GOALS = {str(number): make_goal(RETURN, PAYMENT, **NO_EMAIL) for number in range(6)}

TAGS = {
    "hallucination": "identifier withheld amount payment date option",
    "inconsistent_behavior": "contradiction wrong_consent",
    "premature_termination": "left_at_once left_unanswered left_unfinished transferred_early",
    "missed_required_action": "claimed_action",
    "revealed_info_early": "revealed_early",
    "guideline_violation": "agent_voice markup repetition silence language",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_world(tmp_path_factory.mktemp("shop"), "retail", make_database(), GOALS)


def play(fault: Fault, *overrides: str) -> Iterator[tuple[Trajectory, tuple[CustomerFault, ...]]]:
    run = composed_run("model=oracle", "user_strategy=faulty", "split=base", *overrides)
    settings = run.user_strategy.settings | {"fault": fault}
    run = run.model_copy(update={"user_strategy": run.user_strategy.model_copy(update={"settings": settings})})
    benchmark = open_benchmark(run.benchmark, run.domain)
    for task in benchmark.list_task_ids("base")[:6]:
        played = run_episode(run, plan_episodes(run, [task])[0], Recorder())
        yield played, find_customer_faults(played, benchmark)


def find_thoughts(played: Trajectory) -> list[int]:
    return [turn.index for turn in played.turns if PLANTED in (turn.thought or "")]


@pytest.mark.parametrize("fault", [fault for fault in get_args(Fault) if fault != "claimed_reading"])
def test_a_fault_is_planted_once_and_found_where_it_stands(fault: Fault, shop: Path) -> None:
    tag = next(tag for tag, faults in TAGS.items() if fault in faults.split())
    where = "domain=telecom" if fault == "claimed_action" else f"domain.data_dir={shop}"
    official = play(fault, "domain=airline") if fault == "identifier" else iter(())
    planted = 0
    for played, faults in chain(play(fault, where), official):
        thoughts = find_thoughts(played)
        assert len(thoughts) <= 1
        planted += len(thoughts)
        found = {(one.turn, one.tag) for one in faults}
        assert all((turn, tag) in found for turn in thoughts)
        assert thoughts or not faults
        if planted:
            return
    raise AssertionError(f"{fault} was planted nowhere")


def test_the_seed_decides_where(shop: Path) -> None:
    places = [find_thoughts(played) for played, _ in play("amount", f"domain.data_dir={shop}")]
    assert places == [find_thoughts(played) for played, _ in play("amount", f"domain.data_dir={shop}")]
    assert len({tuple(turns) for turns in places}) > 1


def test_an_unknown_fault_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="faulty.fault"):
        plan_run(composed_run("user_strategy=faulty", "user_strategy.fault=rudeness", "tasks.limit=1"))
