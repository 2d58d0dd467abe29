"""A database that is shared and copied where touched: the benchmark's own answers and hashes, and it stays as it was.

Held against the stock worlds, which are hashed by the benchmarks' own functions. Every task of the classic against
its package: `test_tau_bench_grading`.
"""

import functools
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tau2.registry import registry
from tau2.utils import get_dict_hash

from tautraj import process_env
from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.overlay import Overlay
from tautraj.config import BenchmarkConfig, Domain, WorldKind
from tautraj.trajectory import ToolCall

DOMAINS = {"retail": 114, "airline": 50, "mock": 10, "telecom": 114}
SEQUENCES = {
    ("tau2", "retail"): 20,
    ("tau2", "airline"): 8,
    ("tau_bench", "retail"): 12,
    ("tau_bench", "airline"): 6,
}
"""Random ones: a stock world takes from 0.1 s to 0.5 s."""


@pytest.fixture(scope="module", autouse=True)
def _settled() -> None:
    process_env.freeze_gc()


@functools.cache
def opened(domain: str, world: WorldKind, name: Any = "tau2") -> Any:
    if name == "tau_bench":
        pytest.importorskip("tau_bench", reason="the package tau_bench is not installed; docs/benchmarks.md says how")
    return open_benchmark(BenchmarkConfig(name=name, world=world), Domain(name=domain, data_dir=None))


def both(domain: str, task_id: str, name: str = "tau2") -> list[Any]:
    """The task's world, shared and stock."""
    return [
        one.build_world(one.get_task(task_id))
        for one in (opened(domain, kind, name) for kind in ("overlay", "stock"))
    ]


def hashes(world: Any) -> tuple[str | None, str | None]:
    environment = world._environment
    if hasattr(environment, "get_db_hash"):
        return environment.get_db_hash(), environment.get_user_db_hash()
    return environment.get_data_hash(), None


def whole(domain: str, world: WorldKind, name: str = "tau2") -> list[str]:
    """The benchmark's own hash of all that a new world holds, nothing of it remembered."""
    if name == "tau_bench":
        from tau_bench.envs.base import consistent_hash, to_hashable

        return [consistent_hash(to_hashable(opened(domain, world, name)._shared.build_database()))]
    fresh = registry.get_env_constructor(f"{domain} ({world})")()
    kits = [kit for kit in (fresh.tools, fresh.user_tools) if kit is not None]
    return [get_dict_hash(kit.db.model_dump()) for kit in kits]


def call(name: str, arguments: dict[str, Any]) -> ToolCall:
    return ToolCall(id="x", name=name, arguments=arguments)


def answers_of_both(worlds: list[Any], name: str, arguments: dict[str, Any], seat: Any = "model") -> Any:
    ours, theirs = (world.call(call(name, json.loads(json.dumps(arguments))), seat) for world in worlds)
    assert ours == theirs, (name, arguments)
    return ours


@pytest.mark.parametrize("every", [16, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("domain", "known"), DOMAINS.items())
def test_official_tasks_go_the_same_way(domain: str, known: int, every: int) -> None:
    """`make test-slow`: all of them."""
    task_ids = opened(domain, "overlay").list_task_ids("base")
    assert len(task_ids) >= known - 1
    for task_id in task_ids[::every]:
        worlds = both(domain, task_id)
        for gold in opened(domain, "overlay").get_task(task_id).privileged.gold_actions:
            seat = "user" if gold["requestor"] == "user" else "model"
            answers_of_both(worlds, gold["name"], gold["arguments"], seat)
        ours, theirs = map(hashes, worlds)
        assert ours == theirs, task_id
    assert whole(domain, "overlay") == whole(domain, "stock"), "the shared database was changed"


@pytest.mark.parametrize(("name", "domain"), SEQUENCES)
def test_any_sequence_of_calls_goes_the_same_way(name: str, domain: str) -> None:
    """Gold calls of all tasks mixed, half of them with an argument of another call: most orders were never meant."""
    chance, sequences = random.Random(domain), SEQUENCES[name, domain]
    benchmark = opened(domain, "overlay", name)
    task_ids = benchmark.list_task_ids("base" if name == "tau2" else "test")
    golds = [gold for task_id in task_ids for gold in benchmark.get_task(task_id).privileged.gold_actions]
    said = {key: [gold["arguments"][key] for gold in golds if key in gold["arguments"]] for key in ids_in(golds)}
    used: set[str] = set()
    writes = {tool: [gold for gold in golds if gold["name"] == tool] for tool in sorted(benchmark.writing_tools)}
    turns = iter(sorted(writes) * sequences)  # each of them as the first call of some sequence, when it still works
    for _ in range(sequences):
        worlds = both(domain, task_ids[0], name)
        first = [chance.choice(writes[tool])] if writes[tool := next(turns)] else []
        for gold in [*first, *chance.choices(golds, k=20)]:
            arguments = dict(gold["arguments"])
            if gold not in first and arguments and chance.random() < 0.5:
                key = chance.choice(sorted(arguments))
                arguments[key] = chance.choice(said[key])
            answer = answers_of_both(worlds, gold["name"], arguments)
            used |= {gold["name"]} if not answer.error else set()
        ours, theirs = map(hashes, worlds)
        assert ours == theirs
    assert whole(domain, "overlay", name) == whole(domain, "stock", name), "the shared database was changed"
    assert {tool for tool, known in writes.items() if known} <= used


def ids_in(golds: list[Any]) -> set[str]:
    return {key for gold in golds for key in gold["arguments"]}


def test_a_task_with_a_database_of_its_own_is_hashed_as_tau2_does() -> None:
    """`update_db` replaces all of it, and with it what was shared."""
    ours, theirs = both("retail", "0")
    order = next(iter(ours._environment.tools.db.orders))
    for world in (ours, theirs):
        world._environment.tools.update_db({"orders": {order: {"status": "cancelled"}}})
    assert hashes(ours) == hashes(theirs)
    assert whole("retail", "overlay") == whole("retail", "stock")


KEYS = st.sampled_from("abcdef")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), KEYS, st.integers()),
        st.tuples(st.just("put"), KEYS, st.integers()),
        st.tuples(
            st.sampled_from(["get", "pop", "del", "setdefault", "in", "popitem", "clear", "len", "walk"]), KEYS
        ),
    )
)


def carried_out(entities: Any, steps: list[Any]) -> Iterator[Any]:
    """What each step gives, by its words; a refusal is what is raised."""
    for kind, key, *rest in steps:
        try:
            if kind == "append":
                entities[key].append(rest[0])
            elif kind == "put":
                entities.update({key: [rest[0]]})
            elif kind == "del":
                del entities[key]
            elif kind == "walk":
                yield repr((list(entities.items()), list(entities), list(entities.values())))
            else:
                given = {"get": (key,), "pop": (key,), "setdefault": (key, [0]), "in": (key,)}.get(kind, ())
                yield repr(getattr(entities, {"in": "__contains__", "len": "__len__"}.get(kind, kind))(*given))
        except KeyError as error:
            yield repr(error)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, st.lists(st.integers(), max_size=2)), STEPS)
def test_it_is_a_dict_whose_entities_are_ones_own(shared: dict[str, list[int]], steps: list[Any]) -> None:
    before = repr(shared)
    ours, theirs = Overlay(shared, lambda key: list(shared[key])), json.loads(json.dumps(shared))
    assert list(carried_out(ours, steps)) == list(carried_out(theirs, steps))
    assert dict(ours) == theirs
    assert repr(shared) == before
