"""The first pass of an export: opens run directories and scans every episode in them.

Not here: filters (`export.selection.filters`), rows (`export.output.rows`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.origins import TaskOrigin, read_origins
from tautraj.config import GOLD_ROUTES, PROGRAM_ROUTE
from tautraj.errors import StoreError, boundary
from tautraj.export.contamination.fingerprints import TaskFingerprint, compute_fingerprint
from tautraj.export.contamination.guard import load_guard
from tautraj.export.contamination.world_guard import find_world_refusal
from tautraj.export.request import ExportRequest
from tautraj.export.selection.candidates import Candidate, build_candidate
from tautraj.store import Store
from tautraj.store.discovery import read_run
from tautraj.trajectory import Labels, Trajectory


class Source(NamedTuple):
    """A run directory to export from, with its benchmark."""

    url: str
    """Credentials masked."""
    store: Store
    config: dict[str, Any]
    """The run's resolved configuration, secrets masked."""
    benchmark: Benchmark
    origins: Mapping[str, TaskOrigin]
    """Task id -> what its world says of it; empty unless the run played a synthetic world."""

    @property
    def name(self) -> str:
        """Of the run directory, which has the run's digest; nothing of the machine."""
        return self.url.rstrip("/").rpartition("/")[2]

    @property
    def has_short_results(self) -> bool:
        """Whether its agent was shown short answers of tools."""
        return bool(self.config["agent"].get("results") == "short")

    @property
    def is_gold_replay(self) -> bool:
        """Whether its model's seat replayed the tasks' gold actions."""
        return self.config["model"]["provider"]["route"] in GOLD_ROUTES

    @property
    def is_program(self) -> bool:
        """Whether a program that knows no gold actions had its model's seat."""
        return bool(self.config["model"]["provider"]["route"] == PROGRAM_ROUTE)

    def find_origin(self, trajectory: Trajectory) -> TaskOrigin | None:
        """What its world says of the task; None where it says nothing of the data that were played."""
        is_unchanged = trajectory.data_hash == self.benchmark.data_hash
        return self.origins.get(trajectory.task_id) if is_unchanged else None


def open_sources(urls: Iterable[str]) -> dict[str, Source]:
    """The sources by `url`, each once. Raises `StoreError` on what is no run directory."""
    sources: dict[str, Source] = {}
    for named in urls:
        store = Store(named.rstrip("/"))
        run = read_run(store)
        benchmark = open_benchmark(run.benchmark, run.domain)
        url = store.path if store.is_local else store.url
        tasks = read_origins(run.domain.data_dir) if run.domain.data_dir else {}
        sources[url] = Source(url, store, store.read_config(), benchmark, tasks)
    return sources


UNPROVED = "not proved by its world as it is now"

AGENT_NEVER_SPOKE = "the agent never spoke"


class ScannedEpisode(NamedTuple):
    """What the first pass keeps of a conversation."""

    candidate: Candidate
    fingerprint: TaskFingerprint | None
    """None without `validation`, which alone needs it."""
    refusal: str | None
    """The guard's reason, or that the agent never spoke; None: it may be exported."""


def scan(source: Source, request: ExportRequest) -> Iterator[ScannedEpisode]:
    """Scan every episode of a run directory."""
    # Trials of a task have equal fingerprints, and often equal labels: one object of each is kept.
    fingerprints: dict[TaskFingerprint, TaskFingerprint] = {}
    labels: dict[Labels | None, Labels | None] = {}
    with_sketch = request.choose.similar is not None
    for trajectory in source.store.read_episodes():
        with boundary(StoreError, f"{source.url}: {trajectory.id}"):
            origin = source.find_origin(trajectory)
            candidate = build_candidate(
                source.url,
                trajectory,
                source.benchmark.writing_tools,
                with_sketch=with_sketch,
                origin=origin,
            )
            candidate = candidate._replace(labels=labels.setdefault(candidate.labels, candidate.labels))
            if not _has_agent_turn(trajectory):
                yield ScannedEpisode(candidate, None, AGENT_NEVER_SPOKE)
            elif request.guard == "off" and not request.validation:
                yield ScannedEpisode(candidate, None, None)
            else:
                guard = load_guard(trajectory.domain, trajectory.benchmark if request.guard == "own" else None)
                fingerprint = compute_fingerprint(trajectory, source.benchmark)
                refusal = None
                if request.guard != "off":
                    refusal = guard.find_refusal(trajectory.split, fingerprint)
                    refusal = refusal or _find_world_refusal(source, candidate)
                if request.validation:
                    complete = guard.complete(fingerprint).model_copy(update={"scenario": ()})
                    yield ScannedEpisode(candidate, fingerprints.setdefault(complete, complete), refusal)
                else:
                    yield ScannedEpisode(candidate, None, refusal)


def _find_world_refusal(source: Source, candidate: Candidate) -> str | None:
    if source.origins and candidate.origin is None:
        return UNPROVED
    return find_world_refusal(source.benchmark, candidate.task_id)


def _has_agent_turn(trajectory: Trajectory) -> bool:
    own = (turn for turn in trajectory.turns if turn.seat == "model" and not turn.given)
    return any(turn.kind in ("message", "tool_call") for turn in own)
