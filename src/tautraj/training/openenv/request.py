"""Configuration of `flows/serve.py`: an address beside a run's configuration.

Not here: the run (`training.rollouts.factory`).
"""

from collections.abc import Sequence

from pydantic import Field, PositiveInt

from tautraj.config.parse import Tree, parse_tree, to_plain
from tautraj.trajectory import Record


class ServeRequest(Record):
    """Where a server listens, and for how many."""

    host: str
    port: int = Field(ge=0, le=65535)
    """0: one that is free."""
    sessions: PositiveInt
    """At most, at once; another client is refused."""


def parse_serve_request(cfg: Tree, overrides: Sequence[str]) -> tuple[ServeRequest, list[str]]:
    """The request, and those of the command's `overrides` that are of the run. Raises `ConfigError`."""
    tree = to_plain(cfg)
    request = parse_tree(ServeRequest, {key: tree[key] for key in ServeRequest.model_fields})
    return request, [word for word in overrides if word.partition("=")[0] not in ServeRequest.model_fields]
