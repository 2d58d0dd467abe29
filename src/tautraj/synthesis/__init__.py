"""New worlds and tasks with proofs, in domains that a benchmark plays. One folder per domain."""

import importlib

from tautraj.synthesis.generator import Composer, Generator

GENERATORS = ("retail", "airline", "telecom")
"""Domains that have a generator."""


def load_generator(domain: str) -> Generator | Composer:
    """The generator of one of `GENERATORS`."""
    generator: Generator | Composer = importlib.import_module(f"tautraj.synthesis.{domain}").GENERATOR
    return generator
