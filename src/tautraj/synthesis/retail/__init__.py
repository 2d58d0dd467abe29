"""A shop nobody has seen, in the shape of τ²'s retail domain, and what its customers want."""

from tautraj.synthesis.retail.generator import GENERATOR

__all__ = ["GENERATOR"]
