"""`synthesis.text`: a scenario is in the second person, letter for letter but for the pronouns."""

import pytest

from tautraj.benchmarks.goals import Goal, Request, Write
from tautraj.synthesis.text import to_second_person, write_text
from tautraj.synthesis.voices import VOICES


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("I want to return my kettle.", "You want to return your kettle."),
        ("Hi. I'm Ada, and I've lost my card.", "Hi. You're Ada, and you've lost your card."),
        ("Can you send it to me? Me and my dog wait.", "Can the agent send it to you? You and your dog wait."),
        ("Am I too late? I was ill, I am sorry.", "Are you too late? You were ill, you are sorry."),
        (
            "The one I ordered is mine; I\u2019d keep it myself.",
            "The one you ordered is yours; you'd keep it yourself.",
        ),
        ("I'll take size M, item #W1, i.e. the Mini me-too.", "You'll take size M, item #W1, i.e. the Mini me-too."),
        ("Send it to ida.my@example.com in MI.", "Send it to ida.my@example.com in MI."),
    ],
)
def test_pronouns_are_turned_and_nothing_else(said: str, told: str) -> None:
    assert to_second_person(said) == told


def test_a_goal_is_told_in_four_parts() -> None:
    refund = Request(
        family="change_of_mind",
        said="I want to cancel my order #W1.",
        answers={"reason": "I no longer need it."},
        correction="Actually, I keep it and want it sent to my office.",
        writes=(Write(tool="cancel_pending_order", arguments={"order_id": "#W1"}),),
    )
    refused = Request(
        family="pressure", said="I want my money back.", insists=("I was promised it.",), rule="no refunds"
    )
    goal = Goal(
        voice="plain",
        user_id="ada_falk_1000",
        identity={"name": "Ada Falk", "zip": "05401"},
        unknown=("I do not remember my email.",),
        requests=(refund, refused),
    )
    text = write_text(goal)
    assert text.reason_for_call == (
        'What you want, in your own words: "I want to cancel my order #W1." After that: "I want my money back."'
    )
    assert text.known_info == "Your name is Ada Falk, your zip code is 05401."
    assert text.unknown_info == "You do not remember your email."
    assert text.task_instructions == (
        'If the agent asks about the reason, say: "I no longer need it." When the agent asks you to confirm your '
        'first wish, you change your mind: "Actually, I keep it and want it sent to my office." If the agent refuses '
        f'your second wish, insist: "I was promised it." Then accept it. {VOICES["plain"].manner}'
    )


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
