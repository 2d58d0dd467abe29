"""What an agent's message asks of a customer: who it is, a yes, something else; and what it reports or refuses.

By its words. Not here: forms of questions (`grading.questions`), whether what is announced is what the customer wants
(`grading.proposals.agreement`), what it answers (`users.goal`).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tautraj.grading.questions import CONSENT, OPEN_QUESTION, asks_consent, asks_only_for_more, find_open_requests

IDENTITY = {
    "email": r"e-?mail",
    "name": r"\byour (?:[\w-]+,? ){0,4}names?\b|\bnames?,? (?:and|&|with|plus) (?:your )?(?:zip|postal)"
    r"|\bfull name\b",
    "zip": r"\b(?:zip|postal|post ?code)",
    "user_id": r"\b(?:user|customer|account|member\w*|profile) ?(?:id|number|name)\b",
    "phone": r"\b(?:phone|mobile|telephone)\b(?=[^.?!]*\bnumbers?\b)|\bnumber (?:you are|of your line)\b",
    "date_of_birth": r"\bdate of birth\b|\bbirth ?da(?:y|te)\b|\bborn\b",
}
"""Key of `Goal.identity` -> words for it."""

OF_SOMETHING_ELSE = re.compile(r"\b(?:passenger|travell?er|product|item)|(?<!mail )address\b", re.IGNORECASE)
"""A name or a zip code in such a sentence is not the customer's."""

ANY_IDENTITY = re.compile(
    r"\b(?:identity|identify|authenticat\w+|who am i speaking|verify (?:you|who))\b", re.IGNORECASE
)

READS_ONLY = re.compile(
    r"\b(?:shall|should|may|can|could) (?:i|we) (?:look|check|find|search|pull|verify|explain)\b"
    r"|\bme to (?:look|check|find|search|pull|verify|explain)\b",
    re.IGNORECASE,
)

TRANSFER = re.compile(r"being transferred to a human|transferr?ing you", re.IGNORECASE)

TRANSFER_OFFER = re.compile(
    r"\btransfer\w* (?:you|this|the (?:call|chat|conversation)|to an? \w+)|\bhuman (?:agent|representative)",
    re.IGNORECASE,
)

YES_OR_NO = re.compile(r"\(?\byes\W*(?:/|or) ?[\"']?no\b[\"']?\)?", re.IGNORECASE)

ALTERNATIVE = re.compile(
    r"\bor\b(?! (?:not|any|is there)\b)|\bif you (?:do not|don't)|\balternatively\b|\botherwise\b", re.IGNORECASE
)

ASKS_WORDS = re.compile(r"\bask (?:why|how|what|which|where)\b|,? and (?:why|how|what|which|where) ", re.IGNORECASE)
"""A question in words within one that begins like one for a yes."""

ADVERBS = r"(?:now |just |also |already |successfully )*"

MERELY_READ = (
    r"(?:locat|f(?:ind|ound)|look|check|receiv|not(?:ed|iced)|pull|verif|identif|review|retriev|confirm|got\b|seen\b"
    r"|understood|listed|access|authenticat)"
)

DONE = re.compile(
    rf"\b(?:i|we)(?:'ve| have) {ADVERBS}(?!to\b|your\b|the\b|{MERELY_READ})\w+"
    rf"|\b(?:has|have) {ADVERBS}been {ADVERBS}(?!{MERELY_READ})"
    r"|\bsuccessful|\bcompleted?\b|\ball set\b|\bis (?:now )?done\b|\b(?:is|are) now\b",
    re.IGNORECASE,
)
"""A sentence that tells what was done."""

REFUSAL = re.compile(
    r"\b(?:can(?:not|'t| not)|could(?: not|n't)|unable|not able"
    r"|(?:not|n't) (?:allow|permit|possible|eligible|qualif)\w*"
    r"|against (?:our |the )?polic|polic\w+ (?:only|requires?))",
    re.IGNORECASE,
)

REGRET = re.compile(r"\b(?:sorry|unfortunately|i(?:'m| am) afraid|regret)\b", re.IGNORECASE)


class AgentMessage(NamedTuple):
    """An agent's message as a customer understands it."""

    identity: tuple[str, ...]
    """Keys of `Goal.identity` that it asks for; ("any",) if it leaves open which."""
    may_choose: bool
    """Whether one of these is enough: "your email, or your name and zip code"."""
    questions: tuple[str, ...]
    """Sentences that want an answer in words."""
    asks_yes: bool
    """Whether it wants a yes to something that it would do."""
    is_explicit: bool
    """Whether it asks for that yes, and does not only say what it is going to do."""
    asks_for_more: bool
    """Whether all that it asks is whether there is anything else."""
    plans: str
    """The message without what it tells to be done."""
    reports: str
    """What it tells to be done; "" if nothing."""
    refuses: bool
    regrets: bool


def read_message(message: str) -> AgentMessage:
    message = message.replace("\u2019", "'")
    open_requests = find_open_requests(message)
    sentences = re.split(r"(?<=[.!?])\s+|\n+", message)
    done = [sentence for sentence in sentences if DONE.search(sentence) and "?" not in sentence]
    identity: tuple[str, ...] = ()
    questions: list[str] = []
    is_explicit = False
    for sentence in open_requests:
        plain = YES_OR_NO.sub("", sentence)
        if _find_identity([plain]):  # what else would do may stand in a sentence that asks nothing
            identity = _find_identity([part for part in sentences if part not in done])
        elif (
            READS_ONLY.search(plain)
            or TRANSFER_OFFER.search(plain)
            or CONSENT.search(sentence)
            and not OPEN_QUESTION.search(sentence)
            and not (ALTERNATIVE.search(plain) or ASKS_WORDS.search(plain))
        ):
            is_explicit = True
        else:
            questions.append(sentence)
    refuses = REFUSAL.search(message) is not None
    return AgentMessage(
        identity=identity,
        may_choose=ALTERNATIVE.search(YES_OR_NO.sub("", message)) is not None,
        questions=tuple(questions),
        asks_yes=is_explicit or not open_requests and not refuses and asks_consent(message),
        is_explicit=is_explicit,
        asks_for_more=asks_only_for_more(message),
        plans=" ".join(sentence for sentence in sentences if sentence not in done),
        reports=" ".join(done),
        refuses=refuses,
        regrets=REGRET.search(message) is not None,
    )


def _find_identity(sentences: Sequence[str]) -> tuple[str, ...]:
    text = " ".join(sentence for sentence in sentences if not OF_SOMETHING_ELSE.search(sentence))
    keys = tuple(key for key, words in IDENTITY.items() if re.search(words, text, re.IGNORECASE))
    return keys or ("any",) * (ANY_IDENTITY.search(text) is not None)
