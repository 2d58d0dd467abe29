"""A made-up carrier: what holds in τ²'s databases holds in it, and nothing in it is τ²'s."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tau2.domains.telecom.data_model import TelecomDB
from tau2.domains.telecom.user_data_model import TelecomUserDB
from tau2.utils import DATA_DIR, load_file

from tautraj.benchmarks import format_toml
from tautraj.synthesis.telecom.carrier.invariants import list_violations
from tautraj.synthesis.telecom.carrier.world import SITUATIONS, make_database

OFFICIAL = DATA_DIR / "tau2" / "domains" / "telecom"
Database = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> tuple[Database, Database]:
    return make_database(7)


def test_the_benchmarks_database_breaks_one_rule() -> None:
    violations = list_violations(load_file(OFFICIAL / "db.toml"), load_file(OFFICIAL / "user_db.toml"))
    assert violations == ["B1005 is overdue and not yet due"]


@pytest.mark.parametrize("seed", [0, 7, 2026])
def test_a_world_breaks_none_and_is_the_benchmarks_kind(seed: int) -> None:
    database, user_database = make_database(seed)
    assert list_violations(database, user_database) == []
    assert len(TelecomDB.model_validate(database).customers) == sum(SITUATIONS.values()) == 120
    TelecomUserDB.model_validate(user_database)


def test_the_same_seed_gives_the_same_world(world: tuple[Database, Database]) -> None:
    assert json.dumps(make_database(7)) == json.dumps(world)
    assert make_database(8) != world


def test_no_id_number_plan_or_model_is_the_benchmarks(world: tuple[Database, Database]) -> None:
    official = (OFFICIAL / "db.toml").read_text()
    text = json.dumps(world[0])
    for pattern in (r"\b[PDLCB]\d{4,}\b", r"\b\d{3}-\d{3}-\d{4}\b", r"\b\d{15}\b", r"[\w.]+@example\.com"):
        assert re.findall(pattern, text) and not set(re.findall(pattern, text)) & set(re.findall(pattern, official))
    names = [plan["name"] for plan in world[0]["plans"]] + [device["model"] for device in world[0]["devices"]]
    assert not [name for name in names if f'"{name}"' in official]


def test_the_shapes_of_the_benchmarks_database_occur(world: tuple[Database, Database]) -> None:
    database, _ = world
    assert {bill["status"] for bill in database["bills"]} == {"Draft", "Issued", "Paid", "Overdue", "Disputed"}
    assert {line["status"] for line in database["lines"]} == {"Active", "Suspended"}
    statuses = {customer["account_status"] for customer in database["customers"]}
    assert statuses == {"Active", "Suspended", "Pending Verification"}
    assert {len(customer["line_ids"]) for customer in database["customers"]} == {0, 1, 2, 3, 4}
    assert {device["device_type"] for device in database["devices"]} == {"phone", "tablet", "watch", "router"}
    assert {item["item_type"] for bill in database["bills"] for item in bill["line_items"]} == {
        "Plan Charge",
        "Overage",
        "Fee",
    }


def test_the_files_hold_what_was_made(world: tuple[Database, Database], tmp_path: Path) -> None:
    for name, database in zip(("db.toml", "user_db.toml"), world, strict=True):
        (tmp_path / name).write_text(format_toml(database), encoding="utf-8")
        assert load_file(tmp_path / name) == database


def _first(database: Database, collection: str, **values: Any) -> Database:
    return next(
        entity for entity in database[collection] if all(entity.get(key) == value for key, value in values.items())
    )


def _first_with_service(database: Database) -> Database:
    """The first customer whose lines are all active."""
    suspended = {line["line_id"] for line in database["lines"] if line["status"] == "Suspended"}
    return next(
        customer
        for customer in database["customers"]
        if customer["line_ids"] and not suspended & set(customer["line_ids"])
    )


PLANTED: dict[str, tuple[Callable[[Database, Database], Any], str]] = {
    "id": (lambda d, u: d["plans"][0].update(plan_id="X1"), "X1 is no id of plans"),
    "twice": (lambda d, u: d["devices"].append(d["devices"][0]), "names 2 devices"),
    "missing line": (lambda d, u: d["lines"].pop(), "is named and does not exist"),
    "ownerless bill": (lambda d, u: d["bills"].append(d["bills"][0] | {"bill_id": "B9999"}), "B9999 has no owner"),
    "two owners": (
        lambda d, u: d["customers"][0]["line_ids"].append(d["customers"][-1]["line_ids"][0]),
        "has 2 owners",
    ),
    "other owner": (lambda d, u: d["bills"][0].update(customer_id="C9999"), "listed by another customer"),
    "plan": (lambda d, u: d["lines"][0].update(plan_id="P9999"), "has an unknown plan"),
    "number": (
        lambda d, u: d["lines"][0].update(phone_number=d["lines"][1]["phone_number"]),
        "have the phone number",
    ),
    "number's form": (lambda d, u: d["lines"][0].update(phone_number="5551232001"), "is no phone number"),
    "e-mail": (lambda d, u: d["customers"][0].update(email=d["customers"][1]["email"]), "have the e-mail address"),
    "price": (lambda d, u: d["plans"][0].update(data_refueling_price_per_gb=0.0), "price that is not positive"),
    "suspension": (lambda d, u: _first(d, "lines", status="Active").update(status="Suspended"), "date does not say"),
    "future suspension": (
        lambda d, u: _first(d, "lines", status="Suspended").update(suspension_start_date="2025-03-01"),
        "suspended from a day to come",
    ),
    "suspended data": (
        lambda d, u: _first(d, "lines", status="Suspended").update(data_used_gb=0.5),
        "is suspended and has used data",
    ),
    "used up": (lambda d, u: _first(d, "lines", status="Active").update(data_used_gb=200.0), "has used up its data"),
    "contract": (
        lambda d, u: _first(d, "lines", status="Active").update(contract_end_date="2025-02-24"),
        "is active after its contract",
    ),
    "activation": (
        lambda d, u: d["devices"][0].update(activation_date="2025-02-26T10:00:00"),
        "was activated on a day to come",
    ),
    "eSIM": (
        lambda d, u: _first(d, "devices", is_esim_capable=False).update(
            last_esim_transfer_date="2025-01-01T10:00:00"
        ),
        "had an eSIM transferred",
    ),
    "IMEI": (lambda d, u: d["devices"][0].update(imei="12345"), "has no IMEI of 15 digits"),
    "unverified": (
        lambda d, u: _first(d, "customers", account_status="Pending Verification").update(
            payment_methods=[{"method_type": "PayPal", "account_number_last_4": "1234", "expiration_date": "01/2027"}]
        ),
        "is not verified and has",
    ),
    "suspended account": (
        lambda d, u: _first_with_service(d).update(account_status="Suspended"),
        "is suspended and has an active line",
    ),
    "payment request": (lambda d, u: d["bills"][0].update(status="Awaiting Payment"), "has a payment request"),
    "card": (
        lambda d, u: d["customers"][0]["payment_methods"][0].update(expiration_date="13/2027"),
        "without four digits and a month",
    ),
    "sum": (lambda d, u: d["bills"][0].update(total_due=1.0), "is not the sum of its items"),
    "period": (lambda d, u: d["bills"][0].update(issue_date="2025-04-01"), "is issued outside its period"),
    "draft": (lambda d, u: _first(d, "bills", status="Paid").update(status="Draft"), "is a draft of a day that was"),
    "overdue": (lambda d, u: _first(d, "bills", status="Issued").update(status="Overdue"), "overdue and not yet due"),
    "charge": (
        lambda d, u: _first(d, "bills", status="Paid")["line_items"][0].update(description="Pocket - Line 555-1-2"),
        "charges for a line of somebody else",
    ),
    "plan's price": (
        lambda d, u: _first(d, "bills", status="Paid")["line_items"][0].update(amount=1.0),
        "charges another price than the plan's",
    ),
    "service": (lambda d, u: u["device"].update(airplane_mode=True), "the phone has no service"),
    "data": (lambda d, u: u["device"].update(data_saver_mode=True), "the phone has no fast data"),
    "Wi-Fi": (lambda d, u: u["device"].update(wifi_connected=True), "with its Wi-Fi off"),
    "somebody": (lambda d, u: u["surroundings"].update(phone_number="555-555-5555"), "belongs to somebody"),
}


@pytest.mark.parametrize("plant, sentence", PLANTED.values(), ids=PLANTED)
def test_a_planted_violation_is_found(
    world: tuple[Database, Database], plant: Callable[[Database, Database], Any], sentence: str
) -> None:
    database, user_database = json.loads(json.dumps(world))  # a fifth of the time of a deep copy
    plant(database, user_database)
    assert any(sentence in violation for violation in list_violations(database, user_database))
