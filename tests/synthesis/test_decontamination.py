"""`synthesis.decontamination`: planted official tasks are found, whole, shortened, or renamed; new ones pass."""

import math
import re
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from support.conversations import opened

from tautraj.benchmarks import Scenario, Task, open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.export.contamination.official_data import OfficialData, hash_write, list_texts, load_official_data
from tautraj.export.contamination.official_data_index import find_entities, hash_official_data
from tautraj.synthesis.decontamination import (
    CHECKS,
    Candidate,
    Contact,
    OfficialTasks,
    TextProfiles,
    count_contacts,
    load_official_tasks,
)
from tautraj.synthesis.people import FIRST_NAMES, LAST_NAMES
from tautraj.trajectory import Privileged

DOMAINS = ["retail", "airline"]

NEW = Candidate(
    "You bought a camping stove and a standing desk. The stove leaks, so you would like your money back for it, on "
    "the card that you paid with. If they ask, the desk is fine.\n"
    "You are Tamsin Okafor, tamsin.okafor11@example.com.",
    [("return_delivered_order_items", {"order_id": "#W0000000", "item_ids": ["0000000000"]})],
    {"tamsin_okafor_1111"},
)


def list_official(domain: str) -> Iterator[Task]:
    benchmark = opened(domain)
    return map(benchmark.get_task, benchmark.list_task_ids("base"))


def read_text(task: Task) -> str:
    return "\n".join(list_texts(task))


def exchange_names(text: str, seed: str) -> str:
    """The text about another customer: τ²'s names (never at the start of a sentence) and every digit are replaced."""
    rng = Random(seed)
    text = re.sub(r"(?<=[a-z:] )[A-Z][a-z]+ [A-Z][a-z]+", lambda _: f"{rng.choice(FIRST_NAMES)} Okafor", text)
    text = re.sub(r"[a-z]+_[a-z]+_(?=\d)", f"tamsin_{rng.choice(LAST_NAMES).lower()}_", text)
    return re.sub(r"[\dA-Z]{6}", "ZZZZZ0", re.sub(r"\d", lambda _: str(rng.randrange(10)), text))


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_official_text_is_found(domain: str) -> None:
    official = load_official_tasks(domain)
    for task in list_official(domain):
        text = read_text(task)
        assert official.find_contact(Candidate(text, [], ())), "whole"
        assert official.measure_cosine(text) == pytest.approx(1, abs=1e-5)
        renamed = exchange_names(text, task.id)
        found = official.find_contact(Candidate(renamed, [], ()))
        assert found and found.check != "entity", "under other names"
        thinned = " ".join(word for at, word in enumerate(renamed.split()) if at % 7)
        found = official.find_contact(Candidate(thinned, [], ()))
        assert found and found.check == "cosine", "and without every seventh word"


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_first_half_of_an_official_text_is_found(domain: str) -> None:
    official = load_official_tasks(domain)
    missed = []
    for task in list_official(domain):
        sentences = re.split(r"(?<=[.!?])\s+", task.scenario.reason)
        half = " ".join(sentences[: (len(sentences) + 1) // 2])
        if len(half.split()) >= 13 and not official.find_contact(Candidate(half, [], ())):
            missed.append(half)
    assert missed == []


def test_a_text_that_nobody_has_written_passes() -> None:
    for domain in (*DOMAINS, "telecom"):
        official = load_official_tasks(domain)
        assert official.find_contact(NEW) is None
        assert official.measure_cosine(NEW.text) < 0.3


@pytest.mark.parametrize(
    ("domain", "entity"),
    [
        ("retail", "yusuf_rossi_9620"),
        ("retail", "#W2378156"),
        ("retail", "w2378156"),
        ("retail", "yusuf.rossi7301@example.com"),
        ("retail", "1151293680"),
        ("retail", "1656367028"),
        ("retail", "credit_card_9513926"),
        ("retail", "Yusuf Rossi"),
        ("airline", "mia_li_3668"),
        ("airline", "NO6JO3"),
        ("airline", "HAT001"),
        ("airline", "certificate_4856383"),
        ("telecom", "C1001"),
        ("telecom", "John Smith"),
        ("telecom", "555-123-2002"),
    ],
)
def test_an_official_entity_is_found_wherever_it_stands(domain: str, entity: str) -> None:
    official = load_official_tasks(domain)
    contact = Contact("entity", entity.lower().lstrip("#"))
    assert official.find_contact(NEW._replace(text=f"{NEW.text} ({entity}).")) == contact
    assert official.find_contact(NEW._replace(entities={entity})) == contact
    write = ("modify_pending_order_items", {"order_id": "#W0000000", "item_ids": ["0000000000", entity]})
    assert official.find_contact(NEW._replace(writes=[write])) == contact


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_gold_write_is_found_in_another_order(domain: str) -> None:
    """Without the entities, which would be found first."""
    official = OfficialTasks(load_official_data(domain)._replace(entities=frozenset()), [])
    benchmark = opened(domain)
    gold = [call for task in list_official(domain) for call in task.privileged.gold_actions]
    writes = [(call["name"], call["arguments"]) for call in gold if call["name"] in benchmark.writing_tools]
    assert len(writes) > 40
    for tool, arguments in writes:
        assert official.find_contact(Candidate("", [(tool, turn_around(arguments))], ())) == ("gold write", tool)
        assert official.find_contact(Candidate("", [(tool, {**arguments, "reason": "none at all"})], ())) is None


def turn_around(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: turn_around(value[key]) for key in reversed(value)}
    return [turn_around(part) for part in reversed(value)] if isinstance(value, list) else value


def test_an_equal_write_is_equal_in_any_writing() -> None:
    write = hash_write("book", {"payment": [{"id": "Card_1", "amount": 50}], "bags": 0})
    assert write == hash_write("book", {"bags": 0.0, "payment": [{"amount": 50.0, "id": "card_1"}]})
    assert write != hash_write("book", {"payment": [{"id": "Card_1", "amount": 51}], "bags": 0})
    assert write != hash_write("cancel", {"payment": [{"id": "Card_1", "amount": 50}], "bags": 0})


def hash_told(text: str) -> OfficialData:
    """The hashes of one task in which the customer is told this."""
    task = Task("0", Scenario(text, "", "", "", ""), (), Privileged(gold_actions=(), communicate=()))
    benchmark: Any = SimpleNamespace(
        list_task_ids=lambda split: ["0"], get_task=lambda task_id: task, writing_tools=frozenset()
    )
    return hash_official_data("telecom", [(benchmark, ("base",))])


PLAIN = "one lamp is broken and another is not what you had thought it would be"
"""15 words."""

SPECIFIC = "8 words with an entity or number"


@pytest.mark.parametrize(
    ("told", "text", "check"),
    [
        (PLAIN, " ".join(PLAIN.split()[:12]), None),
        (PLAIN, " ".join(PLAIN.split()[2:]).upper(), "13 words"),
        (PLAIN, "So: one lamp, is broken (and another) is not what you had thought it was", "13 words"),
        (
            "it cost you 300 dollars in the spring",
            "once it cost you 300 dollars in the spring",
            "8 words with an entity or number",
        ),
        ("it cost you 300 dollars in the spring", "it cost you 300 dollars in the summer", None),
        ("it cost you 300 dollars in the spring", "it cost you 301 dollars in the spring", None),
        (
            "and John gave it to you in the spring",
            "john gave it to you in the spring",
            "8 words with an entity or number",
        ),
        ("and she gave it to you in the spring", "and she gave it to you in the spring", None),
    ],
)
def test_a_shared_run_of_words(told: str, text: str, check: str | None) -> None:
    contact = OfficialTasks(hash_told(told), []).find_contact(Candidate(text, [], ()))
    assert (contact.check if contact else None) == check


def test_a_cosine_is_that_of_the_weighted_counts() -> None:
    # " ab " and " cd " are one 4-gram each, of weight ln(3/2) + 1; " ab cd " has them, and "ab c" and "b cd", which
    # neither text has, of weight ln 3 + 1
    known, unknown = math.log(3 / 2) + 1, math.log(3) + 1
    profiles = TextProfiles(["ab", "cd"])
    assert profiles.measure_cosine("AB.") == pytest.approx(1)
    assert profiles.measure_cosine("ab cd") == pytest.approx(known / math.sqrt(2 * known**2 + 2 * unknown**2))
    assert profiles.measure_cosine("xy") == 0
    assert profiles.measure_cosine("") == 0
    assert TextProfiles(["you are 12"]).measure_cosine("you are 3456") == pytest.approx(1)


def test_what_was_refused_is_counted() -> None:
    contacts = [None, Contact("cosine", "0.700"), Contact("entity", "x"), None, Contact("entity", "y")]
    assert count_contacts(contacts) == {
        "looked at": 5,
        "entity": 2,
        "gold write": 0,
        "8 words with an entity or number": 0,
        "13 words": 0,
        "cosine": 1,
    }
    assert set(CHECKS) < set(count_contacts([]))


def test_entities_of_a_database() -> None:
    database = {
        "users": {"u_1": {"user_id": "U_1", "name": {"first_name": "Ada", "last_name": "Byron"}, "email": "a@b.c"}},
        "orders": {"#W1": {"order_id": "#W1", "status": "pending", "items": [{"item_id": "77", "price": 3.5}]}},
    }
    assert find_entities(database) == {"u_1", "ada byron", "a@b.c", "w1", "77"}


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_shipped_hashes_hold_the_package(domain: str) -> None:
    shipped = load_official_data(domain)
    package = hash_official_data(domain, [(opened(domain), ("base",))])
    assert package.entities == shipped.entities
    assert package.writes < shipped.writes
    assert package.short_runs < shipped.short_runs
    assert package.long_runs < shipped.long_runs


@pytest.mark.parametrize(("domain", "splits"), [("retail", ("train", "dev", "test")), ("airline", ("test",))])
def test_classic_tau_bench_is_in_the_shipped_hashes(domain: str, splits: tuple[str, ...]) -> None:
    pytest.importorskip("tau_bench")
    shipped = load_official_data(domain)
    benchmark = open_benchmark(BenchmarkConfig(name="tau_bench", world="overlay"), Domain(name=domain, data_dir=None))
    classic = hash_official_data(domain, [(benchmark, splits)])
    assert all(part <= whole for part, whole in zip(classic, shipped, strict=True))
