"""Parts of an episode as text: what the page and the terminal both show."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import ValidationError

from tautraj.agents.belief import Belief, format_belief
from tautraj.metrics import is_success
from tautraj.trajectory import Labels, ToolCall

Status = Literal["passed", "failed", "ungraded"]


def episode_status(reward: float | None) -> Status:
    if reward is None:
        return "ungraded"
    return "passed" if is_success(reward) else "failed"


def active_labels(labels: Labels | None, reward: float | None) -> Iterator[str]:
    """Names of the labels that hold, those that are more than a yes included."""
    if labels is None:
        return
    for name, value in labels:
        if name == "canonical_reward":
            if value != reward:
                yield sys.intern(name)
        elif value:
            yield sys.intern(name)


TOO_DEEP = "(nested too deeply to be shown)"


def belief_text(belief: dict[str, Any]) -> str:
    """As the planning agent reads it; JSON where it has another shape."""
    try:
        return format_belief(Belief.model_validate(belief))
    except ValidationError:
        return json_text(belief)


def json_text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return TOO_DEEP


def call_line(call: ToolCall) -> str:
    """name(argument=value, …), values as JSON; or the model's own text where that was no JSON object."""
    if call.raw is not None:
        return f"{call.name}({call.raw})"
    return f"{call.name}({', '.join(f'{name}={json_text(value)}' for name, value in call.arguments.items())})"


def gold_line(action: dict[str, Any]) -> str:
    by = "" if action.get("requestor", "assistant") == "assistant" else "customer: "
    arguments = action.get("arguments")
    given = arguments if isinstance(arguments, dict) else {}
    return by + call_line(ToolCall(id="", name=str(action.get("name")), arguments=given))
