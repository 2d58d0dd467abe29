"""Configurations as the command line composes them, each once: Hydra takes 0.1 s for one."""

import copy
import functools

from omegaconf import DictConfig

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_run


def composed_tree(*overrides: str) -> DictConfig:
    """A tree of the caller's own."""
    return copy.deepcopy(_compose_once(overrides))


def composed_run(*overrides: str) -> Run:
    return parse_run(composed_tree(*overrides))


@functools.cache
def _compose_once(overrides: tuple[str, ...]) -> DictConfig:
    return compose_tree(overrides)
