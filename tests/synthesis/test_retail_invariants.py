"""`synthesis.retail.invariants`: what τ²'s retail database obeys, and that each thing that can be wrong is found."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tau2.utils import DATA_DIR

from tautraj.synthesis.retail.invariants import list_violations
from tautraj.synthesis.retail.world import make_database

Database = dict[str, Any]


def test_the_benchmarks_database_has_one_violation() -> None:
    official = json.loads((DATA_DIR / "tau2" / "domains" / "retail" / "db.json").read_text())
    assert list_violations(official) == ["Headphones: 2 variants cost 344.55"]


def pick_product(database: Database, place: int = 0) -> Database:
    return list(database["products"].values())[place]


def pick_variant(database: Database, place: int = 0) -> Database:
    return list(pick_product(database)["variants"].values())[place]


def pick_user(database: Database, place: int = 0) -> Database:
    return [user for user in database["users"].values() if user["orders"]][place]


def pick_order(database: Database, status: str = "delivered") -> Database:
    return next(order for order in database["orders"].values() if order["status"] == status)


def file_elsewhere(records: Database) -> None:
    key = next(iter(records))
    records[key[:-4] + "1234"] = records.pop(key)


def sell_out(database: Database) -> None:
    for variant in list(pick_product(database)["variants"].values())[1:]:
        variant["available"] = False


def give_one_brand(database: Database) -> None:
    for user in database["users"].values():
        for method in user["payment_methods"].values():
            if "brand" in method:
                method["brand"] = "visa"


def give_other_id(database: Database) -> None:
    methods = next(user["payment_methods"] for user in database["users"].values() if "paypal" in str(user))
    method_id = next(method_id for method_id in methods if method_id.startswith("paypal"))
    methods["gift_card_1234567"] = methods.pop(method_id) | {"id": "gift_card_1234567"}


def copy_name_and_zip(database: Database) -> None:
    pick_user(database, 1)["name"] = pick_user(database)["name"]
    pick_user(database, 1)["address"]["zip"] = pick_user(database)["address"]["zip"]


PLANTED: dict[str, tuple[Callable[[Database], Any], str]] = {
    "unknown field": (lambda db: pick_order(db).update(cancel_reason="no longer needed"), "Extra inputs"),
    "missing field": (lambda db: pick_user(db).pop("email"), "Field required"),
    "unknown status": (lambda db: pick_order(db).update(status="return requested"), "Input should be 'pending'"),
    "no item": (lambda db: pick_order(db)["items"].clear(), "at least 1 item"),
    "fraction of a cent": (lambda db: pick_variant(db).update(price=9.999), "not in whole cents"),
    "negative price": (lambda db: pick_variant(db).update(price=-1.0), "greater than or equal to 0"),
    "odd order id": (lambda db: pick_order(db).update(order_id="W1234567"), "match pattern"),
    "odd zip code": (lambda db: pick_user(db)["address"].update(zip="1234"), "match pattern"),
    "filed product": (lambda db: file_elsewhere(db["products"]), "filed under it is"),
    "filed item": (lambda db: file_elsewhere(pick_product(db)["variants"]), "filed under it is"),
    "filed user": (lambda db: file_elsewhere(db["users"]), "filed under it is"),
    "filed payment method": (lambda db: file_elsewhere(pick_user(db)["payment_methods"]), "filed under it is"),
    "filed order": (lambda db: file_elsewhere(db["orders"]), "filed under it is"),
    "product name": (lambda db: pick_product(db).update(name=pick_product(db, 1)["name"]), "product name"),
    "item id": (lambda db: pick_product(db, 1)["variants"].update(pick_product(db)["variants"]), "item id"),
    "e-mail address": (lambda db: pick_user(db).update(email=pick_user(db, 1)["email"]), "e-mail address"),
    "name and zip code": (copy_name_and_zip, "name with zip code"),
    "address": (lambda db: pick_user(db).update(address=pick_user(db, 1)["address"]), "customer's address"),
    "payment method": (
        lambda db: pick_user(db)["payment_methods"].update(pick_user(db, 1)["payment_methods"]),
        "number of an order or payment method",
    ),
    "parcel": (
        lambda db: pick_order(db).update(fulfillments=pick_order(db, "processed")["fulfillments"]),
        "tracking id",
    ),
    "same options": (
        lambda db: pick_variant(db).update(options=pick_variant(db, 1)["options"]),
        "have the options",
    ),
    "other options": (lambda db: pick_variant(db).update(options={"smell": "none"}), "the same options"),
    "same price": (lambda db: pick_variant(db).update(price=pick_variant(db, 1)["price"]), "variants cost"),
    "out of stock": (sell_out, "variants are in stock"),
    "another's id": (lambda db: pick_user(db)["name"].update(last_name="Nobody"), "the name is"),
    "another's e-mail address": (lambda db: pick_user(db).update(email="no.body1@example.com"), "the name is"),
    "card with a gift card's id": (give_other_id, "gift_card_1234567 is a"),
    "nothing to pay with": (lambda db: pick_user(db)["payment_methods"].clear(), "no payment method"),
    "two cards of a brand": (give_one_brand, "2 payment methods are credit_card visa"),
    "listed twice": (lambda db: pick_user(db)["orders"].extend(pick_user(db)["orders"]), "is listed 2 times"),
    "another's order": (
        lambda db: pick_user(db)["orders"].append(pick_user(db, 1)["orders"][0]),
        "is not this customer's",
    ),
    "order of nobody": (lambda db: pick_order(db).update(user_id="no_body_1234"), "not listed by"),
    "order not listed": (lambda db: pick_user(db)["orders"].pop(), "not listed by"),
    "pending in a parcel": (
        lambda db: pick_order(db, "pending").update(fulfillments=pick_order(db)["fulfillments"]),
        "pending, in parcels",
    ),
    "delivered without parcel": (lambda db: pick_order(db)["fulfillments"].clear(), "delivered, in parcels"),
    "half in the parcel": (lambda db: pick_order(db)["fulfillments"][0]["item_ids"].pop(), "delivered, in parcels"),
    "unknown item": (lambda db: pick_order(db)["items"][0].update(item_id="1234567890"), "has no item"),
    "unknown product": (lambda db: pick_order(db)["items"][0].update(product_id="1234567890"), "has no item"),
    "other price": (lambda db: pick_order(db)["items"][0].update(price=1.0), "as the shop describes it"),
    "other option": (
        lambda db: pick_order(db)["items"][0].update(options={"size": "S"}),
        "as the shop describes it",
    ),
    "unpaid": (lambda db: pick_order(db)["payment_history"].clear(), "delivered, with transactions"),
    "not refunded": (
        lambda db: pick_order(db, "cancelled")["payment_history"].pop(),
        "cancelled, with transactions",
    ),
    "paid too little": (lambda db: pick_order(db)["payment_history"][0].update(amount=1.0), "its items cost"),
    "foreign card": (
        lambda db: pick_order(db)["payment_history"][0].update(payment_method_id="paypal_1234567"),
        "not its customer's",
    ),
    "refunded elsewhere": (
        lambda db: pick_order(db, "cancelled")["payment_history"][1].update(payment_method_id="paypal_1234567"),
        "to another payment method",
    ),
}


@pytest.fixture(scope="module")
def small() -> Database:
    """A shop with 80 customers, so that it is copied quickly."""
    database = make_database(7)
    users = dict(list(database["users"].items())[:80])
    orders = {number: order for number, order in database["orders"].items() if order["user_id"] in users}
    small = {"products": database["products"], "users": users, "orders": orders}
    assert list_violations(small) == []
    return small


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_violation_is_found(small: Database, planted: str) -> None:
    plant, expected = PLANTED[planted]
    database = json.loads(json.dumps(small))
    plant(database)
    assert [line for line in list_violations(database) if expected in line]
