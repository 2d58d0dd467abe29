"""Where an export comes from: run directories, each with its run and its benchmark, each once.

Not here: their conversations (`walk`).
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.errors import StoreError, boundary
from tautraj.export.contamination.fingerprints import TaskFingerprint, compute_fingerprint
from tautraj.export.contamination.guard import load_guard
from tautraj.export.request import ExportRequest
from tautraj.export.selection.candidates import Candidate, build_candidate
from tautraj.store import Store
from tautraj.store.discovery import read_run
from tautraj.trajectory import Labels, Trajectory


class Source(NamedTuple):
    url: str
    """As it may be shown: without the credentials in it."""
    store: Store
    config: dict[str, Any]
    """The run's resolved tree, keys masked."""
    benchmark: Benchmark


def open_sources(urls: Iterable[str]) -> dict[str, Source]:
    """By `url`. Raises `StoreError` on what is no run directory."""
    found: dict[str, Source] = {}
    for url in urls:
        store = Store(url.rstrip("/"))
        run = read_run(store)
        benchmark = open_benchmark(run.benchmark, run.domain)
        shown = store.path if store.is_local else store.url
        found[shown] = Source(shown, store, store.read_config(), benchmark)
    return found


AGENT_NEVER_SPOKE = "the agent never spoke"


class ScannedEpisode(NamedTuple):
    """What is kept of a conversation."""

    candidate: Candidate
    fingerprint: TaskFingerprint | None
    """None where nobody asks: without validation."""
    refusal: str | None
    """By the guard, or because there is nothing of the agent's in it."""


def scan(source: Source, request: ExportRequest) -> Iterator[ScannedEpisode]:
    """Everything in a run directory that is whole."""
    traces: dict[
        TaskFingerprint, TaskFingerprint
    ] = {}  # trials of a task leave the same one, and are labelled alike: kept once
    labels: dict[Labels | None, Labels | None] = {}
    compared = request.choose.similar is not None
    for trajectory in source.store.read_episodes():
        with boundary(StoreError, f"{source.url}: {trajectory.id}"):
            one = build_candidate(source.url, trajectory, source.benchmark.writing_tools, with_sketch=compared)
            one = one._replace(labels=labels.setdefault(one.labels, one.labels))
            if not _has_agent_turn(trajectory):
                yield ScannedEpisode(one, None, AGENT_NEVER_SPOKE)
            elif request.guard == "off" and not request.validation:
                yield ScannedEpisode(one, None, None)
            else:
                whose = trajectory.benchmark if request.guard == "own" else None
                guard, found = load_guard(trajectory.domain, whose), compute_fingerprint(trajectory, source.benchmark)
                refused = guard.find_refusal(trajectory.split, found) if request.guard != "off" else None
                whole = guard.complete(found).model_copy(update={"scenario": ()}) if request.validation else None
                yield ScannedEpisode(one, traces.setdefault(whole, whole) if whole else None, refused)


def _has_agent_turn(trajectory: Trajectory) -> bool:
    own = (turn for turn in trajectory.turns if turn.seat == "model" and not turn.given)
    return any(turn.kind in ("message", "tool_call") for turn in own)
