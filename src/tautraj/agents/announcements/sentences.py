"""What agents without an llm say about a write: what they are going to do, and what they have done.

Not here: names of things (`agents.announcements.names`), when it is said (`agents.oracle`,
`agents.rules.conversation`).
"""

from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple

from tautraj.agents.announcements.names import name_arguments, to_text
from tautraj.agents.announcements.payment_names import Arguments, Peek

REFUSAL = "I am sorry, but I cannot do that: our policy does not allow it."
"""Said where the gold actions write nothing and nothing was to be told."""


class Wording(NamedTuple):
    """How a write is put into words. All but the verbs are format strings over `name_arguments`."""

    verb: str
    past: str
    what: str
    details: str = ""
    """Said only in the announcement."""
    reminder: str = ""
    """A sentence behind the announcement."""
    reported: str = ""
    """What is said in the report instead of `what`; "" for the same."""


WORDINGS = {
    "cancel_pending_order": Wording(
        "cancel",
        "cancelled",
        "order {order_id}: {order}",
        " (reason: {reason})",
        reported="order {order_id}{money_back}",
    ),
    "exchange_delivered_order_items": Wording(
        "exchange",
        "arranged the exchange of",
        "{exchanges} in order {order_id}",
        ", with {difference}",
        "Items of an order can be exchanged only once, so please make sure that this is all you want to exchange.",
        "{item_names} in order {order_id}, and you will receive instructions for sending {them} back",
    ),
    "modify_pending_order_items": Wording(
        "exchange",
        "exchanged",
        "{exchanges} in pending order {order_id}",
        ", with {difference}",
        "Items of an order can be exchanged only once, so please make sure that this is all you want to exchange.",
        "{item_names} in order {order_id} as agreed",
    ),
    "modify_pending_order_payment": Wording(
        "change",
        "changed",
        "the payment of order {order_id} to {payment}",
        reported="the payment of order {order_id} to {payment}{money_back}",
    ),
    "modify_pending_order_address": Wording("change", "changed", "the address of order {order_id} to {address}"),
    "modify_user_address": Wording("change", "changed", "your default address to {address}"),
    "return_delivered_order_items": Wording(
        "return",
        "arranged the return of",
        "{items} from order {order_id}",
        ", with the refund{refund} to {payment}",
        reported="{item_names} from order {order_id}, and you will receive instructions for sending {them} back",
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


BRIEF_WORDINGS = WORDINGS | {
    "cancel_pending_order": Wording("cancel", "cancelled", "order {order_id}", " (reason: {reason})"),
    "modify_pending_order_payment": Wording("change", "changed", "the payment of order {order_id}", " to {payment}"),
    "modify_pending_order_address": Wording("change", "changed", "the address of order {order_id}", " to {address}"),
    "modify_user_address": Wording("change", "changed", "your default address", " to {address}"),
    "return_delivered_order_items": Wording(
        "return", "arranged the return of", "{item_names} from order {order_id}", ", with the refund to {payment}"
    ),
}
"""The same; orders are told without items' options, amounts and what happens next, reports without what it is now."""


def announce_write(name: str, arguments: Arguments, peek: Peek, wordings: Mapping[str, Wording] = WORDINGS) -> str:
    """A sentence that says what is going to be changed."""
    wording = wordings.get(name)
    if wording is None:
        details = ", ".join(f"{key.replace('_', ' ')}: {to_text(value)}" for key, value in arguments.items())
        return f"I am going to {name.replace('_', ' ')} with {details}."
    announced = f"I am going to {wording.verb} {_put_names_into(wording.what + wording.details, arguments, peek)}."
    return f"{announced} {wording.reminder}".strip()


def report_write(name: str, arguments: Arguments, peek: Peek, wordings: Mapping[str, Wording] = WORDINGS) -> str:
    """A sentence that says what has been changed."""
    wording = wordings.get(name)
    if wording is None:
        return f"The request to {name.replace('_', ' ')} is carried out."
    return f"I have {wording.past} {_put_names_into(wording.reported or wording.what, arguments, peek)}."


def _put_names_into(text: str, arguments: Arguments, peek: Peek) -> str:
    """Nothing is looked up where the arguments themselves have all the words that the text needs."""
    words = {key: value for key, value in arguments.items() if isinstance(value, str)}
    needed = {field for _, field, _, _ in Formatter().parse(text) if field}
    return text.format_map(words if needed <= words.keys() else name_arguments(arguments, peek))
