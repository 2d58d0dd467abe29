"""Requests of a shop's customers: their words in every voice, and that the proofs accept them."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from random import Random

import pytest
from support.synthetic_world import compose_drafts, open_world

from tautraj.benchmarks.goals import Goal
from tautraj.export.contamination.official_data import OfficialData
from tautraj.synthesis.composition import Draft
from tautraj.synthesis.decontamination import OfficialTasks, load_official_tasks
from tautraj.synthesis.diversity import measure_distinct
from tautraj.synthesis.proofs import Prover, Rejection
from tautraj.synthesis.retail import GENERATOR
from tautraj.synthesis.retail.clauses import CLAUSES
from tautraj.synthesis.retail.wording import describe_option
from tautraj.synthesis.templates import count_expansions, fill, parse_clauses
from tautraj.synthesis.text import write_text
from tautraj.synthesis.voices import VOICES

FAMILIES = set(GENERATOR.weights)


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    return compose_drafts(GENERATOR, GENERATOR.make_database(7), "words", 400)


@pytest.fixture(scope="module")
def goals(drafts: list[Draft]) -> list[Goal]:
    return [draft.goal for draft in drafts]


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_voice_has_its_own_words(clause: str) -> None:
    """At least twelve ways to say a clause; at least three in each voice, unless it is only part of a sentence."""
    voices = CLAUSES[clause]
    counts = {voice: sum(map(count_expansions, templates)) for voice, templates in voices.items()}
    assert counts.keys() == VOICES.keys()
    if clause not in PARTS:
        assert sum(counts.values()) >= 12
        assert min(counts.values()) >= 3


PARTS = {
    "home address",
    "original payment",
    "difference within",
    "same option",
    "another product",
    "someone else",
    "no action yet",
    "from order",
}
"""Phrases within a sentence that is worded otherwise, and sentences that always stand beside another clause."""


def test_sentences_are_whole(goals: list[Goal]) -> None:
    for goal in goals:
        text = write_text(goal)
        spoken = [
            part for request in goal.requests for part in (request.said, request.correction or "", *request.insists)
        ]
        for said in (*text, *spoken, *(answer for request in goal.requests for answer in request.answers.values())):
            assert not re.search(r"[{}\[\]|…]|  | [,.;?!]|\.\.|,,", said), said
            assert not said or (said[0].upper() == said[0] and said[-1] in '.?!"'), said
            assert not re.search(r"[.!?] [a-z]", said), said


def test_a_text_speaks_to_the_customer(goals: list[Goal]) -> None:
    """But for what is quoted."""
    told = [re.sub(r'"[^"]*"', "", field) for goal in goals for field in write_text(goal)]
    words = {word for field in told for word in re.findall(r"[\w']+", field)}
    assert not words & {"I", "me", "my", "My", "mine", "myself", "I'm", "I'd", "I've", "I'll"}


def test_words_are_as_varied_as_those_of_people(goals: list[Goal]) -> None:
    assert measure_distinct([write_text(goal).reason_for_call for goal in goals]) >= 0.5


def test_every_family_is_composed(drafts: list[Draft], goals: list[Goal]) -> None:
    assert {draft.family for draft in drafts} == FAMILIES
    silent = [goal for goal in goals if not goal.writes and not goal.tells]
    assert len(silent) / len(goals) <= 0.1, "refusals and transfers cannot be told from doing nothing"


def test_a_question_is_about_nothing_that_is_changed(goals: list[Goal]) -> None:
    for goal in goals:
        changed = {write.arguments.get("order_id", goal.user_id) for write in goal.writes}
        for request in goal.requests:
            if request.tells:
                assert not changed & set(request.about)
                assert all(len(told) >= 4 for told in request.tells)


def test_the_same_seed_gives_the_same_goals() -> None:
    database = GENERATOR.make_database(7)
    first, second = (compose_drafts(GENERATOR, database, "same", 20) for _ in range(2))
    assert [draft.goal for draft in first] == [draft.goal for draft in second]


def test_clauses_are_parsed() -> None:
    clauses = parse_clauses("""
greeting
    plain: [Hi|Hello] {name},
        how are things?
    terse: Hi: {name}.
""")
    assert clauses == {"greeting": {"plain": ["[Hi|Hello] {name}, how are things?"], "terse": ["Hi: {name}."]}}
    assert count_expansions("[a|b] and [c|d|e]") == 6
    assert {fill("[a|b]{rest}.", Random(seed), {"rest": ""}) for seed in range(20)} == {"A.", "B."}


def _count_accepted(folder: Path, seed: str, count: int, official: OfficialTasks) -> dict[str, Counter[str]]:
    """Family -> check that refused a draft, or "accepted" -> how often."""
    database = GENERATOR.make_database(7)
    drafts = {str(index): draft for index, draft in enumerate(compose_drafts(GENERATOR, database, seed, count))}
    benchmark = open_world(folder, GENERATOR, database, {key: draft.goal for key, draft in drafts.items()})
    prover = Prover(GENERATOR, database, benchmark, official)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key, draft in drafts.items():
        result = prover.prove(key, draft.goal)
        counts[draft.family][result.check if isinstance(result, Rejection) else "accepted"] += 1
    return counts


def test_most_drafts_are_proved(tmp_path: Path) -> None:
    counts = _count_accepted(tmp_path, "few", 20, OfficialTasks(OfficialData(), ()))
    assert sum(found["accepted"] for found in counts.values()) >= 16


@pytest.mark.slow
def test_most_drafts_of_every_family_are_proved(tmp_path: Path) -> None:
    counts = _count_accepted(tmp_path, "many", 1000, load_official_tasks("retail"))
    print({family: dict(found) for family, found in counts.items()})
    assert counts.keys() == FAMILIES
    assert all(found["accepted"] >= 0.9 * found.total() for found in counts.values())


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("batteries", "two batteries", {"with two batteries"}),
        ("needles", "one", {"with one needle"}),
        ("video", "6K", {"with 6K video"}),
        ("leather", "calf", {"with calf leather", "with calf for the leather"}),
        ("sensors", "none", {"with no sensors", "without sensors"}),
        ("washable", "no", {"that is not washable"}),
    ],
)
def test_options_are_named_as_people_name_them(option: str, value: str, words: set[str]) -> None:
    assert {describe_option(option, value, Random(seed)) for seed in range(40)} == words
