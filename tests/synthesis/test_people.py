"""`synthesis.people` against τ²'s databases."""

import json
from random import Random

import pytest
from tau2.utils import DATA_DIR

from tautraj.synthesis.people import CITIES, FIRST_NAMES, LAST_NAMES, STREETS, generate_user_ids, make_people


@pytest.mark.parametrize("domain", ["retail", "airline"])
def test_no_name_street_or_city_is_the_benchmarks(domain: str) -> None:
    users = json.loads((DATA_DIR / "tau2" / "domains" / domain / "db.json").read_text())["users"].values()
    assert not {user["name"]["first_name"] for user in users} & set(FIRST_NAMES)
    assert not {user["name"]["last_name"] for user in users} & set(LAST_NAMES)
    assert not {user["address"]["address1"].partition(" ")[2] for user in users} & set(STREETS)
    assert not {user["address"]["city"] for user in users} & {city for city, _, _ in CITIES}


def test_people_differ_and_are_the_same_again() -> None:
    people = make_people(Random("retail-7"), 3000)
    assert len({person.email for person in people}) == len({person[:2] for person in people}) == 3000
    assert people == make_people(Random("retail-7"), 3000)
    assert people != make_people(Random("retail-8"), 3000)


def test_ids_are_in_the_benchmarks_shape() -> None:
    person = make_people(Random(1), 1)[0]
    (user_id,) = generate_user_ids(Random(1), [person])
    first, last, digits = user_id.split("_")
    assert (first, last) == (person.first_name.lower(), person.last_name.lower())
    assert digits.isdigit() and len(digits) == 4
