"""A customer that does one thing wrong, and records where: what the faults of customers are measured with."""

from tautraj.users.faulty.customer import faulty

__all__ = ["faulty"]
