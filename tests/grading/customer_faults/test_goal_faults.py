"""A customer with a goal: what its goal does not give, what it tells too early, what it must not agree to."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from support import records
from support.goal_world import CARD, PAYPAL, RETURN_LAMP, make_database, make_goal, make_write, write_world

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.goals import Request
from tautraj.config import BenchmarkConfig, Domain
from tautraj.grading.customer_faults import find_customer_faults

RETURN = Request(
    family="direct",
    said="Hello. I want to return the lamp from order #W1000002.",
    wish="I want to return the lamp from order #W1000002.",
    answers={"payment": "Refund it to my PayPal account, please.", "reason": "It is much too bright."},
    writes=RETURN_LAMP,
    about=("#W1000002", "2000000002"),
)
PAYMENT = Request(
    family="change_of_mind",
    said="Charge my PayPal account for order #W1000001.",
    correction="Wait, charge the credit card for #W1000001 instead, not the other one.",
    writes=(make_write("modify_pending_order_payment", order_id="#W1000001", payment_method_id=CARD),),
    about=("#W1000001",),
)
GOALS = {
    "lamp": make_goal(RETURN, unknown=["I forgot my zip code."]),
    "mind": make_goal(PAYMENT),
    "both": make_goal(RETURN, PAYMENT),
}
HI = "Hi! How can I help you today?"
WHO = "What is your email?"
RETURNS = f"I am going to return item 2000000002 of order #W1000002 and refund {PAYPAL}. Do you confirm (yes/no)?"
OTHER = f"I am going to return item 1000000002 of order #W1000002 and refund {PAYPAL}. Do you confirm (yes/no)?"
CHARGES = "I am going to charge paypal_1000001 for order #W1000001. Do you confirm (yes/no)?"
BYE = "That is all. ###STOP###"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    folder: Path = write_world(tmp_path_factory.mktemp("shop"), "retail", make_database(), GOALS)
    return open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name="retail", data_dir=str(folder)))


def find(shop: Benchmark, task: str, messages: Iterable[str]) -> list[tuple[int, str, str, str]]:
    """(turn, tag, severity, kind). `messages`: the agent's and the customer's in turn, a greeting first."""
    turns = [
        records.turn(index=index, seat=("model", "user")[index % 2], message=message, given=index == 0)
        for index, message in enumerate(messages)
    ]
    told = shop.get_task(task)
    played = records.trajectory(
        task_id=task, turns=turns, scenario=told.scenario.text, privileged=told.privileged, labels=None
    )
    faults = find_customer_faults(played, shop)
    return [(fault.turn, fault.tag, fault.severity, fault.kind) for fault in faults]


MAIL = "My email is ada@example.com."
CASES = [
    ("lamp", [HI, RETURN.said, WHO, MAIL, "To which account?", RETURN.answers["payment"], RETURNS, "Yes."], []),
    (
        "lamp",
        [HI, f"{RETURN.said} {RETURN.answers['reason']}"],
        [(1, "revealed_info_early", "helped", "revealed_early")],
    ),
    (
        "lamp",
        [HI, RETURN.said, WHO, f"{MAIL} {RETURN.answers['payment']}"],
        [(3, "revealed_info_early", "helped", "revealed_early")],
    ),
    ("lamp", [HI, RETURN.said, "Why do you return it?", RETURN.answers["reason"]], []),
    ("lamp", [HI, RETURN.said, OTHER, "No, that is not right.", RETURNS, "Yes, do it."], []),
    ("lamp", [HI, RETURN.said, OTHER, "Yes."], [(3, "inconsistent_behavior", "hindered", "wrong_consent")]),
    ("lamp", [HI, RETURN.said, "Your zip?", "It is 19902."], [(3, "hallucination", "hindered", "withheld")]),
    ("lamp", [HI, RETURN.said, WHO, BYE], [(3, "premature_termination", "hindered", "left_unanswered")]),
    ("mind", [HI, PAYMENT.said, CHARGES, str(PAYMENT.correction)], []),
    ("mind", [HI, PAYMENT.said, CHARGES, "Yes."], [(3, "inconsistent_behavior", "hindered", "wrong_consent")]),
    (
        "mind",
        [HI, f"{PAYMENT.said} {PAYMENT.correction}"],
        [(1, "revealed_info_early", "helped", "revealed_early")],
    ),
    (
        "both",
        [HI, RETURN.said, RETURNS, "Yes.", "It is returned. Anything else?", BYE],
        [(5, "premature_termination", "hindered", "left_unfinished")],
    ),
    ("both", [HI, RETURN.said, "Done. Anything else?", PAYMENT.said, "Done. Anything else?", BYE], []),
]


@pytest.mark.parametrize(("task", "messages", "expected"), CASES)
def test_a_customer_with_a_goal(
    shop: Benchmark, task: str, messages: list[str], expected: list[tuple[int, str, str, str]]
) -> None:
    assert find(shop, task, messages) == expected
