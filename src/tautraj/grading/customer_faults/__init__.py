"""What a customer does that its scenario does not allow, found by program, message by message.

Pure, and blind to the reward: from the record and the task alone. Where the task carries a goal, the goal decides.
Not here: whether a fault was the cause of a failure (`grading.customer_faults.attribution`).
"""

from collections.abc import Callable, Iterator

from tautraj.benchmarks import Benchmark
from tautraj.grading.customer_faults.consent import find_wrong_consent
from tautraj.grading.customer_faults.device import find_claims
from tautraj.grading.customer_faults.disclosure import find_early_disclosure
from tautraj.grading.customer_faults.endings import find_early_ending
from tautraj.grading.customer_faults.identity import find_foreign_identifiers, find_foreign_name
from tautraj.grading.customer_faults.manners import (
    find_agent_voice,
    find_markup,
    find_other_language,
    find_repetition,
    find_silence,
)
from tautraj.grading.customer_faults.utterances import Case, Utterance, list_utterances
from tautraj.grading.customer_faults.values import (
    find_foreign_amounts,
    find_foreign_dates,
    find_foreign_options,
    find_foreign_payments,
)
from tautraj.trajectory import CustomerFault, Trajectory

Check = Callable[[Utterance, Case], Iterator[CustomerFault]]

CHECKS: tuple[Check, ...] = (
    find_foreign_identifiers,
    find_foreign_name,
    find_foreign_amounts,
    find_foreign_payments,
    find_foreign_dates,
    find_foreign_options,
    find_wrong_consent,
    find_claims,
    find_early_disclosure,
    find_early_ending,
    find_agent_voice,
    find_markup,
    find_repetition,
    find_silence,
    find_other_language,
)


def find_customer_faults(trajectory: Trajectory, benchmark: Benchmark) -> tuple[CustomerFault, ...]:
    """The customer's faults in order of turns, one of each kind and words a turn."""
    case = Case(trajectory, benchmark, benchmark.get_task(trajectory.task_id))
    faults = (fault for utterance in list_utterances(case) for check in CHECKS for fault in check(utterance, case))
    return tuple(dict.fromkeys(faults))
