"""Records of τ² retail's `db.json`, stricter than τ²'s own: the format of every id, no unknown field, whole cents.

They are a database before any tool changed it: what cancelling, returning or exchanging adds is unknown here.
Not here: what holds between records (`synthesis.retail.invariants`).
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tautraj.trajectory import Record


def _check_cents(amount: float) -> float:
    if round(amount, 2) != amount:
        raise ValueError("not in whole cents")
    return amount


Dollars = Annotated[float, Field(ge=0), AfterValidator(_check_cents)]
ItemId = Annotated[str, Field(pattern=r"^[1-9]\d{9}$")]
OrderId = Annotated[str, Field(pattern=r"^#W[1-9]\d{6}$")]
PaymentMethodId = Annotated[str, Field(pattern=r"^(credit_card|gift_card|paypal)_[1-9]\d{6}$")]
ProductId = Annotated[str, Field(pattern=r"^[1-9]\d{9}$")]
UserId = Annotated[str, Field(pattern=r"^[a-z]+_[a-z]+_[1-9]\d{3}$")]
Words = Annotated[str, Field(min_length=1)]


class Variant(Record):
    """What is sold: a product with one value of each option."""

    item_id: ItemId
    options: dict[Words, Words]
    available: bool
    price: Dollars


class Product(Record):
    """A type of product."""

    name: Words
    product_id: ProductId
    variants: dict[ItemId, Variant]


class Name(Record):
    """A customer's name."""

    first_name: Words
    last_name: Words


class Address(Record):
    """An address in the United States."""

    address1: Words
    address2: Words
    city: Words
    country: Literal["USA"]
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    zip: Annotated[str, Field(pattern=r"^\d{5}$")]


class CreditCard(Record):
    """A payment method."""

    source: Literal["credit_card"]
    id: PaymentMethodId
    brand: Literal["mastercard", "visa"]
    last_four: Annotated[str, Field(pattern=r"^\d{4}$")]


class GiftCard(Record):
    """A payment method."""

    source: Literal["gift_card"]
    id: PaymentMethodId
    balance: Dollars
    """What is left on it; orders that were paid with it may have cost more."""


class Paypal(Record):
    """A payment method."""

    source: Literal["paypal"]
    id: PaymentMethodId


class User(Record):
    """A customer."""

    user_id: UserId
    name: Name
    address: Address
    email: Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+\d+@example\.com$")]
    payment_methods: dict[PaymentMethodId, Annotated[CreditCard | GiftCard | Paypal, Field(discriminator="source")]]
    orders: list[OrderId]


class Item(Record):
    """A variant in an order, as it was when it was ordered."""

    name: Words
    """The product's."""
    product_id: ProductId
    item_id: ItemId
    price: Dollars
    options: dict[Words, Words]


class Fulfillment(Record):
    """A parcel."""

    tracking_id: list[Annotated[str, Field(pattern=r"^[1-9]\d{11}$")]]
    item_ids: list[ItemId]


class Payment(Record):
    """Money for an order, or back."""

    transaction_type: Literal["payment", "refund"]
    amount: Dollars
    payment_method_id: PaymentMethodId


class Order(Record):
    """An order."""

    order_id: OrderId
    user_id: UserId
    address: Address
    """Where it is sent; not always the customer's."""
    items: Annotated[list[Item], Field(min_length=1)]
    status: Literal["pending", "processed", "delivered", "cancelled"]
    fulfillments: list[Fulfillment]
    payment_history: list[Payment]


class Database(Record):
    """A shop: its products, customers and orders by their ids."""

    products: dict[ProductId, Product]
    users: dict[UserId, User]
    orders: dict[OrderId, Order]
