"""What holds in every retail database, invented or τ²'s, as long as no tool has changed it.

One thing in τ²'s own database is otherwise: `tests/synthesis/test_retail_invariants.py` names it.
Not here: formats of single fields (`synthesis.retail.database`), proportions (`synthesis.retail.world`).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from tautraj.synthesis.retail.database import Database, Order, User


def list_violations(database: dict[str, Any]) -> list[str]:
    """One line for each violation: the record, what is wrong, the values. Malformed records hide all others."""
    try:
        shop = Database.model_validate(database)
    except ValidationError as error:
        return [f"{'.'.join(map(str, line['loc']))}: {line['msg']}" for line in error.errors()]
    checks = (
        _check_keys,
        _check_uniqueness,
        _check_products,
        _check_users,
        _check_orders,
        _check_items,
        _check_payments,
    )
    return [violation for check in checks for violation in check(shop)]


def _check_keys(shop: Database) -> Iterator[str]:
    """Every record is filed under its own id."""
    filed: list[tuple[str, str]] = []
    for product_id, product in shop.products.items():
        filed += [(product_id, product.product_id)]
        filed += [(item_id, variant.item_id) for item_id, variant in product.variants.items()]
    for user_id, user in shop.users.items():
        filed += [(user_id, user.user_id)]
        filed += [(method_id, method.id) for method_id, method in user.payment_methods.items()]
    filed += [(order_id, order.order_id) for order_id, order in shop.orders.items()]
    yield from (f"{key}: filed under it is {own_id}" for key, own_id in filed if key != own_id)


def _check_uniqueness(shop: Database) -> Iterator[str]:
    """What a customer says finds one customer; no id names two things."""
    users, products = shop.users.values(), shop.products.values()
    named = [*shop.orders, *(method_id for user in users for method_id in user.payment_methods)]
    values: dict[str, Iterable[Hashable]] = {
        "product name": [product.name for product in products],
        "product or item id": [*shop.products, *(item_id for product in products for item_id in product.variants)],
        "e-mail address": [user.email for user in users],
        "name with zip code": [(user.name.first_name, user.name.last_name, user.address.zip) for user in users],
        "customer's address": [tuple(user.address.model_dump().values()) for user in users],
        "number of an order or payment method": [name[-7:] for name in named],
        "tracking id": [
            tracking_id
            for order in shop.orders.values()
            for fulfillment in order.fulfillments
            for tracking_id in fulfillment.tracking_id
        ],
    }
    for kind, listed in values.items():
        yield from (f"{kind} {value} occurs {count} times" for value, count in _count_repeated(listed))


def _check_products(shop: Database) -> Iterator[str]:
    """Variants of a product have the same options with different values, and two of them are in stock."""
    for product in shop.products.values():
        variants = product.variants.values()
        if len({frozenset(variant.options) for variant in variants}) != 1:
            yield f"{product.name}: not all variants have the same options"
        for options, count in _count_repeated(tuple(sorted(variant.options.items())) for variant in variants):
            yield f"{product.name}: {count} variants have the options {dict(options)}"
        for price, count in _count_repeated(variant.price for variant in variants):
            yield f"{product.name}: {count} variants cost {price}"
        if (in_stock := sum(variant.available for variant in variants)) < 2:
            yield f"{product.name}: {in_stock} variants are in stock"


def _check_users(shop: Database) -> Iterator[str]:
    """Ids and e-mail addresses begin with the name, there is a payment method, and orders know their customer."""
    for user in shop.users.values():
        first, last = user.name.first_name.lower(), user.name.last_name.lower()
        if not user.user_id.startswith(f"{first}_{last}_") or not user.email.startswith(f"{first}.{last}"):
            yield f"{user.user_id}: the name is {first} {last}, the e-mail address {user.email}"
        if not user.payment_methods:
            yield f"{user.user_id}: no payment method"
        yield from (f"{user.user_id}: {fault}" for fault in _find_odd_methods(user))
        for order_id, count in _count_repeated(user.orders):
            yield f"{user.user_id}: {order_id} is listed {count} times"
        for order_id in user.orders:
            if order_id not in shop.orders or shop.orders[order_id].user_id != user.user_id:
                yield f"{user.user_id}: {order_id} is not this customer's"


def _find_odd_methods(user: User) -> Iterator[str]:
    methods = user.payment_methods.values()
    for method in methods:
        if not method.id.startswith(f"{method.source}_"):
            yield f"{method.id} is a {method.source}"
    for kind, count in _count_repeated((method.source, getattr(method, "brand", None)) for method in methods):
        yield f"{count} payment methods are {' '.join(filter(None, kind))}"


def _check_orders(shop: Database) -> Iterator[str]:
    """Its customer lists it; all of it is in one parcel, unless it is pending."""
    for order in shop.orders.values():
        if order.user_id not in shop.users or order.order_id not in shop.users[order.user_id].orders:
            yield f"{order.order_id}: not listed by {order.user_id}"
        parcels = [(len(parcel.tracking_id), parcel.item_ids) for parcel in order.fulfillments]
        if parcels != ([] if order.status == "pending" else [(1, [item.item_id for item in order.items])]):
            yield f"{order.order_id}: {order.status}, in parcels {parcels}"


def _check_items(shop: Database) -> Iterator[str]:
    """An ordered item is a variant of the shop, at today's price."""
    for order in shop.orders.values():
        for item in order.items:
            product = shop.products.get(item.product_id)
            variant = product and product.variants.get(item.item_id)
            if not product or not variant:
                yield f"{order.order_id}: the shop has no item {item.item_id} of product {item.product_id}"
            elif (item.name, item.price, item.options) != (product.name, variant.price, variant.options):
                yield f"{order.order_id}: item {item.item_id} is not as the shop describes it"


def _check_payments(shop: Database) -> Iterator[str]:
    """An order was paid whole with one of its customer's methods, and refunded whole if it was cancelled."""
    for order in shop.orders.values():
        user = shop.users.get(order.user_id)
        yield from (f"{order.order_id}: {fault}" for fault in _find_odd_payments(order, user))


def _find_odd_payments(order: Order, user: User | None) -> Iterator[str]:
    kinds = [payment.transaction_type for payment in order.payment_history]
    if kinds != (["payment", "refund"] if order.status == "cancelled" else ["payment"]):
        yield f"{order.status}, with transactions {kinds}"
    total = round(sum(item.price for item in order.items), 2)
    for payment in order.payment_history:
        if payment.amount != total:
            yield f"a {payment.transaction_type} of {payment.amount}, its items cost {total}"
        if user and payment.payment_method_id not in user.payment_methods:
            yield f"{payment.payment_method_id} is not its customer's"
    if len({payment.payment_method_id for payment in order.payment_history}) > 1:
        yield "refunded to another payment method"


def _count_repeated(values: Iterable[Any]) -> list[tuple[Any, int]]:
    return [(value, count) for value, count in Counter(values).items() if count > 1]
