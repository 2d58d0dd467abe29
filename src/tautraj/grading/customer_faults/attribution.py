"""Whether a customer's fault may be the cause of what an agent did wrong."""

from tautraj.benchmarks import Benchmark
from tautraj.grading.writes import find_wrong_writes
from tautraj.trajectory import Trajectory


def is_customer_at_fault(trajectory: Trajectory, benchmark: Benchmark) -> bool:
    """Whether a decisive fault comes before the agent's first write that differs from gold, if there is one.

    After that write the database is wrong whatever the customer says.
    """
    faults = trajectory.decisive_faults
    if not faults:  # most conversations: to find wrong writes, gold is replayed
        return False
    wrong = find_wrong_writes(trajectory, benchmark)
    return not wrong or any(fault.turn < wrong[0].index for fault in faults)
