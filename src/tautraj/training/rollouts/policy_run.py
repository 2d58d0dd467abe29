"""The run that a trainer plays: a run of `flows/generate.py` whose agent is the trainer's policy."""

from collections.abc import Sequence
from typing import Any

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_run, redact_config
from tautraj.errors import ConfigError

BASE = ("model=policy", "split=train")
"""Its choices before the caller's own."""


def compose_run(overrides: Sequence[str]) -> tuple[Run, dict[str, Any]]:
    """The run, and its resolved configuration, secrets masked. Raises `ConfigError`."""
    tree = compose_tree([*BASE, *overrides])
    run = parse_run(tree)
    if not run.model.is_in_training:
        raise ConfigError(f"model={run.model.name}: the trainer's policy has this seat. Leave out model= and agent=")
    if run.customer.retries:
        raise ConfigError(
            "customer.retries: a rollout is played once, and has no reward if its customer was at fault. Leave it out"
        )
    return run, redact_config(tree)
