"""Where an export comes from: run directories, each with its run and its benchmark, each once.

Not here: their conversations (`walk`).
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.errors import StoreError, boundary
from tautraj.export.contamination.fingerprints import Trace, trace
from tautraj.export.contamination.guard import guard_of
from tautraj.export.request import Export
from tautraj.export.selection.candidates import Candidate, candidate
from tautraj.store import Store
from tautraj.store.discovery import recorded_run
from tautraj.trajectory import Labels, Trajectory


class Source(NamedTuple):
    url: str
    """As it may be shown: without the credentials in it."""
    store: Store
    config: dict[str, Any]
    """The run's resolved tree, keys masked."""
    benchmark: Benchmark


def sources(urls: Iterable[str]) -> dict[str, Source]:
    """By `url`. Raises `StoreError` on what is no run directory."""
    found: dict[str, Source] = {}
    for url in urls:
        store = Store(url.rstrip("/"))
        run = recorded_run(store)
        benchmark = open_benchmark(run.benchmark, run.domain)
        shown = store.path if store.local else store.url
        found[shown] = Source(shown, store, store.config(), benchmark)
    return found


SILENT = "the agent never spoke"


class Known(NamedTuple):
    """What is kept of a conversation."""

    candidate: Candidate
    trace: Trace | None
    """None where nobody asks: without validation."""
    refused: str | None
    """By the guard, or because there is nothing of the agent's in it."""


def walk(source: Source, asked: Export) -> Iterator[Known]:
    """Everything in a run directory that is whole."""
    traces: dict[Trace, Trace] = {}  # trials of a task leave the same one, and are labelled alike: kept once
    labels: dict[Labels | None, Labels | None] = {}
    compared = asked.choose.similar is not None
    for trajectory in source.store.episodes():
        with boundary(StoreError, f"{source.url}: {trajectory.id}"):
            one = candidate(source.url, trajectory, source.benchmark.writing_tools, sketched=compared)
            one = one._replace(labels=labels.setdefault(one.labels, one.labels))
            if not _spoke(trajectory):
                yield Known(one, None, SILENT)
            elif asked.guard == "off" and not asked.validation:
                yield Known(one, None, None)
            else:
                whose = trajectory.benchmark if asked.guard == "own" else None
                guard, found = guard_of(trajectory.domain, whose), trace(trajectory, source.benchmark)
                refused = guard.refuses(trajectory.split, found) if asked.guard != "off" else None
                whole = guard.completed(found).model_copy(update={"scenario": ()}) if asked.validation else None
                yield Known(one, traces.setdefault(whole, whole) if whole else None, refused)


def _spoke(trajectory: Trajectory) -> bool:
    own = (turn for turn in trajectory.turns if turn.seat == "model" and not turn.given)
    return any(turn.kind in ("message", "tool_call") for turn in own)
