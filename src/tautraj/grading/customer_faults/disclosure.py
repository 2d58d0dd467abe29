"""What a customer of a synthetic task tells before it is asked: its goal says what it tells only then."""

from collections.abc import Iterator

from tautraj.benchmarks.goals import Request
from tautraj.grading.customer_faults.telling import list_words
from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.grading.proposals.agent_message import AgentMessage, read_message
from tautraj.grading.proposals.answers import find_topics
from tautraj.trajectory import CustomerFault

MIN_SHARE = 0.8
"""Share of an answer's own words that a message must have to tell it."""


def find_early_disclosure(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """revealed_early: an answer, or a correction, in a message to an agent that asked about nothing but identity.

    An agent that announces, refuses, reports or offers more may be told everything: it has forgotten to ask.
    """
    if case.goal is None:
        return
    message = read_message(utterance.question)
    is_forgetful = message.asks_yes or message.refuses or bool(message.reports) or message.asks_for_more
    if is_forgetful and not utterance.is_greeted:
        return
    opened = list_words(" ".join(request.said for request in case.goal.requests))
    for request in case.goal.requests:
        for text in _list_untold(request, message, utterance):
            if _tells(utterance, text, opened):
                yield utterance.blame("revealed_info_early", "helped", "revealed_early", text)


def _list_untold(request: Request, message: AgentMessage, utterance: Utterance) -> Iterator[str]:
    """What is told only when asked about, and was not."""
    questions = () if utterance.is_greeted else message.questions
    topics = {topic for question in questions for topic in find_topics(question, request.answers)}
    yield from (answer for topic, answer in request.answers.items() if topic not in topics)
    if request.correction:
        yield request.correction


def _tells(utterance: Utterance, answer: str, opened: set[str]) -> bool:
    """Whether a message is the first with most of an answer's own words. `opened`: words that requests open with."""
    own = list_words(answer) - opened
    said_before = list_words(" ".join(utterance.earlier))
    new = own - said_before
    words = list_words(utterance.text)
    return bool(new) and len(own & words) >= MIN_SHARE * len(own)
