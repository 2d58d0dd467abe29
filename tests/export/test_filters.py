"""Which trajectories become rows: each filter alone, on small candidates."""

from array import array
from typing import Any

import pytest
from pydantic import ValidationError
from support import records

from tautraj.benchmarks.origins import TaskOrigin
from tautraj.export.request import Choice
from tautraj.export.selection.candidates import Candidate, build_candidate
from tautraj.export.selection.filters import apply_filters, may_be_rejected
from tautraj.export.similarity import compute_sketch, estimate_similarity
from tautraj.trajectory import Labels

LABELS = Labels(
    inaction_passes=False,
    gold_known_bad=False,
    wrote_nothing=False,
    acted_after_stop=False,
    unconfirmed_write=False,
    unauthenticated_write=None,
    repeated_call=False,
    recovered=False,
    customer_contradicted=False,
    customer_invented=False,
    customer_stopped_early=False,
    violations=(),
    canonical_reward=1.0,
    passed_by_default=(),
    answer_cut_off=False,
    customer_at_fault=False,
)


def labelled(**changed: Any) -> Labels:
    return LABELS.model_copy(update=changed)


def one(name: str, words: str = "", **fields: Any) -> Candidate:
    plain = build_candidate("run", records.trajectory(id=name, labels=LABELS), frozenset(), with_sketch=True)
    return plain._replace(sketch=compute_sketch(words or f"{name} says something of its own about {name}"), **fields)


def origin(**fields: Any) -> TaskOrigin:
    world = {
        "name": "retail-0a1b2c3d",
        "domain": "retail",
        "n": 20,
        "seed": 7,
        "version": "1",
        "paraphrased_by": None,
    }
    plain = {"world": world, "family": "lookup", "difficulty": "hard", "proofs": ("V1",), "paraphrased": False}
    return TaskOrigin.model_validate(plain | fields)


def choice(**wanted: Any) -> Choice:
    plain = dict.fromkeys(Choice.model_fields)
    return Choice.model_validate({**plain, "without": (), **wanted})


def names(found: list[Candidate], **wanted: Any) -> list[str]:
    return [left.id for left in apply_filters(found, choice(**wanted))[0]]


def test_nothing_wanted_keeps_all() -> None:
    assert names([one("a", reward=0.0), one("b", reward=None), one("c", labels=None)]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("wanted", "spoilt"),
    [
        ({"reward": 1.0}, {"reward": 0.0}),
        ({"reward": 0.5}, {"reward": None}),
        ({"without": ("wrote_nothing",)}, {"labels": labelled(wrote_nothing=True)}),
        ({"without": ("violations",)}, {"labels": labelled(violations=("two customers in one conversation",))}),
        ({"without": ("recovered",)}, {"labels": None}),
        ({"without": ("answer_cut_off",)}, {"labels": labelled(answer_cut_off=True)}),
        ({"turns": 4}, {"turns": 5}),
        ({"tokens": 100}, {"tokens": 101}),
        ({"usd": 0.1}, {"usd": 0.2}),
        ({"usd": 0.1}, {"usd": None}),
        ({"models": ("gpt-4o",)}, {"model": "other"}),
        ({"families": ("lookup", "fault")}, {"origin": origin(family="direct")}),
        ({"families": ("lookup",)}, {"origin": None}),
        ({"difficulties": ("hard",)}, {"origin": origin(difficulty="easy")}),
    ],
    ids=str,
)
def test_a_filter_drops_what_it_names_and_says_so(wanted: dict[str, Any], spoilt: dict[str, Any]) -> None:
    good = {"reward": 1.0, "turns": 4, "tokens": 100, "usd": 0.1, "origin": origin()}
    found = [one("good", **good), one("spoilt", **{**good, **spoilt})]
    left, funnel = apply_filters(found, choice(**wanted))
    assert [kept.id for kept in left] == ["good"]
    assert sum(step.dropped for step in funnel) == 1
    assert funnel[-1].left == 1


def test_a_label_that_cannot_be_decided_does_not_hold() -> None:
    assert names([one("a")], without=("unauthenticated_write",)) == ["a"]


def test_a_label_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="wrote_noting is no label"):
        choice(without=("wrote_noting",))


def test_one_name_needs_no_brackets() -> None:
    assert choice(families="lookup", without="violations").families == ("lookup",)


def test_best_and_at_most_so_many_of_a_task() -> None:
    found = [one("a", turns=9, usd=0.1), one("b", turns=3, usd=None), one("c", turns=5, usd=0.2)]
    assert names(found, best="fewest_turns", per_task=1) == ["b"]
    assert names(found, best="cheapest", per_task=2) == ["a", "c"]
    assert names([*found, one("d", task_id="6")], per_task=1) == ["a", "d"]


def test_of_two_that_are_alike_the_first_stays_and_other_tasks_are_not_compared() -> None:
    text = "I would like to exchange the water bottle for a bigger one please and thank you very much indeed"
    found = [one("a", text), one("b", f"{text} Sir"), one("c", "something else altogether is said in here by now")]
    assert names(found, similar=0.8) == ["a", "c"]
    assert names([found[0], found[1]._replace(task_id="6")], similar=0.8) == ["a", "b"]


def test_balance() -> None:
    found = [one(name, task_id=name[0]) for name in ("a1", "a2", "a3", "b1")]
    assert names(found, balance="task") == ["a1", "b1"]
    found = [one("a", operations=("x",)), one("b", operations=("x",)), one("c", operations=())]
    assert names(found, balance="operation") == ["a", "c"]


@pytest.mark.parametrize(
    ("wanted", "fields", "may"),
    [
        ({}, {"labels": None}, True),
        ({"reward": 1.0, "without": ("wrote_nothing",)}, {"labels": labelled(wrote_nothing=True)}, True),
        ({"without": ("customer_invented",)}, {"labels": labelled(customer_invented=True)}, False),
        ({"without": ("customer_invented",)}, {"labels": None}, False),
        ({"models": ("gpt-4o",)}, {"model": "other"}, False),
        ({"turns": 4}, {"turns": 5}, False),
    ],
    ids=str,
)
def test_a_failure_stands_for_what_should_not_be_done(
    wanted: dict[str, Any], fields: dict[str, Any], may: bool
) -> None:
    assert may_be_rejected(one("a", reward=0.0, **fields), choice(**wanted)) == may


def test_the_order_is_fixed() -> None:
    found = [one(name, task_id=task) for name, task in (("b", "2"), ("a", "2"), ("c", "1"))]
    assert names(found) == names(found[::-1]) == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("text", "other", "low", "high"), [("a b c d e f g", "a b c d e f g", 1, 1), ("a b c d e f", "u v w x y z", 0, 0)]
)
def test_how_alike(text: str, other: str, low: float, high: float) -> None:
    assert low <= estimate_similarity(compute_sketch(text), compute_sketch(other)) <= high


def test_how_alike_is_about_the_share_that_they_have_in_common() -> None:
    words = [f"w{number}" for number in range(2000)]
    half = words[:1000] + [f"x{number}" for number in range(1000)]
    assert abs(estimate_similarity(compute_sketch(" ".join(words)), compute_sketch(" ".join(half))) - 1 / 3) < 0.12


def test_a_sketch_is_small() -> None:
    assert len(compute_sketch(" ".join(str(number) for number in range(5000)))) == 128
    assert isinstance(compute_sketch("a"), array)
