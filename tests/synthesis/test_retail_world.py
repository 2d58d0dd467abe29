"""`synthesis.retail.catalogue` and `world`: invented shops beside τ²'s retail database."""

import copy
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import pytest
from tau2.domains.retail.data_model import RetailDB
from tau2.utils import DATA_DIR

from tautraj.synthesis.retail.catalogue import Kind, list_kinds
from tautraj.synthesis.retail.invariants import list_violations
from tautraj.synthesis.retail.world import ID_MODULUS, ID_REMAINDER, NAMESAKES, make_database

Database = dict[str, Any]
FOLDER = DATA_DIR / "tau2" / "domains" / "retail"
SEEDS = [1, 2, 3]
SHAPES = {
    "the same product twice",
    "the same item twice",
    "sent to another address",
    "customer's gift card too small",
    "item that is out of stock now",
    "customer who paid with several methods",
}


@pytest.fixture(scope="module")
def official() -> Database:
    database: Database = json.loads((FOLDER / "db.json").read_text())
    return database


def test_kinds_are_enough_and_new(official: Database) -> None:
    names = [kind.name.lower() for kind in list_kinds()]
    official_names = [product["name"].lower() for product in official["products"].values()]
    assert len(set(names)) == len(names) >= 60
    assert not [pair for pair in permutations(names, 2) if pair[0] in pair[1]]
    assert not [(own, theirs) for own, theirs in product(names, official_names) if own in theirs or theirs in own]


@pytest.mark.parametrize("kind", list_kinds(), ids=lambda kind: str(kind.name))
def test_words_of_a_kind_are_unambiguous(kind: Kind) -> None:
    assert math.prod(map(len, kind.options.values())) >= 24
    for values in kind.options.values():
        assert not [(a, b) for a, b in permutations(values, 2) if a.lower() in b.lower()]
    spoken = [values for values in kind.options.values() if set(values) != {"no", "yes"}]
    for one, other in permutations(spoken, 2):
        assert not [
            (a, b) for a, b in product(one, (*other, kind.name)) if re.search(rf"\b{re.escape(a)}\b", b, re.I)
        ]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_world_has_the_shape_of_the_benchmarks(official: Database, seed: int) -> None:
    database = make_database(seed)
    assert list_violations(database) == []
    assert list(RetailDB.model_validate(database).get_statistics().values()) == [50, 500, 1000, 591]
    assert count_proportions(database) == count_proportions(official)
    assert count_available(official) == 379
    assert 340 <= count_available(database) <= 420
    assert find_shapes(database) == find_shapes(official) == SHAPES


def count_proportions(database: Database) -> dict[str, Counter[Any]]:
    products, users, orders = (database[name].values() for name in ("products", "users", "orders"))
    return {
        "variants": Counter(len(product["variants"]) for product in products),
        "orders": Counter(len(user["orders"]) for user in users),
        "methods": Counter(
            tuple(sorted(way["source"] for way in user["payment_methods"].values())) for user in users
        ),
        "names": Counter({"different": len({tuple(user["name"].values()) for user in users})}),
        "items": Counter(len(order["items"]) for order in orders),
        "statuses": Counter((order["status"], len(order["payment_history"])) for order in orders),
        "fields": Counter(field for order in orders for field in order),
    }


def count_available(database: Database) -> int:
    products = database["products"].values()
    return sum(variant["available"] for product in products for variant in product["variants"].values())


def find_shapes(database: Database) -> set[str]:
    """Those of `SHAPES` that at least one order has."""
    shapes = set()
    for order in database["orders"].values():
        user, items, payment = database["users"][order["user_id"]], order["items"], order["payment_history"][0]
        variants = [database["products"][item["product_id"]]["variants"][item["item_id"]] for item in items]
        balances = [way["balance"] for way in user["payment_methods"].values() if way["source"] == "gift_card"]
        used = {database["orders"][own]["payment_history"][0]["payment_method_id"] for own in user["orders"]}
        is_there = {
            "the same product twice": len({item["product_id"] for item in items}) < len(items),
            "the same item twice": len({item["item_id"] for item in items}) < len(items),
            "sent to another address": order["address"] != user["address"],
            "customer's gift card too small": any(balance < payment["amount"] for balance in balances),
            "item that is out of stock now": not all(variant["available"] for variant in variants),
            "customer who paid with several methods": len(used) > 1,
        }
        shapes |= {shape for shape in is_there if is_there[shape]}
    return shapes


def test_later_values_cost_more() -> None:
    """Prices are within an eighth of the usual one; the difference of a whole list of options outweighs chance."""
    kinds = {kind.name: kind for kind in list_kinds()}
    for made in make_database(1)["products"].values():
        kind = kinds[made["name"]]
        ranks = {
            variant["price"]: sum(
                kind.options[option].index(value) / (len(kind.options[option]) - 1)
                for option, value in variant["options"].items()
            )
            / len(kind.options)
            for variant in made["variants"].values()
        }
        assert all(abs(price / kind.price - 1) <= 1 / 8 for price in ranks)
        assert not [
            (low, high) for low, high in permutations(ranks, 2) if ranks[low] + 0.3 < ranks[high] and low > high
        ]


def test_the_same_seed_makes_the_same_world() -> None:
    program = (
        "import json; from tautraj.synthesis.retail.world import make_database; print(json.dumps(make_database(7)))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in "12"
    }
    assert [json.loads(text) for text in made] == [make_database(7)]
    assert make_database(7) != make_database(8)


def test_a_change_of_an_order_changes_nothing_else() -> None:
    database = make_database(7)
    before = copy.deepcopy({name: database[name] for name in ("users", "products")})
    for order in database["orders"].values():
        order["address"].clear()
        for item in order["items"]:
            item["options"].clear()
    assert {name: database[name] for name in before} == before


def list_numbers(text: str) -> Iterator[int]:
    """Numbers with as many digits as have orders and payment methods; products and items; parcels."""
    return map(int, re.findall(r"(?<!\d)(?:\d{7}|\d{10}|\d{12})(?!\d)", text))


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_of_a_world_leave_the_remainder(official: Database, seed: int) -> None:
    database = make_database(seed)
    numbers = list(list_numbers(json.dumps(database)))
    assert len(set(numbers)) == 1000 + 695 + 50 + 591 + 577  # orders, payment methods, products, items, parcels
    assert {number % ID_MODULUS for number in numbers} == {ID_REMAINDER}
    assert not database["users"].keys() & official["users"].keys()


def test_no_number_of_the_benchmark_leaves_the_remainder() -> None:
    numbers = {number for name in ("db.json", "tasks.json") for number in list_numbers((FOLDER / name).read_text())}
    assert len(numbers) > 2900
    assert ID_REMAINDER not in {number % ID_MODULUS for number in numbers}


def test_no_number_of_classic_tau_bench_leaves_the_remainder() -> None:
    package = pytest.importorskip(
        "tau_bench", reason="the package tau_bench is not installed; docs/benchmarks.md says how"
    )
    folder = Path(package.__path__[0], "envs", "retail")
    files = [*folder.glob("data/*.json"), *folder.glob("tasks*.py")]
    numbers = {number for file in files for number in list_numbers(file.read_text())}
    assert len(numbers) > 2900
    assert ID_REMAINDER not in {number % ID_MODULUS for number in numbers}


def test_namesakes_live_elsewhere() -> None:
    zips: dict[tuple[str, ...], list[str]] = {}
    for user in make_database(7)["users"].values():
        zips.setdefault(tuple(user["name"].values()), []).append(user["address"]["zip"])
    shared = [zip_codes for zip_codes in zips.values() if len(zip_codes) > 1]
    assert len(shared) == NAMESAKES
    assert all(a != b for zip_codes in shared for a, b in combinations(zip_codes, 2))
