"""`agents.rules.retail`: what the shop's desk makes of sentences that no template of the synthesis has."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from support.retail_shop import (
    ADA,
    BIG_RED_KETTLE,
    BLUE_KETTLE,
    DELIVERED,
    DELIVERED_TOO,
    FOREIGN,
    GIFT_CARD,
    HOME,
    LAMP,
    NEW_ADDRESS,
    OAK_SHELF,
    PAYPAL,
    PENDING,
    PINE_SHELF,
    PROCESSED,
    RED_KETTLE,
    VISA,
    make_small_shop,
)
from tau2.domains.retail.data_model import RetailDB
from tau2.domains.retail.tools import RetailTools

from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail import RETAIL_DESK
from tautraj.agents.rules.wording import Wording

Call = Callable[[str, dict[str, Any]], Any]


@pytest.fixture(scope="module")
def call() -> Call:
    """The tools of τ² over the small shop; those that write fail."""
    tools = RetailTools(RetailDB.model_validate(make_small_shop()))

    def read(name: str, arguments: dict[str, Any]) -> Any:
        assert name.split("_", maxsplit=1)[0] in ("get", "list", "find")
        try:
            answer = getattr(tools, name)(**arguments)
        except ValueError:
            return None
        return json.loads(answer) if name.startswith("list") else getattr(answer, "model_dump", lambda: answer)()

    return read


def _resolve(call: Call, said: str, *later: str) -> list[Resolution]:
    wishes = list(RETAIL_DESK.read(said))
    for text in later:
        wishes = [RETAIL_DESK.amend(wish, text) for wish in wishes]
    return [RETAIL_DESK.resolve(wish, ADA, call) for wish in wishes]


def _change(order: str, old: str, new: str, method: str) -> dict[str, Any]:
    return {"order_id": order, "item_ids": [old], "new_item_ids": [new], "payment_method_id": method}


def _return(order: str, items: list[str], method: str) -> dict[str, Any]:
    return {"order_id": order, "item_ids": items, "payment_method_id": method}


CANCEL, MODIFY, EXCHANGE, RETURN = (
    "cancel_pending_order",
    "modify_pending_order_items",
    "exchange_delivered_order_items",
    "return_delivered_order_items",
)
ADDRESS, PROFILE, PAYMENT = "modify_pending_order_address", "modify_user_address", "modify_pending_order_payment"
CANCELLED_PENDING = (CANCEL, {"order_id": PENDING, "reason": "no longer needed"})

WRITES: dict[str, list[tuple[str, dict[str, Any]]]] = {
    f"Hey there, I need order {PENDING} gone, please cancel it, we don't need a kettle anymore.": [CANCELLED_PENDING],
    "Cancel W1000001, bought by accident.": [(CANCEL, {"order_id": PENDING, "reason": "ordered by mistake"})],
    f"I'd like to send the book shelf from {DELIVERED} back, refund to my Visa.": [
        (RETURN, _return(DELIVERED, [PINE_SHELF], VISA))
    ],
    f"Please refund everything in {DELIVERED} to my gift card, I want to return all of it.": [
        (RETURN, _return(DELIVERED, [BLUE_KETTLE, PINE_SHELF], GIFT_CARD))
    ],
    "I want to return the tea kettle I received with the shelf. Original payment method is fine.": [
        (RETURN, _return(DELIVERED, [BLUE_KETTLE], VISA))
    ],
    f"Could you switch the kettle in {PENDING} to blue? PayPal for the difference.": [
        (MODIFY, _change(PENDING, RED_KETTLE, BLUE_KETTLE, PAYPAL))
    ],
    f"Swap my shelf from order {DELIVERED} for the oak version, same card.": [
        (EXCHANGE, _change(DELIVERED, PINE_SHELF, OAK_SHELF, VISA))
    ],
    f"In {PENDING} I want the most expensive tea kettle instead of what I picked, charge my Visa.": [
        (MODIFY, _change(PENDING, RED_KETTLE, BIG_RED_KETTLE, VISA))
    ],
    f"For {PENDING}, change the kettle to a green one. If green is not available, make it blue. Use PayPal.": [
        (MODIFY, _change(PENDING, RED_KETTLE, BLUE_KETTLE, PAYPAL))
    ],
    f"Change the kettle in {PENDING} to green, on PayPal. If that is sold out, cancel the order, I don't need it.": [
        CANCELLED_PENDING
    ],
    f"Can you ship {PENDING} to my default address instead?": [(ADDRESS, {"order_id": PENDING, **HOME})],
    "I moved! Please set my default address to 9 Garden Terrace, Unit 4, Boise, ID 83703.": [
        (PROFILE, {"user_id": ADA, **NEW_ADDRESS})
    ],
    f"Ship {PENDING} to my Boise address, it is in my other orders.": [(ADDRESS, {"order_id": PENDING, **HOME})],
    "I want to return the book shelf and the desk lamp, both to my Visa.": [
        (RETURN, _return(DELIVERED, [PINE_SHELF], VISA)),
        (RETURN, _return(DELIVERED_TOO, [LAMP], VISA)),
    ],
    f"I'd rather pay {PENDING} by PayPal.": [(PAYMENT, {"order_id": PENDING, "payment_method_id": PAYPAL})],
    f"Cancel {PENDING}, I no longer need it, and return the book shelf from {DELIVERED}. Refund to my gift card.": [
        CANCELLED_PENDING,
        (RETURN, _return(DELIVERED, [PINE_SHELF], GIFT_CARD)),
    ],
}


@pytest.mark.parametrize("said", WRITES)
def test_what_is_written(call: Call, said: str) -> None:
    resolutions = _resolve(call, said)
    assert [resolution.refusal or resolution.question for resolution in resolutions if not resolution.writes] == []
    writes = [write for resolution in resolutions for write in resolution.writes]
    assert writes == WRITES[said]
    assert all(resolution.thought for resolution in resolutions)


def test_the_amount_of_a_refund_is_no_part_of_the_proposal(call: Call) -> None:
    [resolution] = _resolve(call, f"Return the shelf from {DELIVERED}, to Visa. How much money do I get?")
    assert resolution.writes and resolution.terms == ()
    [amount] = resolution.tells
    assert amount in (resolution.answer or "")


THOUGHTS = {
    f"Cancel {PENDING}, we don't need a kettle anymore.": "The customer says 'don't need', so the reason is",
    f"Return the shelf from {DELIVERED}, to Visa.": f'"item_id":"{PINE_SHELF}"}}. The refund goes to {{"{VISA}":{{',
    f"I want to return everything in {DELIVERED}, to my Visa.": "2 items are meant: {",
    f"Can you ship {PENDING} to my default address?": f"The default address as shipping address for {ADA}. Order",
    f"Ship {PENDING} to 9 Garden Terrace, Unit 4, Boise, ID 83703.": f"Another shipping address for {ADA}. Order",
    f"What is the total of order {DELIVERED}?": f"The total of an order for {ADA}. The prices",
}


@pytest.mark.parametrize("said", THOUGHTS)
def test_a_thought_quotes_what_decides(call: Call, said: str) -> None:
    (resolution,) = _resolve(call, said)
    assert THOUGHTS[said] in resolution.thought


REFUSALS = {
    f"Cancel order {DELIVERED}, it was a mistake.": "only pending orders can be cancelled",
    f"Please cancel {PENDING}, I found it cheaper elsewhere.": "other reasons are not acceptable",
    f"Cancel {FOREIGN} for me, it is no longer needed.": "not on your account",
    f"Return the shelf from {PROCESSED}, original payment.": "only be returned from a delivered order",
    f"Return the shelf from {DELIVERED}, refund on my PayPal.": "original payment method or to a gift card",
    f"Swap the kettle in {PENDING} for the 2 liters one with my gift card.": "does not cover the difference",
    f"I want to pay {PENDING} with my gift card instead.": "does not cover the total",
    f"Change the kettle in {PENDING} to green, PayPal.": "not available with these options",
    f"Exchange the kettle in {PENDING} for a book shelf, PayPal.": "not for a different product",
    f"Please deliver {PROCESSED} to 9 Garden Terrace, Unit 4, Boise, ID 83703.": "while an order is pending",
    f"Split the payment of {PENDING}, half on PayPal and half on my gift card.": "single payment method",
}


@pytest.mark.parametrize("said", REFUSALS)
def test_what_is_refused(call: Call, said: str) -> None:
    (resolution,) = _resolve(call, said)
    assert not resolution.writes
    assert REFUSALS[said] in (resolution.refusal or "")


QUESTIONS = {
    f"Cancel {PENDING} please.": "no longer needed, or was it ordered by mistake",
    f"I want to return the shelf from {DELIVERED}.": "Where should the refund go",
    f"Swap the kettle in {PENDING} for a blue one.": "Which payment method",
    f"I want a different kettle in {PENDING}, swap it.": "Which options",
    f"Change the address of {PENDING}.": "What is the new shipping address",
    "I'd like to return a tea kettle.": "Where should the refund go",
}


@pytest.mark.parametrize("said", QUESTIONS)
def test_what_is_asked(call: Call, said: str) -> None:
    (resolution,) = _resolve(call, said)
    assert not resolution.writes
    assert QUESTIONS[said] in (resolution.question or "")


ANSWERS: dict[tuple[str, ...], list[tuple[str, dict[str, Any]]]] = {
    (f"Cancel {PENDING} please.", "We have no use for it, it is not needed."): [CANCELLED_PENDING],
    (f"Return the shelf from {DELIVERED}.", "To the card I paid with."): [
        (RETURN, _return(DELIVERED, [PINE_SHELF], VISA))
    ],
    (f"Swap the kettle in {PENDING} for a blue one.", "PayPal", "Wait, make that the 2 liters one in red."): [
        (MODIFY, _change(PENDING, RED_KETTLE, BIG_RED_KETTLE, PAYPAL))
    ],
    (f"Return the shelf from {DELIVERED} to my Visa.", "Actually, return only the tea kettle."): [
        (RETURN, _return(DELIVERED, [BLUE_KETTLE], VISA))
    ],
    (f"Cancel {PENDING}, no longer needed.", f"Use my gift card for the shelf in {DELIVERED}."): [CANCELLED_PENDING],
}


@pytest.mark.parametrize("said", ANSWERS)
def test_answers_and_corrections(call: Call, said: tuple[str, ...]) -> None:
    (resolution,) = _resolve(call, *said)
    assert list(resolution.writes) == ANSWERS[said]


TELLS = {
    "How many variants of the tea kettle are in stock?": "3 variants",
    f"What did order {DELIVERED} cost me in total?": "140.75",
    f"How much would I get back for the shelf in {DELIVERED}?": "90.25",
    f"What is the price difference between the kettle in {PENDING} and a blue one?": "10.5",
}


@pytest.mark.parametrize("said", TELLS)
def test_what_is_told(call: Call, said: str) -> None:
    (resolution,) = _resolve(call, said)
    assert resolution.tells == (TELLS[said],)
    assert TELLS[said] in (resolution.answer or "")
    assert not resolution.writes


@pytest.mark.parametrize("said", ["I want to speak to a human.", "Please send me an invoice for my taxes."])
def test_what_only_a_human_may_do(call: Call, said: str) -> None:
    (resolution,) = _resolve(call, said)
    assert resolution.is_transfer


@pytest.mark.parametrize("said", ["Hello!", "Thanks a lot, that is all.", "Yes, please."])
def test_no_wish(said: str) -> None:
    assert list(RETAIL_DESK.read(said)) == []


@pytest.mark.parametrize(
    ("said", "lookup"),
    [
        ("ada.obi12@example.com", ("find_user_id_by_email", {"email": "ada.obi12@example.com"})),
        ("My email is ada.obi12@example.com.", ("find_user_id_by_email", {"email": "ada.obi12@example.com"})),
        (
            "I'm Ada Obi, zip 83701",
            ("find_user_id_by_name_zip", {"first_name": "Ada", "last_name": "Obi", "zip": "83701"}),
        ),
        (
            "You are ada_obi_1234 living in zipcode 83701.",
            ("find_user_id_by_name_zip", {"first_name": "Ada", "last_name": "Obi", "zip": "83701"}),
        ),
        ("My name is Ada Obi.", None),
        ("It is 83701.", None),
    ],
)
def test_identity(call: Call, said: str, lookup: tuple[str, dict[str, str]] | None) -> None:
    assert RETAIL_DESK.identify(said) == lookup
    if lookup:
        assert RETAIL_DESK.get_user_id(lookup, call(*lookup)) == ADA


def test_a_stranger_is_nobody(call: Call) -> None:
    lookup = ("find_user_id_by_email", {"email": "nobody@example.com"})
    assert RETAIL_DESK.get_user_id(lookup, call(*lookup)) is None


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (f"What is the total of {DELIVERED}?", f"The total of order {DELIVERED} is $140.75."),
        (
            f"How much would I get back for the kettle in {DELIVERED}?",
            "For the Tea Kettle you would get $50.50 back.",
        ),
        (
            f"How much more or less is the kettle in {DELIVERED} in red, 1 liter?",
            f"That Tea Kettle costs $10.50 less than the one in order {DELIVERED}.",
        ),
    ],
)
def test_a_question_is_answered_in_a_sentence(call: Call, said: str, answer: str) -> None:
    (resolution,) = _resolve(call, said)
    assert resolution.answer == answer
    assert all(told in answer for told in resolution.tells)


def test_the_profile_is_read_where_it_is_needed_only() -> None:
    (wish,) = RETAIL_DESK.read("I need an invoice.")
    resolution = RETAIL_DESK.resolve(wish, ADA, lambda *_: pytest.fail("nothing need be read"))
    assert resolution.is_transfer and "I need an invoice." in resolution.thought


def test_a_refusal_is_repeated_in_other_words() -> None:
    wording = Wording(Random(7))
    first, second = (wording.refuse_again("I am sorry, but order #W1 is on its way.") for _ in range(2))
    assert first != second
    assert first.endswith(": order #W1 is on its way.") and second.endswith(": order #W1 is on its way.")
