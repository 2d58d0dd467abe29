"""Differences between the database an episode left and the one the gold actions leave.

Both are computed by replaying: the recorded calls, and the task's gold actions. Not here: what a difference means for
the grade (`grading.reward`, `grading.labels`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, EntityRef, World
from tautraj.trajectory import Privileged, Seat, ToolCall, Turn

SEATS: dict[str, Seat] = {"assistant": "model", "user": "user"}
"""`requestor` of a gold action in τ² -> seat. Classic τ-bench has none: its gold actions are the agent's."""

ABSENT = "(nothing)"


class Difference(NamedTuple):
    path: str
    """Collection, key and field, e.g. orders.#W123.items.0.price."""
    gold: Any
    """Plain JSON; `ABSENT` where this side has no value."""
    actual: Any


class WorldPair(NamedTuple):
    """Two worlds of one task."""

    gold: World
    actual: World


def replay_both(benchmark: Benchmark, task_id: str, turns: Sequence[Turn], privileged: Privileged) -> WorldPair:
    """The task's world after the gold actions, and after the calls of the record."""
    task = benchmark.get_task(task_id)
    gold, actual = benchmark.build_world(task), benchmark.build_world(task)
    for call, seat in build_gold_calls(privileged, benchmark.closing_tools):
        gold.call(call, seat)
    for turn in turns:
        if turn.tool_call is not None and turn.kind == "tool_call" and not turn.given:
            actual.call(turn.tool_call, turn.seat)
    return WorldPair(gold, actual)


def build_gold_calls(privileged: Privileged, closing_tools: Iterable[str] = ()) -> Iterator[tuple[ToolCall, Seat]]:
    """The gold actions as calls, without `closing_tools`, which end the conversation and change no data."""
    closing = frozenset(closing_tools)
    for number, action in enumerate(privileged.gold_actions):
        if action["name"] not in closing:
            call = ToolCall(id=f"gold-{number}", name=action["name"], arguments=action["arguments"])
            yield call, SEATS[action.get("requestor", "assistant")]


def find_gold_writes(benchmark: Benchmark, task_id: str, privileged: Privileged) -> list[ToolCall]:
    """The agent's gold writes that succeed when replayed: some tasks have gold writes that return an error."""
    world = benchmark.build_world(benchmark.get_task(task_id))
    calls = build_gold_calls(privileged, benchmark.closing_tools)
    changing = [(call, seat) for call, seat in calls if seat == "user" or call.name in benchmark.writing_tools]
    return [call for call, seat in changing if not world.call(call, seat).error and seat == "model"]


def diff_worlds(worlds: WorldPair) -> Iterator[Difference]:
    """Every differing field, entities in order of collection and key."""
    for ref, gold, actual in _pair_entities(worlds):
        sides = (ABSENT if side is None else side for side in (gold, actual))
        yield from _diff_values(".".join(filter(None, ref)), *sides)


def is_canonically_equal(worlds: WorldPair) -> bool:
    """Whether both databases are equal, ignoring the order of lists and the difference between 25 and 25.0."""
    return all(_canonicalise(gold) == _canonicalise(actual) for _, gold, actual in _pair_entities(worlds))


def _pair_entities(worlds: WorldPair) -> Iterator[tuple[EntityRef, Any, Any]]:
    """(entity, gold value, actual value) for every entity that either world has touched."""
    for ref in sorted(
        worlds.gold.find_touched_entities() | worlds.actual.find_touched_entities(),
        key=lambda ref: (ref.collection, ref.key or ""),
    ):
        yield ref, worlds.gold.read_entity(ref), worlds.actual.read_entity(ref)


def _diff_values(path: str, gold: Any, actual: Any) -> Iterator[Difference]:
    if isinstance(gold, dict) and isinstance(actual, dict):
        for key in sorted({*gold, *actual}, key=str):
            yield from _diff_values(f"{path}.{key}", gold.get(key, ABSENT), actual.get(key, ABSENT))
    elif isinstance(gold, list) and isinstance(actual, list):
        for number in range(max(len(gold), len(actual))):
            pair = (side[number] if number < len(side) else ABSENT for side in (gold, actual))
            yield from _diff_values(f"{path}.{number}", *pair)
    elif json.dumps(gold, default=str) != json.dumps(actual, default=str):
        yield Difference(path, gold, actual)


def _canonicalise(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonicalise(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_canonicalise(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return int(value) if isinstance(value, float) and value.is_integer() else value
