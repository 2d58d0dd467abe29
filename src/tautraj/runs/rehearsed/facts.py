"""Facts of a rehearsed belief, read from the conversation: what tools and the customer's device have answered.

Not here: the belief around them (`runs.rehearsed.thoughts`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tautraj.agents.belief import Fact
from tautraj.runs.rehearsed.script import ScriptStep

DEVICE_ANSWER = "Customer: It says: "
"""Begins a line of the transcript; `users.scripted` answers so for its device."""

MOST_LETTERS, MOST_ITEMS = 400, 6
"""Limits on a fact and on the items of a list in it."""


def list_facts(taken: Sequence[ScriptStep], transcript: str) -> Iterator[Fact]:
    """What has been found out and done, in order.

    `taken`: the calls made so far. `transcript`: the conversation, by `agents.text_protocol.format_transcript`.
    """
    calls = {f"Agent called {step.name}({json.dumps(step.arguments, ensure_ascii=False)}): ": step for step in taken}
    for line in transcript.splitlines():
        if line.startswith(DEVICE_ANSWER):
            answer = line.removeprefix(DEVICE_ANSWER)
            yield Fact(fact=f"the customer's device says: {answer[:MOST_LETTERS]}", source="the customer")
        for beginning, step in calls.items():
            if line.startswith(beginning):
                done = f"done: {describe_call(step)}"
                shown = f"{describe_call(step)}: {_describe_result(line.removeprefix(beginning), step.arguments)}"
                yield Fact(fact=done if step.writes else shown, source=step.name)


def describe_call(step: ScriptStep) -> str:
    """A call in words: get order details for #W2378156."""
    values = [value if isinstance(value, str) else json.dumps(value) for value in step.arguments.values()]
    listed = ", ".join(value[:60] for value in values[:3])
    return f"{spell_name(step)} for {listed}" if listed else spell_name(step)


def spell_name(step: ScriptStep) -> str:
    return step.name.replace("_", " ")


def _describe_result(result: str, known: Mapping[str, Any]) -> str:
    """The result of a call in a few words, without the values of the call's arguments, `known`."""
    try:
        content = json.loads(result)
    except ValueError:
        content = result
    if isinstance(content, dict):
        new = {key: _describe_value(value) for key, value in content.items() if value not in known.values()}
        return "; ".join(f"{key.replace('_', ' ')} {words}" for key, words in new.items() if words)[:MOST_LETTERS]
    return _describe_value(content)[:MOST_LETTERS]


def _describe_value(value: Any) -> str:
    """A scalar, an object of scalars by its values, one of objects by its keys, a list by what names its items.

    "" for nothing.
    """
    if isinstance(value, dict):
        nested = any(isinstance(item, dict | list) for item in value.values())
        return _join([_describe_value(item) for item in (value if nested else value.values())])
    if isinstance(value, list):
        return _join([_name_item(item) for item in value])
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _name_item(item: Any) -> str:
    if not isinstance(item, dict):
        return _describe_value(item)
    scalars = [value for value in item.values() if not isinstance(value, dict | list)]
    return _describe_value(item.get("name") or next(iter(scalars), ""))


def _join(words: Sequence[str]) -> str:
    more = f" and {len(words) - MOST_ITEMS} more" if len(words) > MOST_ITEMS else ""
    return ", ".join(words[:MOST_ITEMS]) + more
