"""`prefect.yaml` on a real server with a real worker: what is asked for in the UI is played, a slip is named."""

import inspect
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel, WorkPoolConfig
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelling, Suspended
from prefect.utilities.importtools import import_object
from support.cli import REPO, over_http, played
from support.prefect_server import PREFECT
from support.provider.server import Provider
from support.running_process import IDS, MOCK, Slow, played_offline

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.store import Store

pytestmark = pytest.mark.xdist_group("deployments")  # its Prefect server and worker
YAML = yaml.safe_load((REPO / "prefect.yaml").read_text())
OFFLINE = ["model=oracle", "experiment=smoke", *MOCK]
GRID = [*MOCK, "experiment=smoke", "tasks.limit=2", "grid.seed=[1,2]"]


def test_every_key_is_one_that_prefect_knows() -> None:
    """It takes any other without a word."""
    known = {field.alias or name for name, field in PrefectYamlModel.model_fields.items()}
    assert set(YAML) <= known
    for deployment in YAML["deployments"]:
        assert set(deployment) <= set(DeploymentConfig.model_fields)
        assert set(deployment["work_pool"]) <= set(WorkPoolConfig.model_fields)
    for step in YAML["pull"]:
        [(name, inputs)] = step.items()
        assert set(inputs) <= set(inspect.signature(import_object(name)).parameters)


def test_every_parameter_is_one_of_its_flow() -> None:
    for deployment in YAML["deployments"]:
        flow = import_object(
            str(REPO / deployment["entrypoint"].split(":")[0]) + ":" + deployment["entrypoint"].split(":")[1]
        )
        assert set(deployment["parameters"]) <= set(flow.parameters.properties)
        assert not flow.parameters.required, "Quick run sets nothing"
        assert "as on the command line" in flow.parameters.properties["overrides"]["description"]


def test_a_field_offers_the_choices_and_an_empty_one_is_not_set() -> None:
    fields = import_object(f"{REPO}/flows/deployments.py:generate_deployed").parameters.properties
    to_words = import_object(f"{REPO}/flows/deployments.py:to_words")
    assert fields["domain"]["enum"] == ["airline", "mock", "retail", "telecom"]
    assert (fields["trials"]["type"], fields["budget_usd"]["type"]) == ("integer", "number")
    filled = {"model": "gpt4o", "user": None, "name": "first try", "tasks.limit": 2, "domain": "airline", "hub": ""}
    words = to_words(filled, ["domain=mock", "seed=7"])
    assert words == ["model=gpt4o", "name='first try'", "tasks.limit=2", "domain=mock", "seed=7"]
    assert compose_tree(words)["name"] == "first try"


class Deployed:
    """The deployments on a server, and a worker that plays what is asked of them."""

    def __init__(self, client: SyncPrefectClient, log: Path) -> None:
        self.client, self.log = client, log

    def ask(self, name: str, *overrides: str) -> FlowRun:
        found = self.client.read_deployment_by_name(f"{name}-deployed/{name}")
        return self.client.create_flow_run_from_deployment(found.id, parameters={"overrides": list(overrides)})

    def state(self, run: FlowRun) -> State[Any]:
        state = self.client.read_flow_run(run.id).state
        assert state is not None
        return state

    def until(self, true: Callable[[], bool], seconds: float = 180) -> None:
        late = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < late, self.log.read_text()[-3000:]
            time.sleep(0.3)

    def end(self, run: FlowRun) -> State[Any]:
        self.until(lambda: self.state(run).is_final())
        return self.state(run)


@pytest.fixture(scope="module")
def deployed(server: str, prefect_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("worker")
    env = {**os.environ, "PREFECT_API_URL": server, "PREFECT_HOME": prefect_home(folder / "home")}
    env |= {"PREFECT_WORKER_QUERY_SECONDS": "1", "OPENAI_API_KEY": "canary", "PWD": str(REPO)}
    env |= {"PREFECT_CLIENT_MAX_RETRIES": "5", "PREFECT_API_REQUEST_TIMEOUT": "60"}  # a worker has Prefect's own
    for words in (["work-pool", "create", "tautraj", "--type", "process"], ["--no-prompt", "deploy", "--all"]):
        done = subprocess.run([PREFECT, *words], cwd=REPO, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    log = folder / "log"
    with log.open("w") as said:
        worker = subprocess.Popen(
            [PREFECT, "worker", "start", "--pool", "tautraj"], cwd=folder, env=env, stdout=said, stderr=said
        )
    try:
        with SyncPrefectClient(server) as client:
            yield Deployed(client, log)
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=10)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def played_as_asked(deployed: Deployed, root: Path) -> Path:
    """The run directory of a run that was asked for."""
    state = deployed.end(deployed.ask("generate", *OFFLINE, f"root={root}"))
    assert state.is_completed(), deployed.log.read_text()[-3000:]
    [folder] = (root / "smoke").iterdir()
    assert str(state.message) == str(folder)
    assert len(played(Store(str(folder)))) == len(list(folder.glob("episodes/*"))) > 0
    return folder


@pytest.mark.slow
def test_what_is_asked_for_in_the_ui_is_played(deployed: Deployed, tmp_path: Path) -> None:
    played_as_asked(deployed, tmp_path / "outputs")


@pytest.mark.slow
def test_a_slip_is_named(deployed: Deployed) -> None:
    state = deployed.end(deployed.ask("generate", "model=gpt40"))
    assert state.is_failed()
    assert str(state.message).startswith("model=gpt40 does not exist. Did you mean gpt4o? model is one of: ")


@pytest.mark.slow
def test_a_grid_is_played_and_a_run_exported(deployed: Deployed, tmp_path: Path) -> None:
    folder = played_as_asked(deployed, tmp_path / "outputs")
    grid = deployed.ask("sweep", *GRID, f"root={tmp_path}/grid")
    state = deployed.end(grid)
    assert state.is_completed(), deployed.log.read_text()[-3000:]
    assert len(json.loads((Path(str(state.message)) / "matrix.json").read_text())["cells"]) == 2

    exported = deployed.ask("export", f"run={folder}", "guard=off")
    state = deployed.end(exported)
    assert state.is_completed(), deployed.log.read_text()[-3000:]
    assert list(Path(str(state.message)).glob("*.jsonl"))


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run]) -> list[Any]:
    return played_offline(run_of)


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["threads", "processes"])
def test_cancelled_it_drains_suspended_it_ends_and_resumed_it_goes_on(
    runner: str, recorded: list[Any], deployed: Deployed, tmp_path: Path, store_of: Any
) -> None:
    with Provider(Slow(recorded, 0.3)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=15", f"runner={runner}", "runner.workers=2"]
        folder = Path(store_of(*overrides).path)

        def done() -> int:
            return len(list(folder.glob("episodes/*")))

        run = deployed.ask("generate", *overrides, f"root={tmp_path}/outputs")
        deployed.until(lambda: done() >= 2)
        before = done()
        deployed.client.set_flow_run_state(run.id, Suspended(timeout_seconds=600), force=True)  # as the UI does
        deployed.until((folder / "metrics.json").exists)
        assert deployed.state(run).name == "Suspended"
        held = done()
        assert held <= before + 20
        assert not list(folder.glob("failures/*"))

        time.sleep(10)  # until its process has ended
        assert deployed.state(run).name == "Suspended"
        deployed.client.resume_flow_run(run.id)
        deployed.until(lambda: done() > held)
        deployed.client.set_flow_run_state(run.id, Cancelling(), force=True)
        state = deployed.end(run)
        assert state.is_cancelled(), state
        assert not list(folder.glob("failures/*"))
        assert held < done() < 30
        deployed.until(lambda: Store(str(folder)).read_json("metrics.json")["episodes"] == done())

        state = deployed.end(deployed.ask("generate", *overrides, f"root={tmp_path}/outputs"))
        assert state.is_completed(), state
    assert len(played(Store(str(folder)))) == 30


@pytest.mark.slow
def test_what_does_not_finish_before_a_worker_kills_is_played_again(
    recorded: list[Any], deployed: Deployed, tmp_path: Path, store_of: Any
) -> None:
    """Its conversations take longer than a worker waits; everything else is written all the same."""
    seconds = 0.1
    answers = Slow(recorded, 0)

    def brain(request: Any) -> Any:
        time.sleep(seconds)
        return answers(request)

    with Provider(brain) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=50", "runner.workers=2"]
        folder = Path(store_of(*overrides).path)
        run = deployed.ask("generate", *overrides, f"root={tmp_path}/outputs")
        deployed.until(lambda: len(list(folder.glob("episodes/*"))) >= 2)
        seconds = 60.0
        deployed.client.set_flow_run_state(run.id, Cancelling(), force=True)
        assert deployed.end(run).is_cancelled()
        seconds = 0.1
        done = len(list(folder.glob("episodes/*")))
        assert 2 <= done < 100
        assert Store(str(folder)).read_json("metrics.json")["episodes"] == done
        assert not list(folder.glob("failures/*"))
