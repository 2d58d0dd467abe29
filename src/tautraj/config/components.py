"""Loads components: the function that a YAML names by `_target_`, with its settings checked and bound."""

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from tautraj.config.component_records import Component
from tautraj.config.run import Run
from tautraj.errors import ConfigError, boundary

F = TypeVar("F", bound=Callable[..., Any])

ComponentCheck = Callable[..., None]
"""`(run, **settings)`: raises `ConfigError` if the component cannot be used in this run."""


def load_component(component: Component) -> Callable[..., Any]:
    """Import a component's function and bind its settings.

    Raises `ConfigError` if the function does not exist or the settings are not its keyword-only arguments.
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
    """Import the object that a dotted `_target_` names. Errors of the import are not converted."""
    module, _, name = target.rpartition(".")
    return getattr(importlib.import_module(module), name)


def attach_check(check: ComponentCheck) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorate a component with a check that runs before a run starts, for what types of settings cannot express."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        function.check = check  # type: ignore[attr-defined]
        return function

    return decorate


def declare_native_tools(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a component that passes its tools to its llm; before a run starts, the llm is then tried with them."""
    function.native_tools = True  # type: ignore[attr-defined]
    return function


def declare_program(function: F) -> F:
    """Decorate a component that keeps the conversation in variables of its own and not in the turns that it is given.

    In a branch it is brought to its turn by the recorded conversation (`runs.episode.opening`).
    """
    function.is_program = True  # type: ignore[attr-defined]
    return function


def is_program(component: Component) -> bool:
    """Whether the component declares that it keeps the conversation in variables of its own."""
    return getattr(load_object(component.target), "is_program", False)


def has_native_tools(component: Component) -> bool:
    """Whether the component declares that it passes its tools to its llm."""
    return getattr(load_object(component.target), "native_tools", False)


def check_component(component: Component, run: Run) -> None:
    """Raise `ConfigError` if the component cannot be loaded or its check rejects this run."""
    bound = load_component(component)
    check = getattr(getattr(bound, "func", None), "check", None)
    if check is not None:
        check(run, **component.settings)
