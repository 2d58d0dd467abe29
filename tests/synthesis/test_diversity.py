"""`synthesis.diversity`: distinct-n counted by hand and as published figures, near-duplicates against every pair."""

import math
from random import Random

import pytest
from support.conversations import opened

from tautraj.synthesis.diversity import drop_near_duplicates, mask_entities, mask_names, measure_distinct


def test_what_only_names_somebody_is_masked() -> None:
    text = "You are Mei Davis in 80217 (mei.davis@example.com). Cancel #W2890441, about $12.50, today."
    assert mask_entities(text) == "You are Mei Davis in 0 (0). Cancel 0, about 0, today."
    assert mask_names(mask_entities(text)) == "You are 0 in 0 (0). Cancel 0, about 0, today."


def test_distinct_is_the_share_of_different_runs() -> None:
    # runs of three: a-b-c, b-c-d of the first; a-b-c, b-c-e of the second
    assert measure_distinct(["A b, c d.", "a b c e"]) == 3 / 4
    assert measure_distinct(["a b c d", "a b c e"], n=2) == 4 / 6
    assert measure_distinct(["Order 12 came.", "order 13 came"]) == 1 / 2
    assert math.isnan(measure_distinct(["too short"]))


def test_distinct_falls_with_the_number_of_texts_and_so_has_a_fixed_one() -> None:
    words = ["red", "blue", "lamp", "chair", "send", "return"]
    texts = [" ".join(Random(number).choices(words, k=12)) for number in range(400)]
    assert measure_distinct(texts) == pytest.approx(measure_distinct(texts[:114]), rel=0.05)
    assert measure_distinct(texts, size=400) < measure_distinct(texts) * 0.7
    assert measure_distinct(texts) == measure_distinct(texts)


def test_the_official_retail_tasks_have_the_published_figure() -> None:
    benchmark = opened("retail")
    texts = [benchmark.get_task(task_id).scenario.reason for task_id in benchmark.list_task_ids("base")]
    assert measure_distinct(texts) == pytest.approx(0.562, abs=0.002)


def test_the_first_of_texts_that_are_alike_is_kept() -> None:
    order = (
        "You want to cancel the order #W1234567 of {}, since it will come too late for the party in {}, "
        "which you told them."
    )
    texts = [
        order.format("Ada Byron", "Boston"),
        "Something else altogether, in words of its own.",
        order.format("Grace Hopper", "Denver").replace("1234567", "7654321"),
        "Hello",
        "hello",
        "Bye",
    ]
    assert drop_near_duplicates(texts) == [0, 1, 3, 5]


@pytest.mark.parametrize("limit", [0.5, 0.8, 0.9])
def test_every_pair_is_judged_as_if_all_were_compared(limit: float) -> None:
    rng = Random("pairs")
    clauses = [" ".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randrange(1, 8))) for _ in range(12)]
    texts = [" ".join(rng.choices(clauses, k=rng.randrange(1, 6))) for _ in range(300)]

    def collect(text: str) -> set[tuple[str, ...]]:
        words = text.split()
        return set(zip(words, words[1:], words[2:], strict=False)) or {(text,)}

    kept: list[int] = []
    for at, text in enumerate(texts):
        runs = collect(text)
        if all(len(runs & (other := collect(texts[k]))) / len(runs | other) < limit for k in kept):
            kept.append(at)
    assert drop_near_duplicates(texts, limit) == kept
    assert 0 < len(kept) < len(texts)
