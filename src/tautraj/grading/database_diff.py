"""Where the world that came about differs from the one the gold actions make.

Both are played anew, from the record and from the task. Not here: what a difference is worth (`reward`, `labels`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, EntityRef, World
from tautraj.trajectory import Privileged, Seat, ToolCall, Turn

SEATS: dict[str, Seat] = {"assistant": "model", "user": "user"}
"""Who carries out a gold action, in τ²'s words; classic τ-bench knows the agent alone."""

ABSENT = "(nothing)"


class Difference(NamedTuple):
    path: str
    """From the collection down to the field, e.g. orders.#W123.items.0.price."""
    gold: Any
    """Plain JSON; `ABSENT` where there is none."""
    actual: Any


class WorldPair(NamedTuple):
    """One task, twice."""

    gold: World
    actual: World


def replay_both(benchmark: Benchmark, task_id: str, turns: Sequence[Turn], privileged: Privileged) -> WorldPair:
    """The gold actions carried out, and what the record says was."""
    task = benchmark.get_task(task_id)
    gold, actual = benchmark.build_world(task), benchmark.build_world(task)
    for call, seat in build_gold_calls(privileged, benchmark.closing_tools):
        gold.call(call, seat)
    for turn in turns:
        if turn.tool_call is not None and turn.kind == "tool_call" and not turn.given:
            actual.call(turn.tool_call, turn.seat)
    return WorldPair(gold, actual)


def build_gold_calls(privileged: Privileged, closing_tools: Iterable[str] = ()) -> Iterator[tuple[ToolCall, Seat]]:
    """The task's own actions; those that close the world change nothing in it, and are left out."""
    for number, action in enumerate(privileged.gold_actions):
        if action["name"] not in set(closing_tools):
            call = ToolCall(id=f"gold-{number}", name=action["name"], arguments=action["arguments"])
            yield call, SEATS[action.get("requestor", "assistant")]


def find_gold_writes(benchmark: Benchmark, task_id: str, privileged: Privileged) -> list[ToolCall]:
    """The agent's, as far as the world takes them: some golds have writes that are an error."""
    world = benchmark.build_world(benchmark.get_task(task_id))
    calls = build_gold_calls(privileged, benchmark.closing_tools)
    some = [(call, seat) for call, seat in calls if seat == "user" or call.name in benchmark.writing_tools]
    return [call for call, seat in some if not world.call(call, seat).error and seat == "model"]


def diff_worlds(worlds: WorldPair) -> Iterator[Difference]:
    """Field by field, in the order of their paths."""
    for place, gold, actual in _pair_entities(worlds):
        sides = (ABSENT if side is None else side for side in (gold, actual))
        yield from _diff_values(".".join(filter(None, place)), *sides)


def is_canonically_equal(worlds: WorldPair) -> bool:
    """Whether they are the same but for the order of lists and for 25 against 25.0."""
    return all(_canonicalise(gold) == _canonicalise(actual) for _, gold, actual in _pair_entities(worlds))


def _pair_entities(worlds: WorldPair) -> Iterator[tuple[EntityRef, Any, Any]]:
    """Those that may differ, as they are in both."""
    for place in sorted(
        worlds.gold.find_touched_entities() | worlds.actual.find_touched_entities(),
        key=lambda place: (place[0], place[1] or ""),
    ):
        yield place, worlds.gold.read_entity(place), worlds.actual.read_entity(place)


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
