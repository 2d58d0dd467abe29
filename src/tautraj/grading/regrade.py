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
from tautraj.grading.explanation import explain, format_explanation
from tautraj.grading.reward import grade_trajectory, label_trajectory
from tautraj.llms import Ask, Reply
from tautraj.store import Store, index
from tautraj.store.discovery import read_run
from tautraj.store.lock import exclusive_lock
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.trajectory import Grade, LlmCall, Record, Trajectory

REGRADE_FILE = "regrade.json"


class RegradeRequest(Record):
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


class RegradeResult(NamedTuple):
    episodes: int
    changes: list[Change]
    broken: dict[str, str]
    """Episode -> why it could not be graded again; it keeps what it has."""


def regrade(request: RegradeRequest) -> RegradeResult:
    """Grade every episode of a run directory again. Raises `StoreError`, `ConfigError`."""
    store = Store(request.run)
    run = _read_run(store, request.data_dir)
    benchmark = open_benchmark(run.benchmark, run.domain)
    found = RegradeResult(0, [], {})
    with exclusive_lock(store):
        for trajectory in store.read_episodes():
            found = found._replace(episodes=found.episodes + 1)
            try:
                again = regrade_trajectory(trajectory, benchmark)
            except EpisodeError as error:
                found.broken[trajectory.id] = str(error)
                continue
            changes = list(find_changes(trajectory, again))
            found.changes.extend(changes)
            if request.keep and changes:
                store.write(again)
        _write_result(store, found, request.keep)
    return found


def explain_episode(request: RegradeRequest) -> list[str]:
    """Why an episode's reward is what it is, line by line. Raises `StoreError`, `ConfigError`, `EpisodeError`."""
    store = Store(request.run)
    run = _read_run(store, request.data_dir)
    found = store.read_episode(request.explain) if request.explain in store.list_ids() else None
    if found is None:
        raise StoreError(
            f"{store.url} has no whole episode {request.explain}: the files in episodes/ are named after theirs"
        )
    why = list(format_explanation(explain(found, open_benchmark(run.benchmark, run.domain))))
    return [f"{found.id}: reward {found.reward}", *(why or ["nothing differs from gold"])]


def regrade_trajectory(trajectory: Trajectory, benchmark: Benchmark) -> Trajectory:
    """The trajectory as the benchmark's present data and evaluator see it. Raises `GradingError`."""
    with boundary(GradingError, f"task {trajectory.task_id}, which this data does not have"):
        task = benchmark.get_task(trajectory.task_id)
    anew = {
        "data_hash": benchmark.data_hash,
        "quarantine": benchmark.quarantine.get(trajectory.task_id),
        "privileged": task.privileged,
        "versions": {**trajectory.versions, "benchmark": benchmark.version},
    }
    return label_trajectory(
        grade_trajectory(trajectory.model_copy(update=anew), benchmark, _replay_judge(trajectory.grade)), benchmark
    )


def find_changes(old: Trajectory, new: Trajectory) -> Iterator[Change]:
    """What is not as it was, field by field; labels that it had none of before are one change. No gold."""
    if old.labels is None and new.labels is not None:
        yield Change(old.id, "labels", None, new.labels.model_dump(mode="json"))
        new = new.model_copy(update={"labels": None})
    before, after = _flatten(old), _flatten(new)
    for what in sorted({*before, *after}):
        if before.get(what) != after.get(what):
            yield Change(old.id, what, before.get(what), after.get(what))


def _flatten(trajectory: Trajectory) -> dict[str, Any]:
    """Numbers and facts, flat."""
    told = {"reward": trajectory.reward, "ungraded": trajectory.ungraded, "data_hash": trajectory.data_hash}
    if trajectory.grade:
        told |= {f"components.{name}": value for name, value in trajectory.grade.components.items()}
    if trajectory.labels:
        told |= {f"labels.{name}": value for name, value in trajectory.labels.model_dump(mode="json").items()}
    return told


def _read_run(store: Store, data_dir: str | None) -> Run:
    run = read_run(store)
    if data_dir is None:
        return run
    return run.model_copy(update={"domain": run.domain.model_copy(update={"data_dir": data_dir})})


def _replay_judge(grade: Grade | None) -> Ask | None:
    """Answers as the judge did; None where nobody judged."""
    if grade is None or not grade.judged:
        return None
    results = [
        {"expectedOutcome": check.what, "metExpectation": check.met, "reasoning": check.why or ""}
        for check in grade.judged
    ]

    reply = Reply(json.dumps({"results": results}), (), None, {}, LlmCall.free("recorded", started=0.0))
    return lambda messages, tools=(): reply


def _write_result(store: Store, result: RegradeResult, keep: bool) -> None:
    changes = [change._asdict() for change in result.changes]
    store.write_json(
        REGRADE_FILE, {"episodes": result.episodes, "changes": changes, "broken": result.broken, "kept": keep}
    )
    if keep and result.changes:
        rows = index.read_rows(store)
        store.write_json("metrics.json", compute_run_metrics(store, rows))
        index.save_index(store, rows)
