"""What a planted fault is made from: the conversation so far and what the customer would say without it."""

from random import Random
from typing import NamedTuple

from tautraj.users.base import UserContext


class Moment(NamedTuple):
    context: UserContext
    message: str
    """The agent's."""
    reply: str
    """What the customer would say."""
    replies: tuple[str, ...]
    """What it has said before."""
    heard: str
    """Its scenario and all that was said so far, with `message` and `reply`."""
    rng: Random

    def add(self, *sentences: str) -> str | None:
        """The reply with one of the sentences; None where the reply ends the conversation."""
        return None if "###" in self.reply else f"{self.reply} {self.rng.choice(sentences)}"

    def pick_new(self, values: tuple[str, ...]) -> str | None:
        """One of the values that does not stand in what was heard; None if all do."""
        new = [value for value in values if value.lower() not in self.heard.lower()]
        return self.rng.choice(new) if new else None
