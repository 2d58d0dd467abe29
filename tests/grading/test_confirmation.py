"""Which writes a dialogue confirms: the agent's question has to name them before the customer's yes."""

from typing import Any

import pytest
from support import records

from tautraj.grading.confirmation import find_unconfirmed_write
from tautraj.trajectory import ToolCall, Turn

Line = str | ToolCall


def write(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(id="call", name=name, arguments=arguments)


CANCEL = write("cancel_pending_order", order_id="#W4817420", reason="no longer needed")
CANCEL_OTHER = write("cancel_pending_order", order_id="#W9077205", reason="ordered by mistake")
RETURN = write(
    "return_delivered_order_items", order_id="#W6390527", item_ids=["8538875209"], payment_method_id="paypal_7644869"
)
EXCHANGE = write(
    "exchange_delivered_order_items",
    order_id="#W6390527",
    item_ids=["8538875209"],
    new_item_ids=["8310926033"],
    payment_method_id="paypal_7644869",
)
MOVE = write("modify_user_address", user_id="mei_kovacs_8020", address1="12 Elm Street", city="Austin", zip="78750")
CABIN = write(
    "update_reservation_flights",
    reservation_id="EHGLP3",
    cabin="business",
    flights=[{"flight_number": "HAT271", "date": "2024-05-26"}],
    payment_id="credit_card_4421486",
)
BAGS = write("update_reservation_baggages", reservation_id="EHGLP3", total_baggages=2, nonfree_baggages=1)
CERTIFICATE = write("send_certificate", user_id="mia_li_3668", amount=100)


def find(*lines: Line) -> ToolCall | None:
    """The first unconfirmed write of a dialogue: agent and customer take turns, writes stand between."""
    turns: list[Turn] = []
    seat = "model"
    for index, line in enumerate(lines):
        if isinstance(line, ToolCall):
            turns.append(records.turn(index=index, seat="model", kind="tool_call", message=None, tool_call=line))
        else:
            turns.append(records.turn(index=index, seat=seat, message=line))
            seat = "user" if seat == "model" else "model"
    found = find_unconfirmed_write(turns, [turn for turn in turns if turn.tool_call])
    return found and found.tool_call


HELLO = "Hi! How can I help you today?"

CONFIRMED: list[list[Line]] = [
    ["I will cancel order #W4817420 as no longer needed. Would you like me to proceed?", "Yes, please.", CANCEL],
    ["Cancel #W4817420 and #W9077205. Do you confirm?", "I do.", CANCEL, CANCEL_OTHER],
    [
        "I can cancel #W4817420 and return the lamp of #W6390527 (8538875209) to paypal_7644869. Shall I?",
        "Sure.",
        CANCEL,
        RETURN,
    ],
    [
        "To cancel #W4817420 I need your approval. Is that okay?",
        "How long does it take?",
        "Five days. Shall I?",
        "Yes",
        CANCEL,
    ],
    ["I can cancel order #W4817420 for you.", "Yes, go ahead.", CANCEL],
    [HELLO, "Please cancel #W4817420", "Of course. Shall I go ahead?", "Yes.", CANCEL],
    [
        "Shall I cancel #W4817420?",
        "Yes.",
        "Is it no longer needed, or ordered by mistake?",
        "No longer needed.",
        CANCEL,
    ],
    ["Shall I cancel #W4817420 and #W9077205?", "Yes.", CANCEL, "Done. Now the other one.", "Thanks.", CANCEL_OTHER],
    [
        "Here is the exchange:\n- 8538875209 -> 8310926033\n- paid with paypal_7644869\nPlease reply yes to confirm.",
        "yes",
        EXCHANGE,
    ],
    [
        "You want your default address changed to 12 Elm Street, Austin, 78750, is that correct?",
        "That's correct.",
        MOVE,
    ],
    ["Upgrading EHGLP3 to business costs $300 on credit_card_4421486. Would you like to proceed?", "Ok.", CABIN],
    ["I would add 2 checked bags to EHGLP3, one of them for $50. Are you okay with that?", "Fine by me!", BAGS],
    ["As a gesture I can offer you a certificate of $100. Would you like that?", "That would be great.", CERTIFICATE],
    ["Which item do you want instead, 8310926033 or 5586947715?", "8310926033, exchange it and go ahead.", EXCHANGE],
]

UNCONFIRMED: list[tuple[ToolCall, list[Line]]] = [
    (CANCEL, [HELLO, "Yes, cancel #W4817420 please.", CANCEL]),
    (CANCEL, ["Could you tell me your email?", "Sure, it's mei@example.com", CANCEL]),
    (CANCEL, ["To cancel #W4817420, could you tell me the reason?", "Sure, I no longer need it.", CANCEL]),
    (CANCEL, ["Did you receive the parcel?", "Yes.", CANCEL]),
    (CANCEL_OTHER, ["Shall I cancel #W4817420?", "Yes.", CANCEL, CANCEL_OTHER]),
    (RETURN, ["Shall I cancel #W4817420?", "Yes.", CANCEL, RETURN]),
    (RETURN, ["Do you want to exchange the lamp of #W6390527?", "Yes.", RETURN]),
    (CANCEL, ["Shall I cancel #W4817420?", "Yes.", "There is a fee of $5. Is that okay?", "No, wait.", CANCEL]),
    (CANCEL, ["Shall I cancel #W4817420?", "Yes.", "One moment.", "Actually, don't cancel it.", CANCEL]),
    (EXCHANGE, ["I exchange 8538875209 for 5586947715 in #W6390527. Shall I?", "Yes", EXCHANGE]),
    (MOVE, ["I will change your address to 9 Oak Road, Dallas, 75001. Do you confirm?", "Yes", MOVE]),
    (CABIN, ["Shall I change EHGLP3 to economy for $100?", "Yes", CABIN]),
    (CERTIFICATE, ["I can offer you a certificate of $50. Would you like that?", "Yes", CERTIFICATE]),
    (CANCEL, ["I have looked up order #W4817420. Is there anything else?", "Yes", CANCEL]),
    (CANCEL, ["I can see that #W4817420 is pending.", "Okay.", CANCEL]),
    (CANCEL, [HELLO, "Cancel #W4817420.", "Shall I look it up first?", "Yes.", CANCEL]),
    (CANCEL, ["I can cancel or modify #W4817420. Which do you prefer?", "Modify", CANCEL]),
    (
        CANCEL_OTHER,
        ["Shall I cancel #W4817420?", "Yes", CANCEL, "Anything else?", "Yes, #W9077205 too", CANCEL_OTHER],
    ),
    (CANCEL, ["Shall I cancel #W4817420?", "Only if the refund comes today.", CANCEL]),
]


@pytest.mark.parametrize("lines", CONFIRMED)
def test_confirmed(lines: list[Line]) -> None:
    assert find(*lines) is None


@pytest.mark.parametrize(("unconfirmed", "lines"), UNCONFIRMED)
def test_unconfirmed(unconfirmed: ToolCall, lines: list[Line]) -> None:
    assert find(*lines) == unconfirmed
