"""What a customer does wrong, and what only looks like it, in conversations made by hand over official tasks."""

import pytest
from support import records
from support.conversations import Step, agent, call, graded, opened, user

from tautraj.benchmarks import World
from tautraj.grading.customer_faults import find_customer_faults
from tautraj.trajectory import ToolCall, Turn

HI = agent("Hi! How can I help you today?")
OPENED = user("I am Yusuf Rossi, 19122, and want to exchange two items of #W2378156.")
WHICH = agent("Which items would you like to exchange?")
ITEMS = user("The mechanical keyboard, for one with clicky switches, and the smart thermostat.")
ORDER = call("get_order_details", order_id="#W2378156")
ASKED = agent("I exchange the keyboard and the thermostat of #W2378156 and charge credit_card_9513926. Shall I?")
YES = user("Yes, please go ahead.")
EXCHANGED = call(
    "exchange_delivered_order_items",
    order_id="#W2378156",
    item_ids=["1151293680", "4983901480"],
    new_item_ids=["7706410293", "7747408585"],
    payment_method_id="credit_card_9513926",
)
CANCELLED = call("cancel_pending_order", order_id="#W4776164", reason="no longer needed")
BYE = user("Thank you. ###STOP###")
DONE = agent("It is done. Is there anything else I can help you with?")
END = [ORDER, ASKED, YES, EXCHANGED, DONE, BYE]

PHONE_TASK = opened("telecom").list_task_ids("base")[0]


def used(name: str) -> Step:
    """A call of the customer's own tool."""

    def made(index: int, world: World) -> Turn:
        call = ToolCall(id=f"call_{index}", name=name, arguments={})
        shown = world.call(call, "user")
        told = {"message": None, "tool_call": call, "observation": shown.content}
        return records.turn(index=index, seat="user", kind="tool_call", **told)

    return made


Found = set[tuple[str, str, str]]
"""(tag, severity, kind)."""


def find(domain: str, task: str, *steps: Step) -> Found:
    played = graded(domain, task, *steps)
    assert played.customer_faults == find_customer_faults(played, opened(domain))
    assert {fault.source for fault in played.customer_faults} <= {"program"}
    spoken = {turn.index for turn in played.turns if turn.seat == "user"}
    assert {fault.turn for fault in played.customer_faults} <= spoken
    return {(fault.tag, fault.severity, fault.kind) for fault in played.customer_faults}


def opening(text: str) -> list[Step]:
    return [HI, user(text), WHICH, ITEMS, *END]


WRONG: list[tuple[str, str, str, str, list[Step]]] = [
    ("inconsistent_behavior", "contradiction", "retail", "0", opening("I am Yusuf Rossi, 19133.")),
    ("inconsistent_behavior", "contradiction", "retail", "0", opening("My name is Yusuf Rosso, from 19122.")),
    ("inconsistent_behavior", "contradiction", "retail", "0", opening("It is about order #W2378165.")),
    ("hallucination", "withheld", "retail", "0", opening("My email is yusuf.rossi@example.com.")),
    ("hallucination", "identifier", "retail", "10", [HI, user("Return order #W5490111, please."), DONE, BYE]),
    ("hallucination", "amount", "retail", "0", opening("I paid $312.50 for the keyboard, which is too much.")),
    ("hallucination", "amount", "airline", "8", [HI, user("I can pay up to 640 dollars."), DONE, BYE]),
    ("hallucination", "payment", "retail", "0", opening("Charge it to my PayPal account, please.")),
    ("hallucination", "payment", "retail", "0", opening("Can you use my Visa ending in 1234?")),
    ("hallucination", "date", "airline", "8", [HI, user("I want to fly on May 29th."), DONE, BYE]),
    ("hallucination", "date", "airline", "8", [HI, user("Kevin was born on 2001-12-04."), DONE, BYE]),
    ("hallucination", "option", "retail", "0", opening("I want a purple keyboard.")),
    ("hallucination", "option", "airline", "8", [HI, user("Book me business class, please."), DONE, BYE]),
    ("premature_termination", "left_at_once", "retail", "0", [HI, user("I want an exchange. ###STOP###")]),
    ("premature_termination", "left_unanswered", "retail", "0", [HI, OPENED, ORDER, ASKED, BYE]),
    ("premature_termination", "left_unanswered", "retail", "10", [HI, ITEMS, agent("What is your zip code?"), BYE]),
    ("premature_termination", "transferred_early", "retail", "0", [HI, OPENED, WHICH, user("###TRANSFER###")]),
    (
        "inconsistent_behavior",
        "wrong_consent",
        "retail",
        "0",
        [HI, OPENED, agent("I am going to cancel order #W4776164. Do you confirm?"), YES, CANCELLED, DONE, BYE],
    ),
]

TELECOM = [HI, user("I have no service. I am John Smith, 555-123-2002.")]
LOOK = agent("Please check the status bar on your phone.")
SWITCH = agent("Please turn airplane mode off.")

WRONG += [
    ("hallucination", "claimed_reading", "telecom", PHONE_TASK, [*TELECOM, LOOK, user("It says No Signal.")]),
    ("missed_required_action", "claimed_action", "telecom", PHONE_TASK, [*TELECOM, SWITCH, user("Done.")]),
    ("inconsistent_behavior", "contradiction", "telecom", PHONE_TASK, [HI, user("It is 555-123-2003."), SWITCH]),
]

MINOR: list[tuple[str, list[Step]]] = [
    ("agent_voice", opening("How can I help you today?")),
    ("agent_voice", opening("I have processed your exchange.")),
    ("markup", opening('<tool_call>{"name": "get_order_details"}</tool_call>')),
    ("markup", opening('get_order_details(order_id="#W2378156")')),
    ("silence", [HI, OPENED, WHICH, user(" "), *END]),
    ("repetition", [HI, OPENED, WHICH, ITEMS, agent("And the options?"), ITEMS, *END]),
    ("language", opening("Hola, quiero cambiar mi pedido, por favor.")),
    ("language", opening("我想换货。")),
]

RIGHT: list[tuple[str, str, list[Step]]] = [
    ("retail", "0", [HI, OPENED, WHICH, ITEMS, *END]),
    ("retail", "0", opening("I don't remember my email, and I have no PayPal. My zip is one nine one two two.")),
    ("retail", "0", opening("Is a purple one not to be had? No. Then never mind. Hello, by the way.")),
    ("retail", "0", opening("Do you take gift cards?")),
    ("retail", "0", [HI, OPENED, agent("The difference is $42.27. Which card?"), user("$42 is fine."), *END]),
    ("retail", "0", [HI, OPENED, agent("On file: paypal_123 and a Visa."), user("My Visa, please."), *END]),
    ("retail", "0", [HI, OPENED, WHICH, YES, agent("Which one first?"), YES, *END]),
    ("airline", "8", [HI, user("I am Sophia Silva. Book ORD to PHL on 2024-05-26, as on 10 May."), DONE, BYE]),
    ("telecom", PHONE_TASK, [*TELECOM, LOOK, used("check_status_bar"), user("It says No Signal."), SWITCH]),
    ("telecom", PHONE_TASK, [*TELECOM, SWITCH, user("I do not know how to do that.")]),
    ("airline", "8", [HI, user("I can pay $500 for economy. Kevin Smith was born on 2001-04-12."), DONE, BYE]),
]


@pytest.mark.parametrize(("tag", "kind", "domain", "task", "steps"), WRONG)
def test_a_fault_that_hinders(tag: str, kind: str, domain: str, task: str, steps: list[Step]) -> None:
    assert find(domain, task, *steps) == {(tag, "hindered", kind)}


@pytest.mark.parametrize(("kind", "steps"), MINOR)
def test_a_minor_fault(kind: str, steps: list[Step]) -> None:
    assert find("retail", "0", *steps) == {("guideline_violation", "minor", kind)}


@pytest.mark.parametrize(("domain", "task", "steps"), RIGHT)
def test_no_fault(domain: str, task: str, steps: list[Step]) -> None:
    assert find(domain, task, *steps) == set()


def test_an_announcement_that_hides_the_mistake_is_none_of_the_customers() -> None:
    wrong = call(
        "exchange_delivered_order_items",
        order_id="#W2378156",
        item_ids=["1151293680", "4983901480"],
        new_item_ids=["7706410293", "4953074738"],
        payment_method_id="credit_card_9513926",
    )
    assert find("retail", "0", HI, OPENED, WHICH, ITEMS, ORDER, ASKED, YES, wrong, DONE, BYE) == set()


def test_a_fault_is_found_where_it_stands_and_once() -> None:
    lie, again = user("My email is yusuf@example.com."), user("As I said: yusuf@example.com, I am sure of that.")
    played = graded("retail", "0", HI, lie, agent("Your email, please?"), again, *END)
    assert [(fault.turn, fault.words) for fault in played.customer_faults or ()] == [(1, "yusuf@example.com")]


def test_an_episode_without_a_grade_has_its_faults() -> None:
    played = graded("retail", "0", HI, user("My zip is 19133."), outcome={"kind": "max_seconds", "detail": None})
    assert played.labels is None
    assert [fault.kind for fault in played.customer_faults or ()] == ["contradiction"]
