"""Hydra's tree, taken apart: plain values, a `Run`, or what to show of it.

Not here: what the values mean (`config`), how the tree is composed (`command_line`).
"""

from typing import Any, TypeVar

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException
from pydantic import ValidationError

from tautraj.config.migrations import upgrade_run
from tautraj.config.run import Run
from tautraj.errors import ConfigError
from tautraj.redaction import redact_tree
from tautraj.trajectory import Record

R = TypeVar("R", bound=Record)
Tree = DictConfig
"""A composed configuration, before it is checked."""


def parse_run(cfg: DictConfig) -> Run:
    """The composed tree as a `Run`; raises `ConfigError` naming the key at fault."""
    if "grid" in cfg:
        raise ConfigError(
            f"experiment={cfg.get('experiment')} with its grid is for another door: "
            f"python flows/sweep.py experiment={cfg.get('experiment')} …"
        )
    return parse_as(Run, cfg)


def parse_as(kind: type[R], cfg: DictConfig) -> R:
    """The composed tree as another door's record."""
    try:
        return kind.model_validate(to_plain(cfg))
    except ValidationError as error:
        faults = [_describe_fault(fault) for fault in error.errors()]
        raise ConfigError("; ".join(faults)) from None


def redact_config(cfg: DictConfig) -> dict[str, Any]:
    """The composed tree as it may be written and shown: plain values, secrets masked."""
    config: dict[str, Any] = redact_tree(to_plain(cfg))
    return config


def split_grid(cfg: DictConfig) -> tuple[dict[str, Any], DictConfig]:
    """A sweep's tree in two: its grid, interpolations and all, and the tree of a run."""
    grid = OmegaConf.to_container(cfg.grid, resolve=False)
    run = OmegaConf.masked_copy(cfg, [str(key) for key in cfg if key != "grid"])
    return {str(key): levels for key, levels in grid.items()} if isinstance(grid, dict) else {}, run


def to_plain(cfg: DictConfig) -> dict[str, Any]:
    """The tree as plain values, interpolations resolved."""
    try:
        tree = OmegaConf.to_container(cfg, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        key = getattr(error, "full_key", None) or str(error).rsplit(": ", 1)[-1].split()[0]
        raise ConfigError(f"{key} has no default here: add {key}=…") from None
    except OmegaConfBaseException as error:
        raise ConfigError(" ".join(str(error).split())) from None
    assert isinstance(tree, dict)
    found = {str(key): value for key, value in tree.items()}
    if "schema" in found:
        found = upgrade_run(found, "the run.yaml that is fed back")
        del found["schema"]
    return found


def _describe_fault(fault: Any) -> str:
    where = ".".join(str(step) for step in fault["loc"])
    what = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        what = "no such key"
    return f"{where}: {what}" if where else what
