"""The run directory: what is written, atomically, under one lock, and how it is found and read again."""

from tautraj.store.run_directory import Store

__all__ = ["Store"]
