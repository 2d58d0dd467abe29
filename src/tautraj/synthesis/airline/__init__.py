"""Airlines that no benchmark contains: flights, customers, reservations."""

from tautraj.synthesis.airline.generator import GENERATOR

__all__ = ["GENERATOR"]
