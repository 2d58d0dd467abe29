"""From the command line of `flows/branch.py` to a `Run`: the run of the episodes, and what is to be another.

Not here: its episodes (`runs.branches`), playing them (`runs.play`).
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from tautraj.config import Run
from tautraj.config.parse import Tree, describe_faults, to_plain
from tautraj.errors import ConfigError
from tautraj.store import Store
from tautraj.store.discovery import resolve_runs

BRANCH_KEYS = ("run", "at", "tries", "episodes")

CHOSEN_WHOLE = ("model", "user", "judge", "agent", "user_strategy")
"""Groups of which a choice leaves nothing of the other run's."""


def parse_branch_run(cfg: Tree) -> Run:
    """The run that branches the episodes of another. Raises `ConfigError`, `StoreError`.

    All that the command line leaves null is as in that run.
    """
    tree = to_plain(cfg)
    named = tree.pop("run")
    runs = resolve_runs([named] if isinstance(named, str) else named, tree["root"])
    if len(runs) > 1:
        raise ConfigError(f"run: {len(runs)} run directories. Branch one of them: run={runs[0]}")
    source = {"run": runs[0], **{key: tree.pop(key) for key in BRANCH_KEYS if key != "run"}}
    if isinstance(source["episodes"], str):
        source["episodes"] = [source["episodes"]]
    own = Store(runs[0]).read_config()
    try:
        return Run.model_validate({**_override(own, tree), "branch": source})
    except ValidationError as error:
        raise ConfigError(describe_faults(error)) from None


def _override(own: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """`own` with the values of `tree` that are not null."""
    merged = dict(own)
    for key, value in tree.items():
        if isinstance(value, dict) and isinstance(own.get(key), dict) and key not in CHOSEN_WHOLE:
            merged[key] = _override(own[key], value)
        elif value is not None:
            merged[key] = value
    return merged
