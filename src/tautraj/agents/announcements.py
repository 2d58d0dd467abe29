"""What the oracle says about a write: what it is going to do, and what it has done, with the names of things.

Names of products and their options are those of the tools' answers. Not here: how journeys are named
(`agents.journeys`), when it is said (`agents.oracle`).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.agents.journeys import join, name_journey

Peek = Callable[[str, dict[str, Any]], Any]
"""`GoldContext.peek`."""

Arguments = Mapping[str, Any]

REFUSAL = "I am sorry, but I cannot do that: our policy does not allow it."
"""Said where the gold actions write nothing and nothing was to be told."""

ORDER_TOOL = "get_order_details"
PRODUCT_TOOL = "get_product_details"
RESERVATION_TOOL = "get_reservation_details"


class Wording(NamedTuple):
    """How a write is put into words. `what` and `details` are format strings over `_name_arguments`."""

    verb: str
    past: str
    what: str
    details: str = ""
    """Said only in the announcement."""


WORDINGS = {
    "cancel_pending_order": Wording("cancel", "cancelled", "order {order_id}: {order}", " (reason: {reason})"),
    "exchange_delivered_order_items": Wording(
        "exchange",
        "arranged the exchange of",
        "{exchanges} in order {order_id}",
        ", with any difference in price on {payment}",
    ),
    "modify_pending_order_items": Wording(
        "exchange",
        "exchanged",
        "{exchanges} in pending order {order_id}",
        ", with any difference in price on {payment}",
    ),
    "modify_pending_order_payment": Wording("change", "changed", "the payment of order {order_id} to {payment}"),
    "modify_pending_order_address": Wording("change", "changed", "the address of order {order_id} to {address}"),
    "modify_user_address": Wording("change", "changed", "your default address to {address}"),
    "return_delivered_order_items": Wording(
        "return", "arranged the return of", "{items} from order {order_id}", ", with the refund to {payment}"
    ),
    "book_reservation": Wording(
        "book",
        "booked",
        "a {trip} from {origin} to {destination} in {cabin}, {flights}",
        ", for {passengers} (born {births}), with {bags} and {insurance}, paid with {payments}",
    ),
    "cancel_reservation": Wording(
        "cancel",
        "cancelled",
        "reservation {reservation_id}{route}",
        ", with the refund to the original payment methods within 5 to 7 business days",
    ),
    "update_reservation_flights": Wording(
        "change",
        "changed",
        "{change}",
        ", with any difference in price on {payment}",
    ),
    "update_reservation_baggages": Wording(
        "change", "changed", "the bags of reservation {reservation_id} to {bags}", "{bag_payment}"
    ),
    "update_reservation_passengers": Wording(
        "change", "changed", "the passengers of reservation {reservation_id} to {passengers}", " (born {births})"
    ),
    "send_certificate": Wording("send", "sent", "you a certificate of ${amount}"),
    "refuel_data": Wording("add", "added", "{gb_amount} GB of data to your line {line_id}"),
    "enable_roaming": Wording("enable", "enabled", "roaming on your line {line_id}"),
    "disable_roaming": Wording("disable", "disabled", "roaming on your line {line_id}"),
    "resume_line": Wording("resume", "resumed", "your line {line_id}"),
    "suspend_line": Wording("suspend", "suspended", "your line {line_id}", " (reason: {reason})"),
    "send_payment_request": Wording("send", "sent", "you a payment request for bill {bill_id}"),
    "create_task": Wording("create", "created", "the task '{title}' for {user_id}"),
    "update_task_status": Wording("mark", "marked", "{task_id} as {status}"),
}
"""Writing tool -> its wording. Other tools are put into the words of their names."""

PAYMENT_KINDS = {
    "paypal": "your PayPal account",
    "credit_card": "your credit card",
    "gift_card": "your gift card",
    "certificate": "your certificate",
}


def announce_write(name: str, arguments: Arguments, peek: Peek) -> str:
    """A sentence that says what is going to be changed."""
    wording = WORDINGS.get(name)
    if wording is None:
        details = ", ".join(f"{key.replace('_', ' ')}: {_to_text(value)}" for key, value in arguments.items())
        return f"I am going to {name.replace('_', ' ')} with {details}."
    names = _name_arguments(arguments, peek)
    return f"I am going to {wording.verb} {(wording.what + wording.details).format_map(names)}."


def report_write(name: str, arguments: Arguments, peek: Peek) -> str:
    """A sentence that says what has been changed."""
    wording = WORDINGS.get(name)
    if wording is None:
        return f"The request to {name.replace('_', ' ')} is carried out."
    return f"I have {wording.past} {wording.what.format_map(_name_arguments(arguments, peek))}."


def list_new_products(arguments: Arguments, peek: Peek) -> Iterator[str]:
    """Ids of the products of which an exchange chooses another variant."""
    chosen = set(arguments.get("item_ids", ())) if "new_item_ids" in arguments else set()
    for item in _list_items(arguments, peek):
        if item["item_id"] in chosen:
            yield item["product_id"]


def _name_arguments(arguments: Arguments, peek: Peek) -> dict[str, str]:
    """The arguments as text, and what they stand for."""
    items = {item["item_id"]: _name_item(item["name"], item) for item in _list_items(arguments, peek)}
    old = [items.get(item, item) for item in arguments.get("item_ids", ())]
    variants = _name_variants(arguments, peek)
    new = [variants.get(item, item) for item in arguments.get("new_item_ids", ())]
    payment = str(arguments.get("payment_method_id") or arguments.get("payment_id") or "")
    payments = (
        f"${method['amount']:,} from {_name_payment(method['payment_id'])}"
        for method in arguments.get("payment_methods", ())
    )
    lines = (str(arguments.get(key) or "") for key in ("address1", "address2", "city", "state", "zip"))
    return {key: _to_text(value) for key, value in arguments.items()} | {
        "order": join([f"the {item}" for item in items.values()]),
        "items": join([f"the {item}" for item in old]),
        "exchanges": join([f"the {before} for the {after}" for before, after in zip(old, new, strict=False)]),
        "payment": _name_payment(payment),
        "payments": join(list(payments)),
        "address": ", ".join(filter(None, lines)),
        "bag_payment": f", paid with {_name_payment(payment)}" if arguments.get("nonfree_baggages") else "",
        **name_journey(arguments, _find_reservation(arguments, peek)),
    }


def _list_items(arguments: Arguments, peek: Peek) -> Sequence[dict[str, Any]]:
    order = peek(ORDER_TOOL, {"order_id": arguments["order_id"]}) if "order_id" in arguments else None
    return order["items"] if order else ()


def _name_variants(arguments: Arguments, peek: Peek) -> dict[str, str]:
    """Item id -> name and options, of all variants of the products in an exchange."""
    products = [peek(PRODUCT_TOOL, {"product_id": product}) for product in list_new_products(arguments, peek)]
    return {
        item: _name_item(product["name"], variant)
        for product in filter(None, products)
        for item, variant in product["variants"].items()
    }


def _name_item(name: str, item: Mapping[str, Any]) -> str:
    options = [_name_option(key, str(value)) for key, value in item["options"].items()]
    return f"{name} ({', '.join(options)})" if options else name


def _name_option(key: str, value: str) -> str:
    """The value, with its key if it says nothing alone: `waterproof: no`, `size: 8`."""
    return f"{key}: {value}" if value in ("yes", "no", "none") or not any(map(str.isalpha, value)) else value


def _name_payment(payment: str) -> str:
    kind = PAYMENT_KINDS.get(payment.rpartition("_")[0])
    return f"{kind} ({payment})" if kind else payment


def _find_reservation(arguments: Arguments, peek: Peek) -> Mapping[str, Any] | None:
    key = arguments.get("reservation_id")
    reservation: Mapping[str, Any] | None = peek(RESERVATION_TOOL, {"reservation_id": key}) if key else None
    return reservation


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value).removesuffix(".0")
