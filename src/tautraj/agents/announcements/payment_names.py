"""How payment methods and what goes back to them are named to a customer.

Names are those of the customer's profile; an id stands where nothing is found. Not here: names of other things
(`agents.announcements.names`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tautraj.agents.authentication import READ_TOOLS

Peek = Callable[[str, dict[str, Any]], Any]
"""`GoldContext.peek`."""

Arguments = Mapping[str, Any]

Entity = dict[str, Any]

Entities = Mapping[str, Entity]
"""Id -> entity."""

NAMES_PAYMENT = {"payment_method_id", "payment_id", "payment_methods", "reason"}
"""Arguments of writes that are announced or reported with a payment method: for a reason, an order is cancelled."""

PAYMENT_KINDS = {
    "paypal": "PayPal account",
    "credit_card": "credit card",
    "gift_card": "gift card",
    "certificate": "certificate",
}


def find_payer(arguments: Arguments, peek: Peek) -> str | None:
    """Id of the customer whose payment methods a write names; None if it names none."""
    if NAMES_PAYMENT.isdisjoint(arguments):
        return None
    owners = (arguments, *(find_entity(key, arguments, peek) or {} for key in ("order_id", "reservation_id")))
    return next((owner["user_id"] for owner in owners if "user_id" in owner), None)


def find_entity(key: str, arguments: Arguments, peek: Peek) -> Entity | None:
    """The entity that the write names by this argument."""
    entity: Entity | None = peek(READ_TOOLS[key], {key: arguments[key]}) if key in arguments else None
    return entity


def find_methods(arguments: Arguments, peek: Peek) -> Entities:
    """Payment method id -> the payer's method."""
    payer = find_payer(arguments, peek)
    user = find_entity("user_id", {"user_id": payer}, peek) if payer else None
    methods: Entities = user["payment_methods"] if user else {}
    return methods


def name_payment(payment: str, methods: Entities) -> str:
    """As its owner knows it; with its id where nothing else tells it from another one."""
    source = payment.rpartition("_")[0]
    if source not in PAYMENT_KINDS:
        return payment
    kind, method = PAYMENT_KINDS[source], methods.get(payment, {})
    if "last_four" in method:
        return f"your {method['brand'].title()} {kind} ending in {method['last_four']}"
    is_only = [key for key in methods if key.startswith(f"{source}_")] == [payment]
    return f"your {kind}" if is_only else f"your {kind} ({payment})"


def name_money_back(order: Entity | None, methods: Entities) -> str:
    """What goes back to how an order was paid; "" where it was not paid at once."""
    history: Sequence[Entity] = order["payment_history"] if order else ()
    if len(history) != 1:
        return ""
    payment, amount = history[0]["payment_method_id"], format_money(history[0]["amount"])
    when = "at once" if payment.startswith("gift_card") else "within 5 to 7 business days"
    return f", and {amount} will go back to {name_payment(payment, methods)} {when}"


def format_money(amount: float) -> str:
    """Dollars and cents: `$12.50`."""
    return f"${amount:.2f}"
