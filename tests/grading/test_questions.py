"""Which messages of an agent wait for an answer, and which only ask whether there is anything else."""

import pytest
from support.conversations import agent, graded, user

from tautraj.grading.questions import has_open_request

OPEN = [
    "Do you confirm (yes/no)?",
    "Please confirm that I should cancel the order.",
    "Let me know which item you prefer.",
    "I still need your zip code.",
    "Reply yes and I will do it.",
    "Once you confirm, I will process the exchange.",
    "Could you tell me your email",
    "Shall I go ahead, or is there anything else you want to change?",
    "I await your approval. Anything else?",
    "What is the reason? And is there anything else I can help with?",
]

NOT_OPEN = [
    "Is there anything else I can help you with?",
    "Can I help you with anything else today?",
    "Let me know if you need anything else.",
    "Do you have any other questions?",
    "What else can I do for you?",
    "Your order was cancelled. Was that everything?",
    "Please feel free to contact us again.",
    "Please allow five days for the refund.",
    "Happy to help! Have a great day!",
    "Please hold on while I look that up.",
    "Did that answer your question?",
]


@pytest.mark.parametrize("message", OPEN)
def test_open(message: str) -> None:
    assert has_open_request(message)


@pytest.mark.parametrize("message", NOT_OPEN)
def test_not_open(message: str) -> None:
    assert not has_open_request(message)


@pytest.mark.parametrize(
    ("last", "early"),
    [("Please tell me your zip code.", True), ("Is there anything else I can do for you?", False)],
)
def test_a_customer_that_leaves_a_closing_question_did_not_stop_early(last: str, early: bool) -> None:
    played = graded("retail", "0", agent("Hi!"), user("Exchange my keyboard."), agent(last), user("###STOP###"))
    assert played.labels
    assert played.labels.customer_stopped_early is early
