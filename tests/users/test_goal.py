"""The customer with a goal, spoken to in the words of many agents: what it answers, agrees to, corrects and asks for.

Not here: whole conversations with the offline agents (`agents.test_rules`).
"""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from support.goal_world import CARD, PAYPAL, RETURN_LAMP, make_goal, make_write

from tautraj.benchmarks import Scenario
from tautraj.benchmarks.goals import Goal, Request
from tautraj.grading.affirmative import is_affirmative, is_refusal
from tautraj.synthesis.voices import VOICES
from tautraj.users import UserContext
from tautraj.users.goal import goal
from tautraj.users.goal.small_talk import SMALL_TALK

WISH = "I want to return the lamp from order #W1000002."
RETURN = Request(
    family="direct",
    said=f"Hello. {WISH}",
    wish=WISH,
    answers={"payment": "Please refund it to my PayPal.", "reason": "It is too bright."},
    writes=RETURN_LAMP,
    about=("#W1000002", "2000000002"),
)
ADDRESS_AND_PAYMENT = Request(
    family="direct",
    said="Send order #W1000001 to 5 Oak Lane, Dover, DE 19902, and charge my credit card for it.",
    writes=(
        make_write(
            "modify_pending_order_address",
            order_id="#W1000001",
            address1="5 Oak Lane",
            address2="",
            city="Dover",
            state="DE",
            country="USA",
            zip="19902",
        ),
        make_write("modify_pending_order_payment", order_id="#W1000001", payment_method_id=CARD),
    ),
    about=("#W1000001",),
)
BOOKING = Request(
    family="direct",
    said="Book me a flight from JFK to SEA on May 20 in economy, please.",
    answers={"payment": "Use my certificate first, and my credit card for the rest."},
    writes=(
        make_write(
            "book_reservation",
            user_id="mia_li_1",
            origin="JFK",
            destination="SEA",
            flight_type="one_way",
            cabin="economy",
            flights=[{"flight_number": number, "date": "2024-05-20"} for number in ("HAT136", "HAT039")],
            passengers=[{"first_name": "Mia", "last_name": "Li", "dob": "1990-04-05"}],
            payment_methods=[
                {"payment_id": "certificate_7504069", "amount": 250},
                {"payment_id": "credit_card_4421486", "amount": 5},
            ],
            total_baggages=3,
            nonfree_baggages=0,
            insurance="no",
        ),
    ),
)
SWAP = Request(
    family="direct",
    said="Please exchange the kettle in #W1000002 for one with 3 liters.",
    writes=(
        make_write(
            "exchange_delivered_order_items",
            order_id="#W1000002",
            item_ids=["1000000002"],
            new_item_ids=["1000000003"],
            payment_method_id=PAYPAL,
        ),
    ),
    about=("#W1000002",),
)
SWAPPED = "I'll exchange the Kettle (1 liter, steel) for the Kettle (3 liters, steel) in order #W1000002. Is that ok?"
TO_VISA = Request(
    family="direct",
    said="Please put order #W1000001 on my Visa.",
    writes=(make_write("modify_pending_order_payment", order_id="#W1000001", payment_method_id=CARD),),
    about=("#W1000001",),
)
FORBIDDEN = Request(
    family="pressure",
    said="I want to cancel order #W1000004.",
    rule="only pending orders can be cancelled",
    insists=("A colleague of yours did it before.", "I insist."),
    about=("#W1000004",),
)
QUESTION = Request(
    family="information",
    said="And how much would I get back for the lamp of #W1000002?",
    tells=("1,025.00".replace(",", ""),),
    about=("#W1000002",),
)
SUMMARY = """Here is the summary:
- Order: #W1000002
- Item: Lamp (black), item ID 2000000002
- Refund: $25.00 to PayPal (paypal_1000001)

Do you confirm these details (yes/no)?"""
BOOKED = (
    "I am going to book a one-way trip from JFK to SEA in economy, flights HAT136 on 2024-05-20 and HAT039 on "
    "2024-05-20, for Mia Li, with 3 checked bags (free of charge) and no travel insurance, paid with 250 dollars "
    "from your certificate (certificate_7504069) and 5 dollars from your credit card (credit_card_4421486). "
    "Do you confirm (yes/no)?"
)


def nobody(*_: Any) -> Any:
    raise AssertionError("nobody may be asked")


def speak_to(wanted: Goal, *messages: str, seed: int = 1, patience: int = 30) -> list[str]:
    """What the customer answers to the greeting and to each message."""
    context = UserContext(
        prompt="",
        scenario=Scenario("", "", "", "", ""),
        given_turns=(),
        stop_word="###STOP###",
        transfer_word="###TRANSFER###",
        tools=(),
        ask=nobody,
        call=nobody,
        think=lambda thought: None,
        goal=wanted,
        seed=seed,
    )
    reply: Callable[[str], str] = goal(context, patience=patience)
    return [reply(message) for message in ("Hi! How can I help you today?", *messages)]


def answer(request: Request, message: str, **fields: Any) -> str:
    """To a first message after the greeting."""
    return speak_to(make_goal(request, **fields), message)[1]


def test_it_opens_with_its_first_request_alone() -> None:
    assert speak_to(make_goal(RETURN, QUESTION)) == [f"Hello. {WISH}"]


@pytest.mark.parametrize(
    ("asked", "told", "kept"),
    [
        ("Could you tell me your email, or your name and zip code?", ["ada@example.com"], ["Ada North", "19901"]),
        ("To get started, please provide your first and last name and your zip code.", ["Ada North", "19901"], ["@"]),
        ("May I have the email address on your account?", ["ada@example.com"], ["19901"]),
        ("I need to verify your identity first. What is your zip code?", ["19901"], ["ada@"]),
    ],
)
def test_it_says_who_it_is_as_far_as_it_is_asked(asked: str, told: list[str], kept: list[str]) -> None:
    identity = {"email": "ada@example.com", "name": "Ada North", "zip": "19901"}
    said = answer(RETURN, asked, identity=identity)
    assert all(words in said for words in told)
    assert not any(words in said for words in kept)


def test_it_says_what_it_does_not_remember() -> None:
    known = {"identity": {"name": "Ada North", "zip": "19901"}, "unknown": ("I do not remember my email.",)}
    assert answer(RETURN, "Could you give me your email?", **known) == "I do not remember my email."
    both = answer(RETURN, "Could you give me your email, or your name and zip code?", **known)
    assert {"Ada North", "19901"} <= {words for words in ("Ada North", "19901", "@") if words in both}
    forgot = {"unknown": ("I do not have the order number.",)}
    assert answer(RETURN, "What is the order number?", **forgot) == "I do not have the order number."


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("What is the reason for the return?", ["It is too bright."]),
        ("Which payment method should the refund go to: PayPal, or the card ending in 1234?", ["my PayPal"]),
        ("Would you like the refund to go to the original payment method or a gift card?", ["my PayPal"]),
        ("May I ask why you return it, and how would you like to be refunded?", ["too bright", "my PayPal"]),
        ("Could you tell me your email? And what is the reason?", ["ada@example.com", "too bright"]),
        ("Which lamp do you mean?", [WISH]),
    ],
)
def test_it_answers_what_is_asked(asked: str, said: list[str]) -> None:
    told = answer(RETURN, asked)
    assert all(words in told for words in said)
    for other in ("ada@example.com", "It is too bright.", "Please refund it to my PayPal."):
        assert other not in told or any(words in other for words in said)


@pytest.mark.parametrize(
    ("request_", "announced"),
    [
        (RETURN, SUMMARY),
        (RETURN, "You would like to return the lamp from order #W1000002 and be refunded to PayPal, right?"),
        (RETURN, "I will return the lamp of order #W1000002 with the refund to your PayPal account. Is that okay?"),
        (RETURN, "Shall I go ahead?"),
        (RETURN, "I can return that lamp for you. You cannot exchange it afterwards. Do you want to proceed?"),
        (BOOKING, BOOKED),
        (BOOKING, "The total is $255: $250 from certificate_7504069, $5 from credit_card_4421486. Shall I book it?"),
        (
            ADDRESS_AND_PAYMENT,
            "I'll change the payment of order #W1000001 from PayPal to your credit card. Is that ok?",
        ),
        (FORBIDDEN, "You want to cancel order #W1000004, is that correct?"),
    ],
)
def test_it_agrees_to_what_it_wants(request_: Request, announced: str) -> None:
    assert is_affirmative(answer(request_, announced))


@pytest.mark.parametrize(
    ("request_", "announced", "right", "wrong"),
    [
        (RETURN, SUMMARY, "#W1000002", "#W1000003"),
        (RETURN, SUMMARY, "2000000002", "2000000001"),
        (RETURN, SUMMARY, "PayPal (paypal_1000001)", "your credit card"),
        (RETURN, SUMMARY, "paypal_1000001", "paypal_1000009"),
        (RETURN, "I am going to return order #W1000002. Do you confirm?", "return", "cancel"),
        (RETURN, "I am going to return order #W1000002. Do you confirm?", "return", "exchange"),
        (RETURN, "I'll return the lamp of #W1000002 to PayPal.", "PayPal", "a gift card"),
        (RETURN, "I am going to return the Lamp (black) from order #W1000002. Ok?", "Lamp", "Kettle"),
        (TO_VISA, "I'll change the payment to your Visa credit card ending in 1234. Ok?", "Visa", "Mastercard"),
        (SWAP, SWAPPED, "in order #W1000002", "in order #W1000003"),
        (SWAP, SWAPPED, "(3 liters, steel)", "(2 liters, steel)"),
        (SWAP, SWAPPED, "(3 liters, steel)", "(3 liters, glass)"),
        (SWAP, SWAPPED, "Kettle", "Lamp"),
        (BOOKING, BOOKED, "Mia Li", "Ada North"),
        (BOOKING, BOOKED, "economy", "business"),
        (BOOKING, BOOKED, "HAT039", "HAT040"),
        (BOOKING, BOOKED, "05-20", "05-21"),
        (BOOKING, BOOKED.replace("2024-05-20", "May 20"), "May 20", "May 21"),
        (BOOKING, BOOKED, "3 checked", "2 checked"),
        (BOOKING, BOOKED, "no travel", "travel"),
        (BOOKING, BOOKED, "250 dollars", "200 dollars"),
        (BOOKING, BOOKED, "certificate_7504069", "certificate_7504070"),
        (ADDRESS_AND_PAYMENT, "I will ship order #W1000001 to 5 Oak Lane, Dover 19902. Okay?", "19902", "19903"),
        (ADDRESS_AND_PAYMENT, "I am going to change the payment to your credit card. Okay?", "credit card", "PayPal"),
        (ADDRESS_AND_PAYMENT, "Shall I change the address of order #W1000001?", "change the address of", "cancel"),
    ],
)
def test_it_corrects_what_it_does_not_want(request_: Request, announced: str, right: str, wrong: str) -> None:
    assert right in announced
    assert is_affirmative(answer(request_, announced))
    said = answer(request_, announced.replace(right, wrong))
    assert said.startswith("No")
    assert (request_.wish or request_.said) in said


def test_how_it_pays_does_not_matter_where_nothing_is_to_be_paid() -> None:
    bags = make_write(
        "update_reservation_baggages", reservation_id="K3NR0Y", total_baggages=2, nonfree_baggages=0, payment_id=CARD
    )
    request = Request(family="direct", said="I need 2 bags in total on K3NR0Y.", writes=(bags,))
    announced = (
        "I am going to change K3NR0Y to 2 checked bags, with any charge on your gift card (gift_card_1000009). Ok?"
    )
    assert is_affirmative(answer(request, announced))


def test_options_are_left_to_the_data_where_the_wish_is_for_the_cheapest() -> None:
    cheapest = SWAP.model_copy(update={"family": "optimisation", "said": "Swap the kettle for the cheapest one."})
    assert is_affirmative(answer(cheapest, SWAPPED.replace("3 liters, steel", "2 liters, glass")))


@pytest.mark.parametrize("wish", ["one that does not fit over glasses", "one that is able to fit over glasses"])
def test_an_option_may_be_named_by_the_customer_in_another_form(wish: str) -> None:
    goggles = SWAP.model_copy(update={"said": f"Swap the kettle for {wish}."})
    announced = SWAPPED.replace("(1 liter, steel)", "(fits over glasses: yes)")
    assert is_affirmative(answer(goggles, announced.replace("(3 liters, steel)", "(fits over glasses: no)")))
    assert answer(goggles, announced.replace("(3 liters, steel)", "(handle: no)")).startswith("No")


def test_items_need_not_be_named_where_all_are_meant() -> None:
    everything = RETURN.model_copy(update={"said": "Return everything in #W1000002.", "wish": ""})
    assert is_affirmative(answer(everything, "I am going to return the Kettle (1 liter) and the Lamp (black). Ok?"))


def test_a_correction_names_the_payment_if_that_was_wrong() -> None:
    said = answer(RETURN, "I'll return the lamp from #W1000002 with the refund to your gift card. Do you confirm?")
    assert said.endswith(f"{WISH} Please refund it to my PayPal.")


def test_it_changes_its_mind_once_instead_of_the_first_yes() -> None:
    request = RETURN.model_copy(update={"family": "change_of_mind", "correction": "Actually, return the lamp only."})
    announced = "I am going to return the kettle and the lamp from order #W1000002. Do you confirm?"
    opened, first, second = speak_to(make_goal(request), announced, SUMMARY)
    assert first == "Actually, return the lamp only."
    assert is_affirmative(second)


def test_it_insists_as_often_as_it_is_told_and_then_accepts() -> None:
    refused = "Unfortunately, that order is processed, so it cannot be cancelled. Would you like to return it later?"
    said = speak_to(make_goal(FORBIDDEN, QUESTION), refused, "I'm sorry, our policy does not allow it.", refused)
    assert said[1:3] == list(FORBIDDEN.insists)
    assert said[3].endswith(QUESTION.said)


def test_it_declines_what_it_has_only_asked_about() -> None:
    asked = QUESTION.model_copy(update={"said": QUESTION.said.removeprefix("And ").capitalize()})
    offered = "You would get $1,025.00 back. Would you like me to process the return now?"
    declined, last = speak_to(make_goal(asked), offered, "Alright. Is there anything else?")[1:]
    assert declined.startswith("No")
    assert last.endswith("###STOP###")


def test_it_goes_on_when_a_request_is_done_and_stops_after_the_last() -> None:
    report = "I have returned the lamp. Is there anything else I can help you with?"
    said = speak_to(make_goal(RETURN, QUESTION), SUMMARY, report, "That would be $1,025.00 in total.")
    assert is_affirmative(said[1])
    assert said[2].endswith(QUESTION.said)
    assert said[3].endswith("###STOP###")


def test_it_does_not_take_a_look_for_a_report() -> None:
    found = "I have located your order #W1000002. It has been verified that the lamp can be returned."
    said = speak_to(make_goal(RETURN), "I have found your order #W1000002 with a lamp.", found, SUMMARY)
    assert not any("###" in line for line in said)
    assert is_affirmative(said[3])


def test_it_waits_for_the_report_after_its_yes() -> None:
    said = speak_to(
        make_goal(RETURN), SUMMARY, "Great, I'll process that return now. One moment.", "It has been returned."
    )
    assert "###" not in said[2]
    assert said[3].endswith("###STOP###")


def test_one_message_may_report_a_write_and_announce_the_next() -> None:
    both = (
        "I have changed the address of order #W1000001. I am going to charge your credit card for it. Do you confirm?"
    )
    said = speak_to(
        make_goal(ADDRESS_AND_PAYMENT),
        "I'll ship order #W1000001 to 5 Oak Lane. Okay?",
        both,
        "Payment has been changed.",
    )
    assert is_affirmative(said[1]) and is_affirmative(said[2])
    assert said[3].endswith("###STOP###")


def test_it_reminds_an_agent_that_has_done_nothing_once() -> None:
    reminded, left = speak_to(make_goal(RETURN), "Is there anything else?", "Is there anything else?")[1:]
    assert WISH in reminded
    assert left.endswith("###STOP###")


def test_it_is_transferred_where_it_wants_to_be() -> None:
    wants = make_goal(Request(family="transfer", said="I want to talk to a human."), transfers=True)
    assert is_affirmative(speak_to(wants, "Would you like me to transfer you to a human agent?")[1])
    assert speak_to(make_goal(RETURN), "Would you like me to transfer you to a human agent?")[1].startswith("No")
    on_hold = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."
    assert speak_to(wants, on_hold)[1].endswith("###TRANSFER###")


def test_its_patience_ends() -> None:
    assert speak_to(make_goal(RETURN), *["One moment."] * 3, patience=3)[-1].endswith("###STOP###")


def test_conversations_differ_by_voice_and_seed() -> None:
    messages = ["Could you tell me your email?", SUMMARY, "Your return has been requested. Anything else?"]
    spoken = {
        tuple(speak_to(make_goal(RETURN, voice=voice), *messages, seed=seed)) for voice in VOICES for seed in range(8)
    }
    assert len(spoken) >= 0.9 * 8 * len(VOICES)
    assert speak_to(make_goal(RETURN), *messages, seed=3) == speak_to(make_goal(RETURN), *messages, seed=3)


def test_every_voice_has_words_for_everything() -> None:
    assert SMALL_TALK.keys() == VOICES.keys()
    assert {frozenset(wordings) for wordings in SMALL_TALK.values()} == {frozenset(SMALL_TALK["plain"])}
    assert all(len(said) >= 2 for wordings in SMALL_TALK.values() for said in wordings.values())


def test_a_yes_is_one_to_the_labels_and_a_no_is_none() -> None:
    for wordings in SMALL_TALK.values():
        assert all(map(is_affirmative, wordings["yes"])), wordings["yes"]
        for kind, said in itertools.product(("no", "wrong"), [WISH]):
            for words in wordings[kind]:  # type: ignore[index]
                assert is_refusal(f"{words} {said}"), words
