"""What a customer without an llm says besides its goal, by voice: yes, thanks, that is all.

Every yes is one to `grading.affirmative`, and nothing else is. Not here: when it is said (`users.goal`).
"""

from random import Random
from typing import Literal

Kind = Literal["yes", "no", "wrong", "wait", "thanks", "all", "accept", "remind", "again", "unknown", "leave"]
"""no: an offer is declined. wrong: what was announced is not what it wants. wait: nothing was asked. all: nothing
else is wanted. remind: nothing was done yet. again: it has said so before. leave: its patience is at an end."""

SMALL_TALK: dict[str, dict[Kind, tuple[str, ...]]] = {
    "plain": {
        "yes": ("Yes, please go ahead.", "Yes, that is right.", "Yes, please do that.", "Yes, I confirm."),
        "no": ("No, thank you.", "No, I do not want that."),
        "wrong": ("No, that is not right.", "No, that is not what I asked for."),
        "wait": ("Okay, thank you.", "All right.", "I see."),
        "thanks": ("Thank you.", "Great, thanks.", "Thanks for that."),
        "all": (
            "No, that is all. Thank you.",
            "That was everything, thank you.",
            "Nothing else. Thanks for your help.",
        ),
        "accept": ("I understand.", "All right, I accept that.", "Too bad, but I understand."),
        "remind": ("There is still what I asked for.", "What I asked for is not done yet."),
        "again": ("As I said:", "Let me repeat it:"),
        "unknown": ("I do not know that.", "I cannot tell you more than that."),
        "leave": ("I have to go now.", "I have no more time, I am leaving."),
    },
    "terse": {
        "yes": ("Yes.", "Yes, do it.", "Yes, go ahead.", "Yep."),
        "no": ("No.", "No thanks."),
        "wrong": ("No. Not that.", "No, wrong."),
        "wait": ("Ok.", "Fine."),
        "thanks": ("Thanks.", "Ok, thanks.", "Good."),
        "all": ("That's all. Bye.", "Nothing else.", "All done. Thanks."),
        "accept": ("Fine.", "Ok then.", "Got it."),
        "remind": ("Not done yet.", "Still open:"),
        "again": ("Again:", "Like I said:"),
        "unknown": ("Don't know.", "No idea."),
        "leave": ("Got to go.", "Out of time. Bye."),
    },
    "chatty": {
        "yes": (
            "Yes, please go ahead, that would be lovely.",
            "Yes please, do it!",
            "Yes, yes, exactly that, go ahead!",
            "Oh yes, please do that.",
        ),
        "no": ("Oh no, thank you, that is kind of you.", "No no, I do not need that, thanks."),
        "wrong": ("Oh no, that is not right, I am afraid.", "No no, that is not what I meant."),
        "wait": ("Sure, take your time, I have my tea here.", "Okay, I will be here.", "Lovely, thanks."),
        "thanks": ("Oh wonderful, thanks a lot!", "You are a star, thanks!", "That is great, thank you!"),
        "all": (
            "No, that is all for today, you have been so kind. Bye!",
            "That is everything, thanks a million and have a lovely day!",
            "Nope, I am happy now. Thank you so much!",
        ),
        "accept": ("Oh well, I suppose rules are rules.", "That is a pity, but I see, you cannot help it."),
        "remind": ("Oh, but we have not done what I came for yet!", "Wait, there is still my request, you know."),
        "again": ("Well, as I was saying:", "Let me tell you again:"),
        "unknown": ("Oh dear, that I really could not tell you.", "Hmm, I have no idea about that, sorry."),
        "leave": ("Oh my, look at the time, I have to run.", "I am so sorry, I have to leave now."),
    },
    "formal": {
        "yes": (
            "Yes, please proceed.",
            "Yes, I confirm this.",
            "Yes, I hereby confirm. Please proceed.",
            "Yes, that is correct. Please go ahead.",
        ),
        "no": ("No, thank you, that will not be necessary.", "No, I would not like that."),
        "wrong": ("No, that is not correct.", "No, this does not correspond to my request."),
        "wait": ("Very well.", "I see. Thank you.", "Understood."),
        "thanks": ("Thank you very much.", "I appreciate your help.", "Thank you, that is much appreciated."),
        "all": (
            "No, that will be all. Thank you for your assistance.",
            "There is nothing further. I thank you for your help.",
            "That concludes my requests. Good day to you.",
        ),
        "accept": ("I understand and accept your decision.", "Very well, I take note of that."),
        "remind": ("My request has not been dealt with yet.", "I would like to return to my request."),
        "again": ("As I have stated:", "To repeat my request:"),
        "unknown": ("I regret that I do not have that information.", "I am unable to tell you that."),
        "leave": ("I must end this conversation now.", "I regret that I have to leave now."),
    },
    "learner": {
        "yes": (
            "Yes, please do.",
            "Yes, is correct. Please do it.",
            "Yes, I want this, please go ahead.",
            "Yes yes, please.",
        ),
        "no": ("No, thank you, I do not want.", "No, I do not need this."),
        "wrong": ("No, sorry, this is not right.", "No, this is other thing."),
        "wait": ("Okay, I wait.", "Okay, thank you.", "I understand."),
        "thanks": ("Thank you very much.", "Thank you, you help me good.", "Very good, thanks."),
        "all": (
            "No, is all. Thank you.",
            "No more, thank you, have a good day.",
            "That is everything. Thank you for the help.",
        ),
        "accept": ("Okay, I understand. It is pity.", "I understand, thank you."),
        "remind": ("Sorry, my problem is not done yet.", "Please, I still need this."),
        "again": ("I say again:", "Sorry, I try again:"),
        "unknown": ("Sorry, I do not know this.", "I do not know, sorry."),
        "leave": ("Sorry, I must go now.", "I have no more time, sorry."),
    },
    "annoyed": {
        "yes": (
            "Yes. Please just do it.",
            "Yes, go ahead.",
            "Yes, that is what I said. Go ahead.",
            "Yes, do it already.",
        ),
        "no": ("No. I did not ask for that.", "No, I do not need that."),
        "wrong": ("No, that is not right. Please read what I wrote.", "No, that is wrong."),
        "wait": ("Fine.", "All right, but please be quick.", "I am waiting."),
        "thanks": ("Finally.", "Good. At last.", "Okay, thanks."),
        "all": ("No, that was it.", "Nothing else. That took long enough.", "That is all. Goodbye."),
        "accept": ("I am not happy about that, but fine.", "That is disappointing. So be it."),
        "remind": ("You still have not done what I asked.", "And what about my request?"),
        "again": ("I have told you already:", "Once more:"),
        "unknown": ("How should I know that?", "I do not know. You should have that in your system."),
        "leave": ("I have had enough, I am leaving.", "This takes too long. I am going."),
    },
}
"""Voice -> kind -> wordings."""


IDENTITY: dict[str, tuple[str, ...]] = {
    "email": ("My email is {}.", "It is {}.", "My email address is {}."),
    "name": ("My name is {}.", "The name is {}.", "I am {}."),
    "zip": ("My zip code is {}.", "The zip code is {}.", "And the zip is {}."),
    "user_id": ("My user id is {}.", "The user id is {}.", "It is {}."),
    "phone": ("My phone number is {}.", "The number is {}.", "You can find me under {}."),
    "date_of_birth": ("I was born on {}.", "My date of birth is {}.", "It is {}."),
}
"""Key of `Goal.identity` -> sentences with its value."""


class SmallTalk:
    """A voice, which does not say the same twice in a row."""

    def __init__(self, voice: str, rng: Random) -> None:
        self._rng, self._is_terse = rng, voice == "terse"
        wordings = SMALL_TALK.get(voice, SMALL_TALK["plain"])
        self._wordings = {kind: rng.sample(phrases, len(phrases)) for kind, phrases in wordings.items()}

    def say(self, kind: Kind) -> str:
        phrases = self._wordings[kind]
        phrases.append(phrases.pop(0))
        return phrases[-1]

    def tell(self, key: str, value: str) -> str:
        """What the customer knows of itself; a terse one says no more than that."""
        return f"{value}." if self._is_terse else self._rng.choice(IDENTITY[key]).format(value)
