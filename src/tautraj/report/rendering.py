"""Parts of an episode as text, shared by the page and the terminal."""

import json
import sys
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import ValidationError

from tautraj.agents.belief import Belief, format_belief
from tautraj.metrics import is_success
from tautraj.trajectory import CustomerFault, Labels, ToolCall

Status = Literal["passed", "failed", "ungraded"]


def episode_status(reward: float | None) -> Status:
    if reward is None:
        return "ungraded"
    return "passed" if is_success(reward) else "failed"


def describe_seat(llm: str, component: str) -> str:
    """Names of the llm and of the agent or customer strategy that it plays; one name if they are the same."""
    return llm if llm == component else f"{llm} · {component}"


def shorten_line(text: str, most: int) -> str:
    """`text` on one line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def active_labels(labels: Labels | None, reward: float | None) -> Iterator[str]:
    """Names of the labels that are set: true flags, non-empty lists, a canonical reward other than `reward`."""
    if labels is None:
        return
    for name, value in labels:
        if name == "canonical_reward":
            if value != reward:
                yield sys.intern(name)
        elif value:
            yield sys.intern(name)


def fault_line(fault: CustomerFault) -> str:
    return f"{fault.kind}, {fault.tag}, {fault.severity}: {shorten_line(fault.words, MOST_FAULT_WORDS)}"


MOST_FAULT_WORDS = 80
"""Characters of a fault's words in its line, at most."""

TOO_DEEP = "(nested too deeply to be shown)"


def belief_text(belief: dict[str, Any]) -> str:
    """The belief as the planning agent reads it; JSON if it is not a `Belief`."""
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
    """name(argument=value, …) with values as JSON; the model's own text if that was not a JSON object."""
    if call.raw is not None:
        return f"{call.name}({call.raw})"
    return f"{call.name}({', '.join(f'{name}={json_text(value)}' for name, value in call.arguments.items())})"


def gold_line(action: dict[str, Any]) -> str:
    """A gold action as `call_line`; "customer: " before it if the customer has to make the call."""
    prefix = "" if action.get("requestor", "assistant") == "assistant" else "customer: "
    arguments = action.get("arguments")
    arguments = arguments if isinstance(arguments, dict) else {}
    return prefix + call_line(ToolCall(id="", name=str(action.get("name")), arguments=arguments))
