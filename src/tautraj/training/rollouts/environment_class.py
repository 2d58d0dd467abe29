"""The class that a trainer of TRL takes as an environment: `reset`, `get_reward`, and a method for each tool.

TRL makes each tool's schema from the signature and the docstring of its method; these are made from the benchmark's
schemas. The methods themselves take whatever the policy sends: what is wrong in it, the world answers, as it answers
any agent. Not here: what a call does (`training.rollouts.episode`).
"""

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, Literal, Optional

from tautraj.training.rollouts.episode import ENDED, RolloutEpisode
from tautraj.trajectory import Trajectory

OpenRollout = Callable[[str, int, str | None], RolloutEpisode]
"""(task id, trial, the row's origin or None) -> a new rollout of that task."""

TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "object": dict[str, Any]}
"""Name of a type in a JSON schema, but for arrays -> the hint that becomes the same again."""


class RolloutEnvironment:
    """One rollout after the other. TRL calls every public method but two a tool of the policy."""

    def __init__(self, open_rollout: OpenRollout) -> None:
        self._open_rollout = open_rollout
        self._episode: RolloutEpisode | None = None

    def reset(self, *, task: str, trial: int = 0, origin: str | None = None, **_row: Any) -> str:
        """Begin a rollout of a row of `tasks`; return what is added to its prompt, the customer's first words.

        Raises `ConfigError` for a task that the run does not have or must not train on, and `GaveUp` if the budget is
        used up or rollout after rollout failed.
        """
        if self._episode is not None:
            self._episode.abandon()
        self._episode = None
        self._episode = self._open_rollout(task, trial, origin)
        return self._episode.observation

    def get_reward(self) -> float | None:
        """End the rollout, write it, and return the benchmark's reward.

        None, from which nothing is learned: not gradable, a seat's llm failed, or the customer was at fault.
        """
        trajectory = self.trajectory
        return None if trajectory is None or trajectory.has_faulty_customer else trajectory.reward

    @property
    def episode(self) -> RolloutEpisode | None:
        """The rollout under way or ended last; None before the first."""
        return self._episode

    @property
    def trajectory(self) -> Trajectory | None:
        """The graded record of the rollout, which ends it; None if it failed or none has begun."""
        return self._episode.close() if self._episode is not None else None


def build_environment_class(name: str, tools: Iterable[dict[str, Any]]) -> type[RolloutEnvironment]:
    """An environment with a method for each of `tools`, in OpenAI's format.

    `name`: of the run, or else its domain's. TRL logs the reward under the class's name: `RetailEnvironment`.
    """
    methods = {tool["function"]["name"]: _build_method(tool["function"]) for tool in tools}
    words = re.findall(r"[A-Za-z0-9]+", name)
    return type(f"{''.join(map(str.capitalize, words))}Environment", (RolloutEnvironment,), methods)


def _build_method(tool: dict[str, Any]) -> Callable[..., str]:
    name = tool["name"]
    properties: dict[str, Any] = tool["parameters"].get("properties", {})
    required = set(tool["parameters"].get("required", ()))

    def method(self: RolloutEnvironment, /, **arguments: Any) -> str:
        episode = self._episode
        return ENDED if episode is None else episode.call(name, arguments)

    hints = {key: _read_hint(schema, key in required) for key, schema in properties.items()}
    own = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    own += [_build_parameter(key, hint, key in required) for key, hint in hints.items()]
    own.sort(key=lambda parameter: parameter.default is not parameter.empty)  # as in any signature
    method.__name__, method.__qualname__ = name, name
    method.__doc__ = _write_docstring(tool["description"], properties)
    method.__annotations__ = {**hints, "return": str}
    method.__signature__ = inspect.Signature(own, return_annotation=str)  # type: ignore[attr-defined]
    return method


def _build_parameter(name: str, hint: Any, is_required: bool) -> inspect.Parameter:
    default = inspect.Parameter.empty if is_required else None
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=hint)


def _read_hint(schema: dict[str, Any], is_required: bool) -> Any:
    hint = _read_type(schema)
    return hint if is_required else Optional[hint]  # noqa: UP045 - hints made at run time have no other way


def _read_type(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if choices := [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]:
        return _read_type(choices[0])
    if schema.get("type") == "array":
        return list[_read_type(schema.get("items", {}))]  # type: ignore[misc]
    return TYPES.get(schema.get("type", ""), Any)


def _write_docstring(description: str, properties: dict[str, Any]) -> str:
    """In Google's style. What a hint cannot say, the fields of an object, is told in words."""
    lines = [" ".join(description.split()) or "No description."]
    if properties:
        lines += ["", "Args:"]
        lines += [f"    {key}: {_describe(schema) or key}" for key, schema in properties.items()]
    return "\n".join(lines)


def _describe(schema: dict[str, Any]) -> str:
    description = " ".join(schema.get("description", "").split())
    fields = _describe_fields(schema.get("items", schema))
    return f"{description} {fields}".strip()


def _describe_fields(schema: dict[str, Any]) -> str:
    """The fields of an object: `Each has first_name (string: …), last_name (string)`; "" if it names none."""
    objects = [choice for choice in (schema, *schema.get("anyOf", ())) if choice.get("properties")]
    if not objects:
        return ""
    fields = [
        f"{key} ({': '.join(filter(None, (field.get('type', ''), ' '.join(field.get('description', '').split()))))})"
        for key, field in objects[0]["properties"].items()
    ]
    return f"Each has {', '.join(fields)}."
