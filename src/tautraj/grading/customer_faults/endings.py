"""A customer that ends the conversation too early."""

from collections.abc import Iterator

from tautraj.benchmarks.goals import Goal
from tautraj.grading.customer_faults.telling import is_made
from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.grading.proposals.agent_message import TRANSFER, read_message
from tautraj.grading.questions import has_open_request
from tautraj.grading.writes import TRANSFER_TOOL, find_missing_writes
from tautraj.trajectory import CustomerFault, Trajectory


def find_early_ending(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """The first of: left_at_once, transferred_early, left_unanswered, left_unfinished."""
    word = utterance.stop_word
    if word is None:
        return
    ending = case.benchmark.stop_words[word]
    kind = None
    if utterance.number == 0 and not case.task.given:
        kind = "left_at_once"
    elif ending == "user_transfer" and not _is_transferred(case):
        kind = "transferred_early"
    elif ending == "user_stop" and has_open_request(utterance.question) and _is_anything_open(utterance, case):
        kind = "left_unanswered"
    elif ending == "user_stop" and case.goal and _has_unmade_request(utterance, case.goal):
        kind = "left_unfinished"
    if kind:
        yield utterance.blame("premature_termination", "hindered", kind, f"{utterance.text} {word}".strip())


def _is_transferred(case: Case) -> bool:
    """Whether the agent handed the customer to a human, or said so."""
    return any(
        turn.seat == "model"
        and (
            turn.tool_call is not None
            and turn.tool_call.name == TRANSFER_TOOL
            or TRANSFER.search(turn.message or "") is not None
        )
        for turn in case.trajectory.turns
    )


def _is_anything_open(utterance: Utterance, case: Case) -> bool:
    """Whether a write, a fact or an act of the customer's own is missing, or the agent asked who the customer is."""
    heard = utterance.heard.lower().replace(",", "")
    facts = [*case.trajectory.privileged.communicate, *(case.goal.tells if case.goal else ())]
    is_untold = any(fact.lower().replace(",", "") not in heard for fact in facts)
    is_asked_identity = bool(read_message(utterance.question).identity)
    return (
        is_untold
        or is_asked_identity
        or _has_undone_act(case.trajectory)
        or bool(find_missing_writes(case.trajectory, case.benchmark))  # last: gold is replayed
    )


def _has_undone_act(trajectory: Trajectory) -> bool:
    """Whether the customer has not used a tool of its own that gold uses."""
    used = {turn.tool_call.name for turn in trajectory.turns if turn.seat == "user" and turn.tool_call is not None}
    return any(
        action.get("requestor") == "user" and action["name"] not in used
        for action in trajectory.privileged.gold_actions
    )


def _has_unmade_request(utterance: Utterance, goal: Goal) -> bool:
    spoken = " ".join([*utterance.earlier, utterance.text])
    return not all(is_made(request, goal, spoken) for request in goal.requests)
