"""`prefect.yaml` on a real server with a real worker: what is asked for in the UI is played, a slip is named."""

import inspect
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from front_door import REPO, over_http, played
from prefect.cli.deploy._models import DeploymentConfig, PrefectYamlModel, WorkPoolConfig
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelling, Suspended
from prefect.utilities.importtools import import_object
from prefect_server import PREFECT
from provider import Provider
from under_way import IDS, MOCK, Slow, played_offline

from tautraj.config import Run
from tautraj.store import Store

pytestmark = pytest.mark.xdist_group("deployments")  # its Prefect server and worker
YAML = yaml.safe_load((REPO / "prefect.yaml").read_text())
OFFLINE = ["model=oracle", "experiment=smoke", *MOCK]


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
        assert set(deployment["parameters"]) == set(flow.parameters.properties)
        assert "as on the command line" in flow.parameters.properties["overrides"]["description"]


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
        worker.wait(timeout=60)


def test_what_is_asked_for_in_the_ui_is_played_and_a_slip_is_named(deployed: Deployed, tmp_path: Path) -> None:
    right = deployed.ask("generate", *OFFLINE, f"root={tmp_path}/outputs")
    typo = deployed.ask("generate", "model=gpt40")
    state = deployed.end(typo)
    assert state.is_failed()
    assert str(state.message).startswith("model=gpt40 does not exist. model is one of: ")

    state = deployed.end(right)
    assert state.is_completed(), deployed.log.read_text()[-3000:]
    [folder] = (tmp_path / "outputs" / "smoke").iterdir()
    assert str(state.message) == str(folder)
    assert len(played(Store(str(folder)))) == len(list(folder.glob("episodes/*"))) > 0

    exported = deployed.ask("export", f"run={folder}", "guard=off")
    state = deployed.end(exported)
    assert state.is_completed(), deployed.log.read_text()[-3000:]
    assert list(Path(str(state.message)).glob("*.jsonl"))
