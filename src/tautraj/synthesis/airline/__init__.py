"""Airlines that no benchmark contains: flights, customers, reservations, and tasks in them."""

from tautraj.synthesis.airline.generator import GENERATOR

__all__ = ["GENERATOR"]
