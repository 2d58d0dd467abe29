"""What holds in every airline's database."""

from tautraj.synthesis.airline.invariants.database import list_violations

__all__ = ["list_violations"]
