"""Repeated calls and recoveries, told apart by what their arguments mean."""

from typing import Any

import pytest
from support import records

from tautraj.grading.repetition import has_recovered, has_repeated_call
from tautraj.trajectory import ToolCall, Turn

Call = tuple[str, dict[str, Any]]

ORDER = "get_order_details"
BY_EMAIL = "find_user_id_by_email"
BY_NAME = "find_user_id_by_name_zip"
MEI = {"first_name": "Mei", "last_name": "Kovacs", "zip": "28236"}
CANCEL = "cancel_pending_order"
EXCHANGE = "exchange_delivered_order_items"


def play(calls: list[Call], failing: int = 0, error: str = "Error: order not found") -> list[Turn]:
    """Calls of the agent; the first `failing` of them return an error."""
    return [
        records.turn(
            index=index,
            seat="model",
            kind="tool_call",
            message=None,
            tool_call=ToolCall(id="call", name=name, arguments=arguments),
            observation=error if index < failing else "{}",
            error=index < failing,
        )
        for index, (name, arguments) in enumerate(calls)
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((ORDER, {"order_id": "#W4817420"}), (ORDER, {"order_id": "w4817420 "}), True),
        ((BY_NAME, MEI), (BY_NAME, MEI | {"last_name": "KOVACS"}), True),
        (("calculate", {"expression": "2 + 2"}), ("calculate", {"expression": "2+2"}), True),
        (("send", {"amount": 25}), ("send", {"amount": 25.0, "note": None}), True),
        ((ORDER, {"order_id": "#W4817420"}), (ORDER, {"order_id": "#W4817421"}), False),
        ((ORDER, {"order_id": "#W4817420"}), (CANCEL, {"order_id": "#W4817420"}), False),
    ],
)
def test_repeated(first: Call, second: Call, expected: bool) -> None:
    assert has_repeated_call(play([first, second]), set()) is expected


RECOVERED = [
    ((ORDER, {"order_id": "4817420"}), (ORDER, {"order_id": "#W4817420"}), True),
    ((ORDER, {"order_id": "#W4817402"}), (ORDER, {"order_id": "#W4817420"}), True),
    ((ORDER, {"order_id": "#W4817420"}), (ORDER, {"order_id": "#W9077205"}), False),
    ((ORDER, {"order_id": "#W4817420"}), (CANCEL, {"order_id": "#W4817420"}), False),
    ((BY_EMAIL, {"email": "m@example.com"}), (BY_NAME, MEI), True),
    ((BY_NAME, MEI | {"zip": "28237"}), (BY_NAME, MEI), True),
    ((BY_NAME, MEI), (BY_NAME, {"first_name": "Yusuf", "last_name": "Rossi", "zip": "19122"}), False),
    ((BY_EMAIL, {"email": "m@example.com"}), (ORDER, {"order_id": "#W4817420"}), False),
    (
        (EXCHANGE, {"order_id": "#W4817420", "item_ids": ["1"]}),
        (EXCHANGE, {"order_id": "#W4817420", "item_ids": ["2"]}),
        True,
    ),
    (("calculate", {"expression": "2 x 2"}), ("calculate", {"expression": "2 * 2"}), True),
]


@pytest.mark.parametrize(("failed", "later", "expected"), RECOVERED)
def test_recovered(failed: Call, later: Call, expected: bool) -> None:
    assert has_recovered(play([failed, later], failing=1)) is expected


def test_the_same_write_to_another_order_is_the_same_goal_only_if_the_first_order_does_not_exist() -> None:
    calls = [(CANCEL, {"order_id": order, "reason": "no longer needed"}) for order in ("#W0000000", "#W9077205")]
    assert has_recovered(play(calls, failing=1, error="Error: Order not found"))
    assert not has_recovered(play(calls, failing=1, error="Error: Non-pending order cannot be cancelled"))


def test_a_failure_after_the_success_is_no_recovery() -> None:
    turns = play([(ORDER, {"order_id": "#W4817420"})] * 2, failing=1)
    assert not has_recovered(turns[::-1])
