"""New worlds and tasks with proofs, in domains that a benchmark plays. One folder per domain."""

from tautraj.synthesis.generator import Composer, Generator

GENERATORS = ("retail", "airline", "telecom")
"""Domains that have a generator."""


def load_generator(domain: str) -> Generator | Composer:
    """The generator of one of `GENERATORS`."""
    match domain:
        case "retail":
            from tautraj.synthesis.retail import GENERATOR as RETAIL

            return RETAIL
        case "airline":
            from tautraj.synthesis.airline import GENERATOR as AIRLINE

            return AIRLINE
        case _:
            from tautraj.synthesis.telecom import GENERATOR as TELECOM

            return TELECOM
