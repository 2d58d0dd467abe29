"""`synthesis.text`: what the customer says, said to the customer."""

import pytest

from tautraj.synthesis.text import to_second_person

SENTENCES = {
    "I want to return my kettle.": "You want to return your kettle.",
    "This is mine, I bought it myself.": "This is yours, you bought it yourself.",
    "I'm moving, and I've packed what I'd need.": "You're moving, and you've packed what you'd need.",
    "Am I right?": "Are you right?",
    "Difference: my PayPal account.": "Difference: your PayPal account.",
    "My kettle broke. My shelf did not.": "Your kettle broke. Your shelf did not.",
    "Can you cancel my order for me?": "Can the agent cancel your order for you?",
    "I hope you can help me.": "You hope the agent can help you.",
    "Oh, and while I have you here.": "Oh, and while you have the agent here.",
    "I know you are busy.": "You know the agent is busy.",
    "Your website is slow.": "The agent's website is slow.",
    "Let us be quick.": "Let us be quick.",
    "Write to me@example.com or meme.": "Write to me@example.com or meme.",
}


@pytest.mark.parametrize("said", SENTENCES)
def test_second_person(said: str) -> None:
    assert to_second_person(said) == SENTENCES[said]
