"""Converts a composed configuration: to plain values, to a checked record, to masked values for display.

Not here: the records (`config.run`), composition (`config.command_line`).
"""

import math
from collections.abc import Iterator
from typing import Any, TypeVar

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException
from pydantic import ValidationError

from tautraj.config.migrations import upgrade_run
from tautraj.config.run import Run
from tautraj.errors import ConfigError
from tautraj.printable import collapse_whitespace
from tautraj.redaction import contains_key, redact_tree
from tautraj.trajectory import Record

R = TypeVar("R", bound=Record)
Tree = DictConfig
"""A composed configuration before validation. For modules that do not import omegaconf."""


def parse_run(cfg: DictConfig) -> Run:
    """Convert the composed configuration to a `Run`; raises `ConfigError` naming each key at fault."""
    if "grid" in cfg:
        raise ConfigError(
            f"experiment={cfg.get('experiment')} has a grid, which only a sweep can play: "
            f"python flows/sweep.py experiment={cfg.get('experiment')} …"
        )
    return parse_as(Run, cfg)


def parse_as(kind: type[R], cfg: DictConfig) -> R:
    """Convert the composed configuration to a record; raises `ConfigError` naming each key at fault."""
    return parse_tree(kind, to_plain(cfg))


def parse_tree(kind: type[R], tree: dict[str, Any]) -> R:
    """`parse_as` for plain values."""
    try:
        record = kind.model_validate(tree)
    except ValidationError as error:
        faults = [_describe_fault(fault) for fault in error.errors()]
        raise ConfigError("; ".join(faults)) from None
    if faults := list(_find_unstorable(tree)):
        raise ConfigError("; ".join(faults))
    return record


def redact_config(cfg: DictConfig) -> dict[str, Any]:
    """Convert the composed configuration to plain values with secrets masked, to be stored and shown."""
    config: dict[str, Any] = redact_tree(to_plain(cfg))
    return config


def split_grid(cfg: DictConfig) -> tuple[dict[str, Any], DictConfig]:
    """Split a sweep's configuration into its grid, interpolations unresolved, and the configuration of a run."""
    grid = OmegaConf.to_container(cfg.grid, resolve=False)
    run = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "grid"])
    return {str(key): levels for key, levels in grid.items()} if isinstance(grid, dict) else {}, run


def to_plain(cfg: DictConfig) -> dict[str, Any]:
    """Convert the configuration to plain values, interpolations resolved and a fed-back run.yaml upgraded.

    Raises `ConfigError` on a mandatory value that is missing or an interpolation that cannot be resolved.
    """
    try:
        tree = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        key = getattr(error, "full_key", None) or str(error).rsplit(": ", 1)[-1].split()[0]
        raise ConfigError(f"{key} has no default here: add {key}=…") from None
    except OmegaConfBaseException as error:
        raise ConfigError(collapse_whitespace(str(error))) from None
    assert isinstance(tree, dict)
    values = {str(key): value for key, value in tree.items()}
    if "schema" in values:
        values = upgrade_run(values, "the run.yaml that is fed back")
        del values["schema"]
    return values


def _find_unstorable(tree: Any, path: str = "") -> Iterator[str]:
    """Describe each value that no file takes (NaN, infinity, NUL), or must not: a key, whatever put it there."""
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from _find_unstorable(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, float) and not math.isfinite(tree):
        yield f"{path}: write a finite number, not {tree}"
    elif isinstance(tree, str) and "\0" in tree:
        yield f"{path}: remove the NUL character"
    elif isinstance(tree, str) and contains_key(tree):
        yield (
            f"{path} contains a key, and it would be stored with the configuration. Keys are read from the variables "
            "that provider.api_key_env names"
        )


def _describe_fault(fault: Any) -> str:
    where = ".".join(str(step) for step in fault["loc"])
    reason = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        reason = "no such key"
    return f"{where}: {reason}" if where else reason
