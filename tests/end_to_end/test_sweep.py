"""A grid through the front door, over HTTP: its cells in one flow, its matrix, its end and how it goes on.

Not here: what a grid may be and how its numbers are formed (`test_matrix`).
"""

import csv
import json
import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from support.cli import Generate, over_http, played
from support.provider.replay import Replay
from support.provider.server import Answer, ChatRequest, Fault, Provider
from support.running_process import IDS, MOCK, Slow, Under, played_offline, wait_until

from tautraj.config import Run
from tautraj.runs.plan import plan_run
from tautraj.runs.startup import serve_all
from tautraj.store import Store
from tautraj.trajectory import Trajectory
from tautraj.users.reply_check import CHECK_PROMPT

pytestmark = pytest.mark.xdist_group("sweep")  # its Prefect server

STRONG, WEAK = "gpt-4o", "gpt-4o-mini"
MODELS = f"grid.model.name=[{STRONG},{WEAK}]"
STRATEGIES = "grid.user_strategy=[llm,verify]"


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run]) -> list[Trajectory]:
    return played_offline(run_of)


class Unlike:
    """Plays as recorded, but the weak model gives the task another title; checks of customers pass."""

    def __init__(self, recorded: list[Trajectory]) -> None:
        self._replay = Replay(recorded)

    def __call__(self, request: ChatRequest) -> Answer:
        if request.messages[-1].text.startswith(CHECK_PROMPT.partition("{")[0]):
            return Answer("yes")
        answer = self._replay(request)
        if request.model == WEAK and answer.tool_calls and answer.tool_calls[0][0] == "create_task":
            return Answer(None, (("create_task", {"user_id": "user_1", "title": "Another"}),))
        return answer


def cells(outputs: Path) -> dict[str, Store]:
    """Run directories by name."""
    return {path.parent.name: Store(str(path.parent)) for path in sorted(outputs.glob("*/*/run.yaml"))}


def folder(outputs: Path) -> Path:
    """The sweep's own."""
    [found] = outputs.glob("*/sweep-*")
    return found


def test_a_grid_is_played_once_in_one_flow(
    sweep: Generate, generate: Generate, recorded: list[Trajectory], server: str, tmp_path: Path
) -> None:
    with Provider(Unlike(recorded)) as provider:
        seats = [*over_http(provider, "gpt4o"), "domain=mock", "split=base", IDS, "trials=2"]
        done = sweep(*seats, MODELS, STRATEGIES)
        assert done.code == 0, done.err
        found = cells(tmp_path / "outputs")
        assert len(found) == 4
        for store in found.values():
            rewards = played(store)
            assert len(rewards) == 4
            weak = store.read_config()["model"]["name"] == WEAK
            assert {task: rewards[(task, 0)] for task in ("create_task_1", "update_task_1")} == {
                "create_task_1": 0.0 if weak else 1.0,
                "update_task_1": 1.0,
            }
        check_matrix(folder(tmp_path / "outputs"), found)
        check_prefect(server, folder(tmp_path / "outputs").name)
        check_mlflow(tmp_path, found)
        check_shown(done.out)

        asked = len(provider.requests)
        again = sweep(*seats, MODELS, STRATEGIES)
        assert (again.code, "is complete: every episode" in again.err) == (0, True)
        check_shown(again.out)
        by_the_other_door = generate(*seats, f"model.name={WEAK}", "user_strategy=verify")
        assert "is complete: every episode" in by_the_other_door.err
        assert len(provider.requests) == asked


def check_matrix(place: Path, found: dict[str, Store]) -> None:
    """Beside the cells: what they came to by their own metrics.json, and what each axis explains."""
    assert {path.name for path in place.iterdir() if path.is_file()} == {
        "matrix.csv",
        "matrix.json",
        "mlflow.json",
        "report.html",
        "sweep.yaml",
    }
    matrix = json.loads((place / "matrix.json").read_text())
    assert [one["cell"] for one in matrix["cells"]] == [
        one["cell"] for one in csv.DictReader((place / "matrix.csv").open())
    ]
    assert {one["cell"] for one in matrix["cells"]} == set(found)
    for one in matrix["cells"]:
        numbers = found[one["cell"]].read_json("metrics.json")
        for name in ("episodes", "success_rate", "success_rate_low", "pass_hat_1", "pass_hat_2", "turns_mean"):
            assert one[name] == numbers[name]
        assert one["spent_usd"] == numbers["spent_usd"] > 0
        assert one["success_rate"] == (0.5 if one["agent_llm"] == WEAK else 1.0)
    [explained] = matrix["variance"]
    assert (explained["axes"], explained["tasks"]) == (["model.name", "user_strategy"], 2)
    # the strong model 1 and 1, the weak one 0 and 1: SS_total 1.5, of which the model and the task take a third each
    assert [explained[name] for name in ("first", "second", "interaction", "task", "residual")] == pytest.approx(
        [1 / 3, 0, 0, 1 / 3, 1 / 3]
    )
    noted = yaml.safe_load((place / "sweep.yaml").read_text())
    assert noted["axes"] == {"model.name": [STRONG, WEAK], "user_strategy": ["llm", "verify"]}
    assert any(word == "model=gpt4o" for word in noted["overrides"])


def check_prefect(api: str, name: str) -> None:
    """One flow run, tasks named after cell, task and trial, the matrix as a table."""
    title = name.replace("sweep-", "sweep-default-")
    asked = {"flow_runs": {"name": {"any_": [title]}}}
    [mine] = httpx.post(f"{api}/flow_runs/filter", json=asked).json()
    assert mine["state_type"] == "COMPLETED"
    assert {"default", f"model:{WEAK}"} <= set(mine["tags"])
    names = [task["name"] for task in httpx.post(f"{api}/task_runs/filter", json=asked).json()]
    assert len(names) == len(set(names)) == 16
    assert f"model.name={WEAK} user_strategy=verify · create_task_1 trial 1" in names
    artifacts = httpx.post(f"{api}/artifacts/filter", json=asked).json()
    [table] = [one for one in artifacts if one["type"] == "table"]
    assert len(json.loads(table["data"])) == 4


def check_mlflow(place: Path, found: dict[str, Store]) -> None:
    """The sweep is the parent of its cells' runs, and has the matrix and its plots."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{place}/outputs/mlflow.db")
    [experiment] = [e for e in client.search_experiments() if e.name != "Default"]
    runs = client.search_runs([experiment.experiment_id])
    [parent] = [run for run in runs if run.info.run_name.startswith("sweep-")]
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert {run.info.run_name for run in children} == set(found)
    assert len(runs) == 5
    assert {run.info.status for run in runs} == {"FINISHED"}
    assert parent.data.metrics["episodes"] == 16
    assert parent.data.metrics["variance/model.name and user_strategy/model.name"] == pytest.approx(1 / 3)
    artifacts = {artifact.path for artifact in client.list_artifacts(parent.info.run_id)}
    assert artifacts == {"cells.json", "matrix.json", "pass_hat_k.png", "report.html", "success_by_cell.png"}
    assert {store.read_json("mlflow.json")["parent"] for store in found.values()} == {parent.info.run_id}


def check_shown(out: str) -> None:
    assert "variance of the reward over 2 tasks graded in every cell: model.name 33.3%" in out
    assert out.count("50.0%") == 2
    assert "sweep directory:" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["experiment=strategies", "model=gpt4o"], ["user_strategy=llm: ", "user_strategy=react: "]),
        (["grid.agent=[act,zz]", "model=gpt4o"], ["agent=zz: agent=zz does not exist. agent is one of: "]),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    words: list[str], said: list[str], sweep: Generate, tmp_path: Path
) -> None:
    done = sweep(*words)
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "outputs").exists()
    assert all(line.startswith("error: ") for line in done.err.splitlines())
    assert all(f"error: {start}" in done.err for start in said)


def test_a_cell_that_its_benchmark_refuses_keeps_all_from_starting(sweep: Generate, tmp_path: Path) -> None:
    done = sweep("grid.domain=[mock,retail]", "split=base", "tasks.ids=[create_task_1]", "tracking=none")
    assert done.code == 2
    assert "domain=retail: tasks.ids: create_task_1 not in retail split=base" in done.err
    assert not (tmp_path / "outputs").exists()


def test_generate_refuses_a_grid_in_one_line(generate: Generate, tmp_path: Path) -> None:
    for words in (["experiment=strategies"], ["grid.agent=[act,react]"]):
        done = generate(*words, "model=gpt4o", "user=gpt4o")
        assert (done.code, done.out) == (2, "")
        (line,) = done.err.splitlines()
        assert "python flows/sweep.py experiment=" in line
    assert not (tmp_path / "outputs").exists()


def test_a_dry_run_shows_the_grid_and_calls_nobody(
    sweep: Generate, recorded: list[Trajectory], tmp_path: Path
) -> None:
    with Provider(Replay(recorded)) as provider:
        seats = [*over_http(provider, "gpt4o"), *MOCK, IDS]
        done = sweep(*seats, MODELS, STRATEGIES, "dry_run=true", COLUMNS="200")
        assert done.code == 0, done.err
        assert not provider.requests
    assert not (tmp_path / "outputs").exists()
    assert done.out.count("2 of 2") == 4
    assert "8 of 8" in done.out
    assert "episodes to play" in done.out and "owed" not in done.out
    assert "estimated from: a guess" in done.out


@pytest.mark.slow
def test_cells_share_one_budget(sweep: Generate, recorded: list[Trajectory], tmp_path: Path) -> None:
    with Provider(Replay(recorded)) as provider:
        seats = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=20", "runner.workers=4"]
        done = sweep(*seats, "grid.seed=[1,2]", "budget.usd=0.03")
    assert done.code == 0, done.err
    assert done.err.count("budget.usd=0.03:") == 1
    numbers = [store.read_json("metrics.json") for store in cells(tmp_path / "outputs").values()]
    spent, episodes = (sum(one[name] for one in numbers) for name in ("spent_usd", "episodes"))
    each = spent / episodes
    assert 0.03 - each * 6 <= spent <= 0.03 + each * 4
    first, second = (one["episodes"] for one in numbers)
    assert abs(first - second) <= 1, "they take turns"


@pytest.mark.slow
def test_killed_and_interrupted_it_goes_on(
    sweep: Generate, environ: dict[str, str], recorded: list[Trajectory], tmp_path: Path
) -> None:
    def done() -> int:
        return len(list(tmp_path.glob("outputs/*/*/episodes/*.json")))

    with Provider(Slow(recorded, 0.1)) as provider:
        words = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=8", "runner.workers=4", "grid.seed=[1,2,3]"]
        killed = Under(words, tmp_path, environ, "sweep", cold=True)
        wait_until(lambda: done() >= 5, killed.process)
        killed.process.kill()
        killed.end()
        before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("outputs/*/*/episodes/*.json")}
        interrupted = Under(words, tmp_path, environ, "sweep")
        wait_until(lambda: done() >= len(before) + 5, interrupted.process)
        interrupted.interrupt(signal.SIGINT)
        code, said = interrupted.end()
        assert code == 130, said
        assert said.count("error: SIGINT: no new episodes were begun. The same command plays the rest.") == 1
        assert "Traceback" not in said
        matrix = json.loads((folder(tmp_path / "outputs") / "matrix.json").read_text())
        assert 0 < sum(one["owed"] for one in matrix["cells"]) == 48 - done()
        last = sweep(*words)
        assert last.code == 0, last.err
    assert all(path.stat().st_mtime_ns == written for path, written in before.items()), "played again"
    found = cells(tmp_path / "outputs")
    assert len(found) == 3
    assert all(len(played(store)) == 16 for store in found.values())


def test_a_cell_that_gives_up_stops_no_other(sweep: Generate, recorded: list[Trajectory], tmp_path: Path) -> None:
    def refuse(request: ChatRequest) -> Fault | None:
        asked = request.model == WEAK and request.messages[-1].text != "Reply with: ok"
        return Fault("status", 401, message="revoked") if asked else None

    with Provider(Replay(recorded), refuse) as provider:
        words = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=10", "runner.workers=4"]
        done = sweep(*words, MODELS, "runner.give_up_after=2")
    assert done.code == 2
    (line,) = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert line.startswith(f"error: model.name={WEAK}: ")
    assert "in a row failed, the last: AuthenticationFailed" in line
    done_by = {
        store.read_config()["model"]["name"]: len(store.list_ids()) for store in cells(tmp_path / "outputs").values()
    }
    assert done_by == {STRONG: 20, WEAK: 0}


@pytest.mark.slow
def test_mlflow_away_ends_no_sweep_and_is_made_up_for(sweep: Generate, tmp_path: Path) -> None:
    words = ["domain=mock", "split=base", "tasks.limit=2", "grid.seed=[1,2]"]
    nowhere = "http://127.0.0.1:9"
    away = sweep(*words, f"tracking.uri={nowhere}", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0")
    assert away.code == 0, away.err
    assert away.err.count("MLflow is away") == 1
    assert "was away. Once it is back, the same command writes what it lacks." in " ".join(away.out.split())
    found = cells(tmp_path / "outputs")
    assert [len(played(store)) for store in found.values()] == [2, 2]
    back = sweep(*words)
    assert back.code == 0, back.err
    [parent] = {store.read_json("mlflow.json")["parent"] for store in found.values()}
    assert json.loads((folder(tmp_path / "outputs") / "mlflow.json").read_text())["run_id"] == parent
    assert "is complete: every episode" in sweep(*words).err


GRIDS = [
    ("cross_users", ["grid.model=[rehearsed,rehearsed_forgetful]", "grid.user=[rehearsed,rehearsed_forgetful]"], 4),
    ("strategies", ["model=rehearsed", "user=rehearsed"], 4),
    ("agents", ["model=rehearsed", "user=rehearsed"], 5),
]


@pytest.mark.slow
@pytest.mark.parametrize(("experiment", "words", "n"), GRIDS)
def test_those_that_are_ready_run_offline(
    experiment: str, words: list[str], n: int, sweep: Generate, tmp_path: Path
) -> None:
    done = sweep(f"experiment={experiment}", *words, *MOCK)
    assert done.code == 0, done.err
    found = cells(tmp_path / "outputs")
    assert [len(played(store)) for store in found.values()] == [9] * n
    assert {path.parent.parent.name for path in tmp_path.glob("outputs/*/*/run.yaml")} == {experiment}
    assert "it is no model's result" in done.out
    matrix = matrix_of(tmp_path)
    assert all(one["gold_replayed"] for one in matrix["cells"])
    assert len(matrix["variance"]) == (experiment == "cross_users")


def test_cells_are_served_by_one_server_where_one_can(run_of: Callable[..., Run]) -> None:
    seats = ["model=rehearsed", "user=rehearsed", *MOCK]
    runs = [run_of(*seats, f"user_strategy={name}") for name in ("llm", "verify")]
    runs += [run_of(*seats, "seed=1"), run_of(*MOCK)]
    with ExitStack() as stack:
        served = serve_all([plan_run(run) for run in runs], stack)
    first, second, other, offline = (run.model.provider.api_base for run in served)
    assert first == second
    assert first is not None
    assert other not in (None, first)
    assert offline is None


@pytest.mark.slow
def test_processes_play_the_cells_that_threads_play(
    sweep: Generate, recorded: list[Trajectory], tmp_path: Path
) -> None:
    with Provider(Unlike(recorded)) as provider:
        words = [*over_http(provider, "gpt4o"), *MOCK, IDS, MODELS, STRATEGIES]
        done = sweep(*words, "runner=processes", "runner.processes=2", "runner.workers=4")
    assert done.code == 0, done.err
    assert [len(played(store)) for store in cells(tmp_path / "outputs").values()] == [2] * 4
    rates = [one["success_rate"] for one in matrix_of(tmp_path)["cells"]]
    assert rates == [1.0, 1.0, 0.5, 0.5]


def matrix_of(place: Path) -> Any:
    return json.loads((folder(place / "outputs") / "matrix.json").read_text())
