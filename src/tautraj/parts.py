"""Open points: the function that a YAML names by `_target_`, its settings checked and bound."""

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tautraj.config import Part
from tautraj.errors import ConfigError, boundary


def part(chosen: Part) -> Callable[..., Any]:
    """The function behind an open point, its settings bound.

    Raises `ConfigError` on a function that is not there and on settings that are not its keyword arguments.
    """
    with boundary(ConfigError, f"loading {chosen.target}"):
        module, _, name = chosen.target.rpartition(".")
        function = getattr(importlib.import_module(module), name)
    kinds = {
        p.name: p.annotation for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY
    }
    if set(chosen.settings) != set(kinds):
        raise ConfigError(
            f"{chosen.name} takes the settings [{', '.join(kinds)}], not [{', '.join(chosen.settings)}]: "
            f"see the YAML that names {chosen.target}"
        )
    for key, kind in kinds.items():
        try:
            TypeAdapter(kind).validate_python(chosen.settings[key])
        except ValidationError as error:
            raise ConfigError(
                f"{chosen.name}.{key}: {error.errors()[0]['msg']}, not {chosen.settings[key]}"
            ) from None
    return functools.partial(function, **chosen.settings)
