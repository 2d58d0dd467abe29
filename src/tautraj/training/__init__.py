"""Trains a small model on an export and writes what a local seat serves: torch, TRL and gguf live here."""
