"""What a domain brings to the rules agent: how a customer's words are read, and what the policy makes of a wish.

Not here: the conversation, which is the same in every domain (`agents.rules.conversation`).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from tautraj.agents.base import Environment

Call = Callable[[str, dict[str, Any]], Any]
"""(tool, arguments) -> the tool's answer, parsed if it is JSON; None on an error."""

Action = tuple[str, dict[str, Any]]
"""(tool, arguments)."""

Intent = TypeVar("Intent")
"""What a customer wants, as a domain's desk reads it: an immutable record with whatever was said."""


class Resolution(NamedTuple):
    """What is to be done about a wish, decided by the policy and the data."""

    thought: str
    """Why, in one or two sentences: what was found and which rule applies."""
    writes: tuple[Action, ...] = ()
    """The calls to make, each after a yes."""
    terms: tuple[str, ...] = ()
    """What each of them costs or brings, as a sentence that is said where the yes is asked for; or none at all."""
    tells: tuple[str, ...] = ()
    """Facts to tell: numbers, ids, words, letter for letter."""
    refusal: str | None = None
    """A sentence to the customer: why it may not be done."""
    question: str | None = None
    """A question to the customer without whose answer nothing can be decided."""
    is_transfer: bool = False
    """Only a human may do it."""
    answer: str | None = None
    """The facts as a sentence, with each of `tells` in it."""


@runtime_checkable
class Specialist(Protocol):
    """A domain that leads its conversations itself: what it does depends on what the customer finds step by step."""

    def converse(self, environment: Environment, opening: str, seed: str) -> None:
        """Serve the customer that has begun with `opening`, until it is done. `seed`: of the wordings."""


class Desk(Protocol[Intent]):
    """A domain, as the rules agent knows it."""

    identity_questions: tuple[str, ...]
    """Wordings of the question who the customer is."""

    def identify(self, utterance: str) -> Action | None:
        """The look-up of the customer that `utterance` is enough for; None if it is not."""

    def get_user_id(self, lookup: Action, answer: Any) -> str | None:
        """The customer's id from the answer of that look-up; None if there is no such customer."""

    def look_at_customer(self, user_id: str, call: Call) -> None:
        """Read what most wishes depend on, if anything: a habit is learned sooner than when to read it."""

    def read(self, utterance: str) -> Sequence[Intent]:
        """The wishes in what a customer says, in the first or the second person; none if it has none."""

    def name_wish(self, intent: Intent, user_id: str) -> str:
        """What is wanted and by whom, in a few words: "A return for ada_1."."""

    def amend(self, intent: Intent, utterance: str) -> Intent:
        """The wish after an answer or a correction; the same one if `utterance` does not change it."""

    def resolve(self, intent: Intent, user_id: str, call: Call) -> Resolution:
        """What is to be done. Calls reading tools only."""
