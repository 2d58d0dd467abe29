"""Rewards and labels found again, from the stored turns alone: no provider is called.

A judge's verdict is taken as it was recorded. Not here: how a trajectory is graded (`reward`).
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import Field

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.errors import EpisodeError, GradingError, StoreError, boundary
from tautraj.grading.explanation import explain, lines
from tautraj.grading.reward import judged, labelled
from tautraj.llms import Ask, Reply
from tautraj.metrics import metrics
from tautraj.store import Store, index
from tautraj.store.discovery import recorded_run
from tautraj.store.lock import held
from tautraj.trajectory import Grade, LlmCall, Record, Trajectory

REPORT = "regrade.json"


class Regrade(Record):
    """What the door is asked for."""

    run: str = Field(min_length=1)
    """The run directory, a path or URL."""
    data_dir: str | None
    """Benchmark data to grade with, as domain.data_dir; None: where the run says."""
    keep: bool
    """Write what was found into the episodes; else it stands in `regrade.json` alone."""
    explain: str | None
    """An episode's id: why its reward is what it is; nothing is graded again."""


class Change(NamedTuple):
    episode: str
    what: str
    """reward, ungraded, data_hash, components.db, labels.recovered, …"""
    old: Any
    new: Any


class Regraded(NamedTuple):
    episodes: int
    changes: list[Change]
    broken: dict[str, str]
    """Episode -> why it could not be graded again; it keeps what it has."""


def regrade(asked: Regrade) -> Regraded:
    """Grade every episode of a run directory again. Raises `StoreError`, `ConfigError`."""
    store = Store(asked.run)
    run = _run(store, asked.data_dir)
    benchmark = open_benchmark(run.benchmark, run.domain)
    found = Regraded(0, [], {})
    with held(store):
        for trajectory in store.episodes():
            found = found._replace(episodes=found.episodes + 1)
            try:
                again = regraded(trajectory, benchmark)
            except EpisodeError as error:
                found.broken[trajectory.id] = str(error)
                continue
            changes = list(changed(trajectory, again))
            found.changes.extend(changes)
            if asked.keep and changes:
                store.write(again)
        _write_down(store, found, asked.keep)
    return found


def explained(asked: Regrade) -> list[str]:
    """Why an episode's reward is what it is, line by line. Raises `StoreError`, `ConfigError`, `EpisodeError`."""
    store = Store(asked.run)
    run = _run(store, asked.data_dir)
    found = store.episode(asked.explain) if asked.explain in store.ids() else None
    if found is None:
        raise StoreError(
            f"{store.url} has no whole episode {asked.explain}: the files in episodes/ are named after theirs"
        )
    why = list(lines(explain(found, open_benchmark(run.benchmark, run.domain))))
    return [f"{found.id}: reward {found.reward}", *(why or ["nothing differs from gold"])]


def regraded(trajectory: Trajectory, benchmark: Benchmark) -> Trajectory:
    """The trajectory as the benchmark's present data and evaluator see it. Raises `GradingError`."""
    with boundary(GradingError, f"task {trajectory.task_id}, which this data does not have"):
        task = benchmark.task(trajectory.task_id)
    anew = {
        "data_hash": benchmark.data_hash,
        "quarantine": benchmark.quarantine.get(trajectory.task_id),
        "privileged": task.privileged,
        "versions": {**trajectory.versions, "benchmark": benchmark.version},
    }
    return labelled(judged(trajectory.model_copy(update=anew), benchmark, _as_judged(trajectory.grade)), benchmark)


def changed(old: Trajectory, new: Trajectory) -> Iterator[Change]:
    """What is not as it was, field by field; labels that it had none of before are one change. No gold."""
    if old.labels is None and new.labels is not None:
        yield Change(old.id, "labels", None, new.labels.model_dump(mode="json"))
        new = new.model_copy(update={"labels": None})
    before, after = _told(old), _told(new)
    for what in sorted({*before, *after}):
        if before.get(what) != after.get(what):
            yield Change(old.id, what, before.get(what), after.get(what))


def _told(trajectory: Trajectory) -> dict[str, Any]:
    """Numbers and facts, flat."""
    told = {"reward": trajectory.reward, "ungraded": trajectory.ungraded, "data_hash": trajectory.data_hash}
    if trajectory.grade:
        told |= {f"components.{name}": value for name, value in trajectory.grade.components.items()}
    if trajectory.labels:
        told |= {f"labels.{name}": value for name, value in trajectory.labels.model_dump(mode="json").items()}
    return told


def _run(store: Store, data_dir: str | None) -> Run:
    run = recorded_run(store)
    if data_dir is None:
        return run
    return run.model_copy(update={"domain": run.domain.model_copy(update={"data_dir": data_dir})})


def _as_judged(grade: Grade | None) -> Ask | None:
    """Answers as the judge did; None where nobody judged."""
    if grade is None or not grade.judged:
        return None
    results = [
        {"expectedOutcome": check.what, "metExpectation": check.met, "reasoning": check.why or ""}
        for check in grade.judged
    ]

    call = LlmCall(
        llm="recorded",
        tokens_in=0,
        tokens_out=0,
        tokens_cached=0,
        usd=0.0,
        started=0.0,
        seconds=0.0,
        retries=0,
        finish=None,
    )
    reply = Reply(json.dumps({"results": results}), (), None, {}, call)
    return lambda messages, tools=(): reply


def _write_down(store: Store, found: Regraded, keep: bool) -> None:
    changes = [change._asdict() for change in found.changes]
    store.write_json(REPORT, {"episodes": found.episodes, "changes": changes, "broken": found.broken, "kept": keep})
    if keep and found.changes:
        rows = index.rows(store)
        wasted = [usage for _, usages in store.failed_usage() for usage in usages.values()]
        store.write_json("metrics.json", metrics(rows, store.failures({row.id for row in rows}), wasted))
        index.keep(store, rows)
