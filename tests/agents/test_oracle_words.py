"""What the oracle says: names of things where it asks for the yes and where it reports, and refusals in words.

Not here: that the scripted customer understands it (`test_users`), the rewards (`test_tau2_grading`).
"""

from typing import Any

import pytest
from support.retail_shop import (
    BIG_RED_KETTLE,
    BLUE_KETTLE,
    DELIVERED,
    GIFT_CARD,
    PAYPAL,
    PENDING,
    PINE_SHELF,
    RED_KETTLE,
    make_small_shop,
)

from tautraj.agents import GoldContext
from tautraj.agents.announcements.sentences import BRIEF_WORDINGS, REFUSAL, announce_write, report_write
from tautraj.agents.oracle import (
    BEFORE_CORRECTION,
    GOODBYE,
    ON_HOLD,
    TRANSFER_TOOL,
    Step,
    plan_requests,
    plan_steps,
)
from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.goals import Goal, Request
from tautraj.config import BenchmarkConfig, Domain

SWAP = (
    "the Mechanical Keyboard (linear, RGB, full size) for the Mechanical Keyboard (clicky, backlight: none, "
    "full size) and the Smart Thermostat (Apple HomeKit, black) for the Smart Thermostat (Google Assistant, black)"
    " in order #W2378156"
)


def plan(domain: str, task_id: str) -> list[Step]:
    benchmark = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name=domain, data_dir=None))
    task = benchmark.get_task(task_id)
    gold = GoldContext(task, benchmark.build_world(task).peek, benchmark.writing_tools)
    return plan_steps(gold, {tool["function"]["name"] for tool in benchmark.tools})


def test_items_have_the_names_of_the_tools_answers() -> None:
    steps = plan("retail", "0")
    said = [step for step in steps if isinstance(step, str)]
    assert said[1:] == [
        f"I am going to exchange {SWAP}, with the price difference of $16.63 refunded to your Mastercard credit card "
        "ending in 2478. Items of an order can be exchanged only once, so please make sure that this is all you want "
        "to exchange. Do you confirm (yes/no)?",
        "I have arranged the exchange of the Mechanical Keyboard and the Smart Thermostat in order #W2378156, and "
        f"you will receive instructions for sending them back. {GOODBYE}",
    ]


def look_up(tool: str, arguments: dict[str, Any]) -> Any:
    """The reading tools over the small shop."""
    table = {"get_order_details": "orders", "get_user_details": "users", "get_product_details": "products"}[tool]
    return make_small_shop()[table][next(iter(arguments.values()))]


def test_money_that_goes_back_is_named_with_its_way() -> None:
    cancel = {"order_id": PENDING, "reason": "no longer needed"}
    assert report_write("cancel_pending_order", cancel, look_up) == (
        f"I have cancelled order {PENDING}, and $40.00 will go back to your Visa credit card ending in 1234 within "
        "5 to 7 business days."
    )
    give_back = {"order_id": DELIVERED, "item_ids": [BLUE_KETTLE, PINE_SHELF], "payment_method_id": GIFT_CARD}
    assert announce_write("return_delivered_order_items", give_back, look_up) == (
        f"I am going to return the Tea Kettle (blue, 1 liter) and the Book Shelf (pine) from order {DELIVERED}, "
        "with the refund of $140.75 to your gift card."
    )


def test_few_words_name_the_items_so_that_they_are_known_from_others_of_the_order() -> None:
    give_back = {"order_id": DELIVERED, "item_ids": [BLUE_KETTLE, PINE_SHELF], "payment_method_id": GIFT_CARD}

    def look_up_twins(tool: str, arguments: dict[str, Any]) -> Any:
        found = look_up(tool, arguments)
        [kettle] = [item for item in found.get("items", []) if item["item_id"] == BLUE_KETTLE] or [None]
        return {**found, "items": [*found["items"], {**kettle, "item_id": RED_KETTLE}]} if kettle else found

    said = [
        announce_write("return_delivered_order_items", give_back, peek, BRIEF_WORDINGS)
        for peek in (look_up, look_up_twins)
    ]
    rest = f"and the Book Shelf from order {DELIVERED}, with the refund to your gift card."
    assert said == [
        f"I am going to return the Tea Kettle {rest}",
        f"I am going to return the Tea Kettle (blue, 1 liter) {rest}",
    ]


def test_few_words_of_a_cancellation_take_no_look_up() -> None:
    cancel = {"order_id": PENDING, "reason": "no longer needed"}
    words = (cancel, find_nothing, BRIEF_WORDINGS)
    assert announce_write("cancel_pending_order", *words) == (
        f"I am going to cancel order {PENDING} (reason: no longer needed)."
    )
    assert report_write("cancel_pending_order", *words) == f"I have cancelled order {PENDING}."


def test_passengers_are_named_as_people() -> None:
    people = [{"first_name": "Mia", "last_name": "Li", "dob": "1990-04-05"}]
    arguments = {"reservation_id": "ABC123", "passengers": people}
    said = report_write("update_reservation_passengers", arguments, find_nothing)
    assert said == "I have changed the passengers of reservation ABC123 to Mia Li."


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        (BLUE_KETTLE, RED_KETTLE, "the price difference of $10.50 refunded to your PayPal account"),
        (BLUE_KETTLE, BIG_RED_KETTLE, "the price difference of $29.50 charged to your PayPal account"),
        (BLUE_KETTLE, BLUE_KETTLE, "no difference in price"),
        (BLUE_KETTLE, "1000000099", "any difference in price on your PayPal account"),
    ],
)
def test_the_difference_in_price_is_named(old: str, new: str, difference: str) -> None:
    arguments = {"order_id": DELIVERED, "item_ids": [old], "new_item_ids": [new], "payment_method_id": PAYPAL}
    announced = announce_write("exchange_delivered_order_items", arguments, look_up)
    assert f" in order {DELIVERED}, with {difference}. " in announced


def test_what_it_names_it_has_read() -> None:
    """Retail 29: the gold actions exchange a garden hose whose product they never look up."""
    steps = plan("retail", "29")
    read = [step[1].get("product_id") for step in steps if not isinstance(step, str)]
    assert {"1968349452", "6679515468"} <= set(read)


def test_what_was_tried_in_vain_is_not_reported() -> None:
    """Retail 64: the gold actions exchange items of an order that is pending, and then modify it."""
    assert plan("retail", "64")[-1] == f"I have exchanged the Action Camera in order #W7464385 as agreed. {GOODBYE}"


def test_it_offers_to_go_ahead_where_the_customer_changes_its_mind() -> None:
    said = [step for step in plan("retail", "84") if isinstance(step, str)]
    assert said[1] == BEFORE_CORRECTION
    assert "(8-inch, 128GB, gold)" in said[2]


def test_money_is_told_in_dollars() -> None:
    question = Request(family="information", said="How much did I pay?", tells=("12.5", "3 variants"))
    data = question.model_copy(update={"said": "How many gigabytes are left?"})
    goal = Goal(voice="plain", user_id="", identity={}, requests=(question, data))
    benchmark = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name="mock", data_dir=None))
    gold = GoldContext(benchmark.get_task("create_task_1"), find_nothing, benchmark.writing_tools)
    said = [step for step in plan_requests(gold, goal, set(), lambda: "") if isinstance(step, str)]
    assert said == [
        "Here is what you asked for: $12.50; 3 variants.",
        f"Here is what you asked for: 12.5; 3 variants. {GOODBYE}",
    ]


def test_it_refuses_in_words_where_gold_writes_nothing() -> None:
    assert plan("airline", "0")[-1] == f"{REFUSAL} {GOODBYE}"
    assert plan("airline", "3")[-1] == f"Here is what you asked for: 4. {GOODBYE}", "only a question was asked"


def test_it_says_why_before_it_transfers() -> None:
    handover = "I am sorry, but I cannot do this for you myself, so a human agent will take over."
    said = [step for step in plan("airline", "13") if isinstance(step, str)]
    assert said[1:] == [handover, ON_HOLD]
    assert plan("airline", "13")[-2][0] == TRANSFER_TOOL


def test_a_charge_is_named_where_there_is_one() -> None:
    free, paid = (next(s for s in plan("airline", task) if "bags of" in s) for task in ("12", "33"))
    assert free == (
        "I am going to change the bags of reservation YAX4DR to 2 checked bags (free of charge). "
        "Do you confirm (yes/no)?"
    )
    assert paid == (
        "I am going to change the bags of reservation HXDUBJ to 2 checked bags (at $50 each), "
        "paid with your gift card (gift_card_6941833). Do you confirm (yes/no)?"
    )


def test_flights_bags_and_payments_are_put_into_words() -> None:
    [announced] = [step for step in plan("airline", "20") if isinstance(step, str) and "going to" in step]
    assert announced == (
        "I am going to book a one-way trip from JFK to SEA in economy, flights HAT136 and HAT039 on May 20, for Mia "
        "Li (born April 5, 1990), with 3 checked bags (free of charge) and no travel insurance, paid with $250 from "
        "your certificate (certificate_7504069) and $5 from your Visa credit card ending in 7447. "
        "Do you confirm (yes/no)?"
    )


def find_nothing(tool: str, arguments: dict[str, Any]) -> None:
    """A world in which nothing is found."""


def test_an_amount_of_data_is_said_as_people_say_it() -> None:
    for amount, said in ((2.0, "2 GB"), (0.5, "0.5 GB")):
        arguments = {"customer_id": "C2001", "line_id": "L2001", "gb_amount": amount}
        assert f" {said} of data" in announce_write("refuel_data", arguments, find_nothing)


def test_a_write_that_it_has_no_words_for_is_said_by_its_name() -> None:
    assert announce_write("close_account", {"user_id": "u_1"}, find_nothing) == (
        "I am going to close account with user id: u_1."
    )
    assert report_write("close_account", {"user_id": "u_1"}, find_nothing) == (
        "The request to close account is carried out."
    )


def test_ids_stand_where_no_name_is_found() -> None:
    arguments = {"order_id": "#W1", "item_ids": ["2"], "payment_method_id": "paypal_3"}
    assert announce_write("return_delivered_order_items", arguments, find_nothing) == (
        "I am going to return the 2 from order #W1, with the refund to your PayPal account (paypal_3)."
    )
