"""What MLflow's pages compare cells by: parameters, pass^k over k, a note, a saved view of an experiment's runs."""

import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from support.records import trajectory
from support.tracked_runs import Directory, composed, view

from tautraj.store import Store
from tautraj.tracking.backfill import backfill
from tautraj.tracking.experiment_page import build_view_path
from tautraj.tracking.run_fields import build_offline_tags, select_metrics

pytestmark = pytest.mark.xdist_group("track")


def attempts(rewards: dict[str, list[float]]) -> list[Any]:
    return [
        trajectory(id=f"{task}-t{trial}-0", task_id=task, trial=trial, reward=reward)
        for task, found in rewards.items()
        for trial, reward in enumerate(found)
    ]


@pytest.fixture
def twice(directory: Directory) -> Store:
    """Two tasks, two trials: pass^1 is 3/4, pass^2 1/2."""
    return directory(*attempts({"1": [1.0, 1.0], "2": [1.0, 0.0]}), traces="none")


def drawn(store: Store) -> list[tuple[int, float]]:
    run, client = view(store)
    return [(point.step, point.value) for point in client.get_metric_history(run.info.run_id, "pass_hat_k")]


def test_pass_hat_k_is_drawn_over_k_and_once(twice: Store) -> None:
    for _ in range(2):
        backfill(twice, None)
    assert drawn(twice) == [(1, 0.75), (2, 0.5)]
    for one in attempts({"1": [1.0, 1.0, 1.0], "2": [1.0, 0.0, 1.0]}):
        twice.write(one)
    backfill(twice, None)
    assert sorted(drawn(twice)[2:]) == [(1, pytest.approx(5 / 6)), (2, pytest.approx(2 / 3)), (3, 0.5)]


def test_numbers_are_bars(twice: Store) -> None:
    """MLflow draws a curve of whatever has another step than 0."""
    backfill(twice, None)
    run, client = view(twice)
    assert {point.step for point in client.get_metric_history(run.info.run_id, "success_rate")} == {0}
    assert run.data.metrics["pass_hat_2"] == 0.5


@pytest.mark.parametrize(
    ("routes", "tags"),
    [
        (["offline"], ["oracle"]),
        (["rehearsed"], ["oracle"]),
        (["program"], ["program"]),
        (["openai", "program", "offline"], ["oracle", "program"]),
        (["openai", "hosted_vllm"], []),
    ],
    ids=str,
)
def test_what_is_no_model_has_its_tag(routes: list[str], tags: list[str]) -> None:
    found = build_offline_tags(routes)
    assert sorted(found) == tags
    assert all(value.endswith("not a model's result") for value in found.values())


def test_what_says_the_same_twice_is_left_out() -> None:
    numbers = {"tasks": 4.0, "pass_hat_1": 0.5, "pass_hat_1_tasks": 4.0, "pass_hat_2": 0.3, "success_rate": 0.5}
    assert list(select_metrics(numbers)) == ["success_rate", "tasks", "pass_hat_2"]


def test_what_one_compares_by_has_a_short_name(twice: Store) -> None:
    backfill(twice, None)
    run, _ = view(twice)
    short = {"model": "oracle", "agent": "oracle", "user": "scripted", "user_strategy": "scripted"}
    short |= {"benchmark": "tau2", "domain": "mock", "split": "base", "trials": "1"}
    assert run.data.params.items() >= short.items()
    assert run.data.params["limits.turns"] == "100"


def test_a_run_says_first_what_came_of_it(twice: Store) -> None:
    backfill(twice, None)
    note = view(twice)[0].data.tags["mlflow.note.content"]
    assert "model **oracle**" in note
    assert re.search(r"Success \*\*75\.0%\*\* \[.+\] of 4, pass\^2 0\.500, .+ USD\n", note)
    assert note.endswith(f"run directory: {twice.url}")


def test_an_experiment_opens_with_a_view_that_compares(twice: Store) -> None:
    backfill(twice, None)
    run, client = view(twice)
    key = run.info.experiment_id
    tags = client.get_experiment(key).tags
    assert build_view_path(key).removeprefix("/") in tags["mlflow.note.content"]
    state = shared(tags)
    assert "metrics.`success_rate`" in state["selectedColumns"]
    assert "params.`user_strategy`" in state["selectedColumns"]
    charts = {chart.get("metricKey"): chart["type"] for chart in state["compareRunCharts"]}
    assert charts.items() >= {"success_rate": "BAR", "pass_hat_k": "LINE"}.items()
    assert max(map(len, tags.values())) < 5000, "no longer than MLflow takes"


def shared(tags: dict[str, str]) -> Any:
    packed = json.loads(tags["mlflow.sharedViewState.cells"])["state"]
    return json.loads(zlib.decompress(base64.b64decode(packed.removeprefix("deflate;"))))


def test_what_people_wrote_of_an_experiment_stays(twice: Store) -> None:
    backfill(twice, None)
    run, client = view(twice)
    client.set_experiment_tag(run.info.experiment_id, "mlflow.note.content", "Ours.")
    backfill(twice, None)
    assert client.get_experiment(run.info.experiment_id).tags["mlflow.note.content"] == "Ours."


def test_traces_of_a_run_that_asked_for_none(tmp_path: Path) -> None:
    plan = composed(tmp_path / "outputs", "tracking.traces=none")
    plan.store.write(trajectory())
    for traces, n in ((None, 0), ("all", 1)):
        backfill(plan.store, None, traces)
        run, client = view(plan.store)
        assert len(client.search_traces(locations=[run.info.experiment_id])) == n
