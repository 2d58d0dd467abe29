"""From the command line of `flows/branch.py` to a `Run`: the run of the episodes, and what is to be another.

Not here: its episodes (`runs.branches`), playing them (`runs.play`).
"""

from collections.abc import Mapping
from typing import Any

from tautraj.config import Run
from tautraj.config.parse import Tree, parse_tree, to_plain
from tautraj.errors import ConfigError
from tautraj.store import Store
from tautraj.store.discovery import resolve_runs

BRANCH_KEYS = ("run", "at", "tries", "episodes")


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
    return parse_tree(Run, {**_override(own, tree), "branch": source})


def _override(own: Mapping[str, Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration `own` with what is not null in `tree`; limits one by one, and without the name of `own`."""
    limits = {key: value for key, value in tree["limits"].items() if value is not None}
    chosen = {key: value for key, value in tree.items() if value is not None}
    return {**own, "name": None, **chosen, "limits": {**own["limits"], **limits}}
