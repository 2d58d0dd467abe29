"""A yes to what the customer does not want.

Of a synthetic task the goal decides; of another the writes of gold, with the scenario's text as what the customer
says of them. Not here: what is a yes (`grading.affirmative`), what agrees (`grading.proposals.agreement`).
"""

from collections.abc import Iterator, Sequence

from tautraj.benchmarks.goals import Goal, Request, Write
from tautraj.grading.affirmative import is_affirmative
from tautraj.grading.customer_faults.telling import find_current_request, is_corrected
from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.grading.proposals.agent_message import TRANSFER_OFFER, read_message
from tautraj.grading.proposals.agreement import find_disagreement
from tautraj.grading.writes import find_wrong_writes
from tautraj.trajectory import CustomerFault, Turn


def find_wrong_consent(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """wrong_consent: a yes to an announcement that agrees with none of its requests, or in place of a correction."""
    message = read_message(utterance.question)
    if not message.asks_yes or TRANSFER_OFFER.search(message.plans) or not is_affirmative(utterance.text):
        return
    requests = case.goal.requests if case.goal else (_build_request(case),)
    is_unwanted = all(find_disagreement(message.plans, request) for request in requests)
    is_wrong = is_unwanted or case.goal is not None and _keeps_its_mind(utterance, case.goal)
    if is_wrong and (case.goal is not None or _follows_wrong_write(utterance, case)):  # last: gold is replayed
        yield utterance.blame("inconsistent_behavior", "hindered", "wrong_consent", utterance.text)


def _keeps_its_mind(utterance: Utterance, goal: Goal) -> bool:
    """Whether its request has a correction that it has not told: it says that instead of the first yes."""
    spoken = " ".join([*utterance.earlier, utterance.text])
    current = find_current_request(goal, spoken)
    return current is not None and not is_corrected(current, spoken)


def _follows_wrong_write(utterance: Utterance, case: Case) -> bool:
    """Whether the agent makes a write that differs from gold before the customer's next message."""
    wrong = {turn.index for turn in find_wrong_writes(case.trajectory, case.benchmark)}
    return any(turn.index in wrong for turn in _list_next_turns(utterance, case.trajectory.turns))


def _list_next_turns(utterance: Utterance, turns: Sequence[Turn]) -> Iterator[Turn]:
    for turn in turns:
        if turn.index > utterance.turn:
            if turn.seat == "user" and turn.kind == "message":
                return
            yield turn


def _build_request(case: Case) -> Request:
    """The gold writes of an official task as one request."""
    actions = case.trajectory.privileged.gold_actions
    writes = tuple(
        Write(tool=action["name"], arguments=action["arguments"])
        for action in actions
        if action["name"] in case.benchmark.writing_tools
    )
    return Request(family="combined", said=case.trajectory.scenario or "-", writes=writes)
