"""A run that is paused, resumed and cancelled in Prefect's UI: the requests that the UI makes, to a real server."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling, Paused
from support.cli import Generate, over_http, played
from support.provider.server import Provider
from support.running_process import IDS, MOCK, Slow, Under, played_offline, wait_until

from tautraj.config import Run
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.xdist_group("steering")  # its Prefect server


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run]) -> list[Trajectory]:
    return played_offline(run_of)


@pytest.fixture
def client(server: str) -> Iterator[SyncPrefectClient]:
    with SyncPrefectClient(server) as made:
        yield made


class Steered(Under):
    """A run under way, as its Prefect server and its run directory see it."""

    def __init__(self, client: SyncPrefectClient, address: str, folder: Path, *args: Any) -> None:
        """`address`: of the provider, which no other run has."""
        super().__init__(*args)
        self._client, self._folder = client, folder
        self.log = args[1] / "log"
        wait_until(lambda: self.done() >= 2, self.process)
        named = FlowRunFilter(name={"any_": [folder.name]})
        found = [run for run in client.read_flow_runs(flow_run_filter=named) if address in str(run.parameters)]
        [self.id] = [run.id for run in found]

    def done(self) -> int:
        return len(list(self._folder.glob("episodes/*")))

    def says(self, words: str) -> None:
        wait_until(lambda: words in self.log.read_text(), self.process)

    def flow_run(self) -> FlowRun:
        return self._client.read_flow_run(self.id)


@contextmanager
def steered(
    recorded: list[Trajectory], client: SyncPrefectClient, store_of: Any, tmp_path: Path, environ: dict[str, str]
) -> Iterator[tuple[Steered, list[str]]]:
    with Provider(Slow(recorded, 0.2)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=10", "runner.workers=2"]
        run = Steered(client, provider.openai_base, Path(store_of(*overrides).path), overrides, tmp_path, environ)
        try:
            yield run, overrides
        finally:
            run.process.kill()


def test_paused_it_waits_resumed_it_goes_on_cancelled_it_drains(
    recorded: list[Trajectory],
    client: SyncPrefectClient,
    generate: Generate,
    store_of: Any,
    tmp_path: Path,
    environ: dict[str, str],
) -> None:
    with steered(recorded, client, store_of, tmp_path, environ) as (run, overrides):
        pause(client, run.id)
        run.says("Paused in Prefect: no new episodes until it is resumed")
        at_pause = run.done()
        settle(run)
        held = run.done()
        assert held <= at_pause + 2, "those under way, and no more"
        client.resume_flow_run(run.id)
        run.says("Resumed in Prefect")
        wait_until(lambda: run.done() > held, run.process)

        client.set_flow_run_state(run.id, Cancelling(), force=True)
        code, said = run.end()
        assert code == 143, said
        assert "Cancelled in Prefect. No new episodes; those under way finish." in said
        assert "error: Cancelled in Prefect: no new episodes were begun. The same command plays the rest." in said
        assert "Traceback" not in said
        ended = run.flow_run()
        assert ended.state is not None
        assert (ended.state.is_cancelled(), " to go, " in str(ended.state.message)) == (True, True)

        store = store_of(*overrides)
        done = run.done()
        assert held < done < 20
        assert not list(Path(store.path).glob("failures/*"))
        assert store.read_json("metrics.json")["episodes"] == done
        again = generate(*overrides)
        assert again.code == 0, again.err
    assert len(played(store_of(*overrides))) == 20


@pytest.mark.slow
def test_a_run_that_is_paused_ends_with_a_signal(
    recorded: list[Trajectory], client: SyncPrefectClient, store_of: Any, tmp_path: Path, environ: dict[str, str]
) -> None:
    with steered(recorded, client, store_of, tmp_path, environ) as (run, _):
        pause(client, run.id)
        run.says("Paused in Prefect")
        settle(run)
        run.process.terminate()
        code, said = run.end()
        assert code == 143, said
        assert "error: SIGTERM: no new episodes were begun" in said
        state = run.flow_run().state
        assert state is not None
        assert state.is_cancelled()


def pause(client: SyncPrefectClient, flow_run: UUID) -> None:
    accepted = client.set_flow_run_state(flow_run, Paused(timeout_seconds=600))
    assert accepted.status.value == "ACCEPT"


def settle(run: Steered) -> None:
    """Until what was under way has finished: a conversation takes a good second."""
    before = -1
    while before != run.done():
        before = run.done()
        time.sleep(4)
    assert run.process.poll() is None, "it waits"
