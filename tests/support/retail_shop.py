"""A hand-made shop: two products, two customers, an order in each status."""

from copy import deepcopy
from typing import Any

Database = dict[str, Any]

ADA, BO = "ada_obi_1234", "bo_lund_1234"
VISA, GIFT_CARD, PAYPAL = "credit_card_1000001", "gift_card_1000002", "paypal_1000003"
FOREIGN_CARD = "gift_card_1000004"
PENDING, PROCESSED, DELIVERED, CANCELLED, FOREIGN = "#W1000001", "#W1000002", "#W1000003", "#W1000004", "#W1000005"
RED_KETTLE, BLUE_KETTLE, BIG_RED_KETTLE, GONE_KETTLE = "1000000001", "1000000002", "1000000003", "1000000004"
OAK_SHELF, PINE_SHELF = "1000000005", "1000000006"
KETTLES, SHELVES = "2000000001", "2000000002"

HOME = {
    "address1": "5 Mill Road",
    "address2": "Apt 1",
    "city": "Boise",
    "country": "USA",
    "state": "ID",
    "zip": "83701",
}
OFFICE = HOME | {"address1": "77 Canal Street", "zip": "83702"}
NEW_ADDRESS = HOME | {"address1": "9 Garden Terrace", "address2": "Unit 4", "zip": "83703"}


def make_small_shop() -> Database:
    return deepcopy({"products": _PRODUCTS, "users": _USERS, "orders": _ORDERS})


def _make_variant(item_id: str, price: float, available: bool, **options: str) -> dict[str, Any]:
    return {"item_id": item_id, "options": options, "available": available, "price": price}


_PRODUCTS = {
    KETTLES: {
        "name": "Tea Kettle",
        "product_id": KETTLES,
        "variants": {
            RED_KETTLE: _make_variant(RED_KETTLE, 40.0, True, color="red", capacity="1 liter"),
            BLUE_KETTLE: _make_variant(BLUE_KETTLE, 50.5, True, color="blue", capacity="1 liter"),
            BIG_RED_KETTLE: _make_variant(BIG_RED_KETTLE, 80.0, True, color="red", capacity="2 liters"),
            GONE_KETTLE: _make_variant(GONE_KETTLE, 60.0, False, color="green", capacity="1 liter"),
        },
    },
    SHELVES: {
        "name": "Book Shelf",
        "product_id": SHELVES,
        "variants": {
            OAK_SHELF: _make_variant(OAK_SHELF, 120.0, True, wood="oak"),
            PINE_SHELF: _make_variant(PINE_SHELF, 90.25, True, wood="pine"),
        },
    },
}


def _make_user(user_id: str, name: str, *methods: dict[str, Any], orders: list[str]) -> dict[str, Any]:
    first, last = name.split()
    return {
        "user_id": user_id,
        "name": {"first_name": first, "last_name": last},
        "address": HOME,
        "email": f"{first}.{last}12@example.com".lower(),
        "payment_methods": {method["id"]: method for method in methods},
        "orders": orders,
    }


_USERS = {
    ADA: _make_user(
        ADA,
        "Ada Obi",
        {"source": "credit_card", "id": VISA, "brand": "visa", "last_four": "1234"},
        {"source": "gift_card", "id": GIFT_CARD, "balance": 30.0},
        {"source": "paypal", "id": PAYPAL},
        orders=[PENDING, PROCESSED, DELIVERED, CANCELLED],
    ),
    BO: _make_user(BO, "Bo Lund", {"source": "gift_card", "id": FOREIGN_CARD, "balance": 500.0}, orders=[FOREIGN]),
}


def _make_order(order_id: str, user_id: str, status: str, method: str, **items: str) -> dict[str, Any]:
    """`items`: name of a variant in this module -> its product's."""
    listed = []
    for item_id, product_id in items.items():
        product = _PRODUCTS[product_id]
        variant = product["variants"][item_id]
        listed.append(
            {key: variant[key] for key in ("item_id", "price", "options")}
            | {"name": product["name"], "product_id": product_id}
        )
    amount = round(sum(item["price"] for item in listed), 2)
    payment = {"transaction_type": "payment", "amount": amount, "payment_method_id": method}
    refund = payment | {"transaction_type": "refund"}
    return {
        "order_id": order_id,
        "user_id": user_id,
        "address": OFFICE if order_id == PENDING else HOME,
        "items": listed,
        "status": status,
        "fulfillments": [],
        "payment_history": [payment, refund] if status == "cancelled" else [payment],
    }


_ORDERS = {
    PENDING: _make_order(PENDING, ADA, "pending", VISA, **{RED_KETTLE: KETTLES}),
    PROCESSED: _make_order(PROCESSED, ADA, "processed", VISA, **{OAK_SHELF: SHELVES}),
    DELIVERED: _make_order(DELIVERED, ADA, "delivered", VISA, **{BLUE_KETTLE: KETTLES, PINE_SHELF: SHELVES}),
    CANCELLED: _make_order(CANCELLED, ADA, "cancelled", VISA, **{BIG_RED_KETTLE: KETTLES}),
    FOREIGN: _make_order(FOREIGN, BO, "pending", FOREIGN_CARD, **{OAK_SHELF: SHELVES}),
}
