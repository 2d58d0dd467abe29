"""What a customer's message states about itself, and what only looks like it."""

import pytest
from support.conversations import agent, call, graded, user

from tautraj.grading.scenario_faults import find_stated

STATED = [
    ("retail", "zip", "My zip is 60637-2210.", {"60637"}),
    ("retail", "zip", "It's six zero six three seven.", {"60637"}),
    ("retail", "zip", "My zip code is sixty six thirty-seven, so 6 0 6 3 7.", {"60637"}),
    ("retail", "zip", "I live at 9 Oak Street, Chicago, IL 60637.", {"60637"}),
    ("retail", "zip", "60637 is my zip code, my name is Noah Ito.", {"60637"}),
    ("retail", "zip", "I am Noah Ito, 60637.", {"60637"}),
    ("retail", "zip", "I live at 60637 Lakeshore Drive.", set()),
    ("retail", "zip", "My house number is 60637.", set()),
    ("retail", "zip", "I paid $60637 for it.", set()),
    ("retail", "zip", "I have 60637 points and walked 20000 steps.", set()),
    ("retail", "zip", "Ticket 60637 says otherwise.", set()),
    ("retail", "zip", "The battery has 10000 mAh.", set()),
    ("retail", "item or product", "The item is 8538875209.", {"8538875209"}),
    ("retail", "item or product", "Exchange 8538875209 please.", {"8538875209"}),
    ("retail", "item or product", "The tracking number is 8538875209.", set()),
    ("retail", "item or product", "8538875209 is the tracking number.", set()),
    ("retail", "item or product", "You can reach me by phone, 8538875209 or call me at 8538875210.", {"8538875209"}),
    ("retail", "item or product", "Tracking says lost; the item number is 8538875209.", {"8538875209"}),
    ("retail", "email", "My email is noah dot ito at example dot com.", {"noah.ito@example.com"}),
    ("retail", "email", "Mail: noah underscore ito at example dot com", {"noah_ito@example.com"}),
    ("retail", "email", "email: noah [at] example [dot] com", {"noah@example.com"}),
    ("retail", "email", "I bought it at example dot com, where I get mail.", set()),
    ("retail", "email", "Sure, it's noah.ito at example dot com", {"noah.ito@example.com"}),
    ("retail", "email", "I often shop at example dot com.", set()),
    ("retail", "email", "I am at home. See you at noon.", set()),
    ("retail", "order", "It is w2378156.", {"w2378156"}),
    ("retail", "order", "It is W two three seven eight one five six.", {"w2378156"}),
    ("retail", "order", "Order W 2378156.", {"w2378156"}),
    ("airline", "reservation", "My reservation is ehglp3.", {"ehglp3"}),
    ("airline", "reservation", "EHGLP3, please.", {"ehglp3"}),
    ("airline", "reservation", "It's E-H-G-L-P-3.", {"ehglp3"}),
    ("airline", "reservation", "The plane was a B737MX, later an A320NX.", set()),
    ("airline", "reservation", "I paid 350USD and left at 1030AM.", set()),
    ("airline", "reservation", "My reservation is for 2 people on may20th.", set()),
    ("airline", "flight", "I fly on hat271.", {"hat271"}),
    ("airline", "user id", "I'm noah underscore ito underscore 3850", {"noah_ito_3850"}),
]


@pytest.mark.parametrize(("domain", "kind", "text", "expected"), STATED)
def test_what_a_message_states(domain: str, kind: str, text: str, expected: set[str]) -> None:
    assert find_stated(text, domain)[kind] == expected


def test_a_code_in_lower_case_is_a_reservation_if_it_was_asked_for() -> None:
    assert find_stated("It is ehglp3", "airline", "What is your reservation id?")["reservation"] == {"ehglp3"}
    assert find_stated("It is ehglp3", "airline", "Anything else?")["reservation"] == set()


@pytest.mark.parametrize(
    ("words", "contradicted"),
    [
        ("I am Yusuf Rossi, zip one nine one two two.", False),
        ("I am Yusuf Rossi, zip 19122-0001.", False),
        ("I am Yusuf Rossi, zip one nine one three three.", True),
    ],
)
def test_the_scenario_is_compared_with_what_is_meant(words: str, contradicted: bool) -> None:
    """The customer of retail 0 lives in 19122."""
    played = graded("retail", "0", agent("Hi!"), user(words), agent("Hello."), user("###STOP###"))
    assert played.labels
    assert played.labels.customer_contradicted is contradicted


@pytest.mark.parametrize(("user_id", "unauthenticated"), [("sophia_silva_7557", False), ("sophia_silva_1111", True)])
def test_a_user_id_that_does_not_exist_says_nothing(user_id: str, unauthenticated: bool) -> None:
    write = call("send_certificate", user_id="sophia_silva_7557", amount=50)
    played = graded("airline", "8", agent("Hi!"), user(f"I am {user_id}."), write, user("###STOP###"))
    assert played.labels
    assert played.labels.unauthenticated_write is unauthenticated
