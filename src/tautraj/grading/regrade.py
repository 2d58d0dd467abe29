"""Computes rewards and labels again from the stored turns, without calling a provider.

The recorded verdict of a judge is reused. Not here: how a trajectory is graded (`grading.reward`).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.errors import EpisodeError, GradingError, StoreError, boundary
from tautraj.grading.explanation import explain, format_explanation
from tautraj.grading.reward import grade_trajectory, label_trajectory
from tautraj.llms import Ask, Reply
from tautraj.store import Store, index
from tautraj.store.discovery import RunDirectories, read_run
from tautraj.store.lock import exclusive_lock
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.trajectory import Grade, LlmCall, Record, Trajectory

REGRADE_FILE = "regrade.json"


class RegradeRequest(Record):
    """Options of the `regrade` command."""

    run: RunDirectories
    root: str
    data_dir: str | None
    """Benchmark data to grade with, like domain.data_dir; None: that of the run."""
    keep: bool
    """Write changed grades into the episodes; False: write only `regrade.json`."""
    explain: str | None
    """Id of an episode whose reward is to be explained instead of regrading the run; None: regrade."""


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
    """Episode id -> why it could not be regraded; such an episode stays unchanged."""


def regrade(store: Store, request: RegradeRequest) -> RegradeResult:
    """Grade every episode of a run directory again. Raises `StoreError`, `ConfigError`."""
    run = _read_run(store, request.data_dir)
    benchmark = open_benchmark(run.benchmark, run.domain)
    result = RegradeResult(0, [], {})
    with exclusive_lock(store):
        for trajectory in store.read_episodes():
            result = result._replace(episodes=result.episodes + 1)
            try:
                regraded = regrade_trajectory(trajectory, benchmark)
            except EpisodeError as error:
                result.broken[trajectory.id] = str(error)
                continue
            changes = list(find_changes(trajectory, regraded))
            result.changes.extend(changes)
            if request.keep and changes:
                store.write(regraded)
        _write_result(store, result, request.keep)
    return result


def explain_episode(stores: Sequence[Store], request: RegradeRequest) -> list[str]:
    """Explanation of an episode's reward as lines. Raises `StoreError`, `ConfigError`, `EpisodeError`."""
    store = next((store for store in stores if request.explain in store.list_ids()), stores[0])
    run = _read_run(store, request.data_dir)
    trajectory = store.read_episode(request.explain) if request.explain in store.list_ids() else None
    if trajectory is None:
        raise StoreError(
            f"{store.url} has no complete episode {request.explain}. The ids are the names of the files in episodes/"
        )
    lines = list(format_explanation(explain(trajectory, open_benchmark(run.benchmark, run.domain))))
    return [f"{trajectory.id}: reward {trajectory.reward}", *(lines or ["no difference from gold"])]


def regrade_trajectory(trajectory: Trajectory, benchmark: Benchmark) -> Trajectory:
    """The trajectory graded and labelled with the benchmark's current data and evaluator. Raises `GradingError`."""
    with boundary(GradingError, f"task {trajectory.task_id}, which this data does not have"):
        task = benchmark.get_task(trajectory.task_id)
    current = {
        "data_hash": benchmark.data_hash,
        "quarantine": benchmark.quarantine.get(trajectory.task_id),
        "privileged": task.privileged,
        "versions": {**trajectory.versions, "benchmark": benchmark.version},
    }
    return label_trajectory(
        grade_trajectory(trajectory.model_copy(update=current), benchmark, _replay_judge(trajectory.grade)), benchmark
    )


def find_changes(old: Trajectory, new: Trajectory) -> Iterator[Change]:
    """Changed fields in order of name, without gold values. Labels that are new as a whole are one change."""
    if old.labels is None and new.labels is not None:
        yield Change(old.id, "labels", None, new.labels.model_dump(mode="json"))
        new = new.model_copy(update={"labels": None})
    before, after = _flatten(old), _flatten(new)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Change(old.id, name, before.get(name), after.get(name))


def _flatten(trajectory: Trajectory) -> dict[str, Any]:
    """The fields that regrading may change, as dotted name -> value."""
    names = ("reward", "ungraded", "data_hash")
    fields: dict[str, Any] = {name: getattr(trajectory, name) for name in names}
    if trajectory.customer_faults is not None:
        fields["customer_faults"] = [fault.model_dump(mode="json") for fault in trajectory.customer_faults]
    if trajectory.grade:
        fields |= {f"components.{name}": value for name, value in trajectory.grade.components.items()}
    if trajectory.labels:
        fields |= {f"labels.{name}": value for name, value in trajectory.labels.model_dump(mode="json").items()}
    return fields


def _read_run(store: Store, data_dir: str | None) -> Run:
    run = read_run(store)
    if data_dir is None:
        return run
    return run.model_copy(update={"domain": run.domain.model_copy(update={"data_dir": data_dir})})


def _replay_judge(grade: Grade | None) -> Ask | None:
    """A judge that repeats the recorded verdict; None if there is none."""
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
