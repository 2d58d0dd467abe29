"""Whether a customer's fault may be the cause of what an agent did wrong."""

import math
from collections.abc import Sequence

from tautraj.benchmarks import Benchmark
from tautraj.grading.writes import find_wrong_writes
from tautraj.trajectory import CustomerFault, Trajectory


def is_customer_at_fault(faults: Sequence[CustomerFault], trajectory: Trajectory, benchmark: Benchmark) -> bool:
    """Whether a fault that is not minor comes before the agent's first write that differs from gold, if there is one.

    After that write the database is wrong whatever the customer says.
    """
    wrong = find_wrong_writes(trajectory, benchmark)
    first = wrong[0].index if wrong else math.inf
    return any(fault.severity != "minor" and fault.turn < first for fault in faults)
