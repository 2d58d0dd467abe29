"""Open points: the function that a YAML names by `_target_`, its settings checked and bound."""

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tautraj.config.run import Component, Run
from tautraj.errors import ConfigError, boundary

ComponentCheck = Callable[..., None]
"""`(run, **settings)`: raises `ConfigError` when the open point cannot play in this run."""


def load_component(component: Component) -> Callable[..., Any]:
    """The function behind an open point, its settings bound.

    Raises `ConfigError` on a function that is not there and on settings that are not its keyword arguments.
    """
    with boundary(ConfigError, f"loading {component.target}"):
        function = load_object(component.target)
    with boundary(ConfigError, f"reading the settings of {component.target}"):
        settings = inspect.signature(function, eval_str=True).parameters.values()
    kinds = {
        setting.name: Any if setting.annotation is setting.empty else setting.annotation
        for setting in settings
        if setting.kind is setting.KEYWORD_ONLY
    }
    if set(component.settings) != set(kinds):
        raise ConfigError(
            f"{component.name} takes the settings [{', '.join(kinds)}], not [{', '.join(component.settings)}]: "
            f"see the YAML that names {component.target}"
        )
    for key, kind in kinds.items():
        try:
            TypeAdapter(kind).validate_python(component.settings[key])
        except ValidationError as error:
            raise ConfigError(
                f"{component.name}.{key}: {error.errors()[0]['msg']}, not {component.settings[key]}"
            ) from None
    return functools.partial(function, **component.settings)


def load_object(target: str) -> Any:
    """Import what a dotted `_target_` names. Raises what the import raises."""
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def attach_check(check: ComponentCheck) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Have an open point looked at before a run starts, where the types of its settings do not say enough."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        function.check = check  # type: ignore[attr-defined]
        return function

    return decorate


def check_component(component: Component, run: Run) -> None:
    """Raise `ConfigError` unless the open point can play in this run."""
    bound = load_component(component)
    looked_at = getattr(getattr(bound, "func", None), "check", None)
    if looked_at is not None:
        looked_at(run, **component.settings)
