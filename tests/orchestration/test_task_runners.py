"""What plays is not seen in what was played: processes, Dask and Ray make the records that threads make.

Those marked `cluster` need Dask and Ray, which are extras: `make test-cluster`.
"""

import importlib.util
import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from support.cli import REPO, Generate, over_http, played
from support.provider.server import Provider
from support.running_process import IDS, MOCK, Slow, Under, group, played_offline, wait_until

from tautraj.errors import ConfigError

pytestmark = pytest.mark.xdist_group("clusters")  # its Prefect server
CLUSTERS = [pytest.param(name, marks=pytest.mark.cluster) for name in ("dask", "ray")]


@pytest.mark.parametrize("runner", [pytest.param("processes", marks=pytest.mark.slow), *CLUSTERS])
def test_they_play_what_threads_play(runner: str, generate: Generate, tmp_path: Path) -> None:
    for chosen in ("threads", runner):
        done = generate(*MOCK, f"runner={chosen}", "runner.workers=2", f"root={chosen}")
        assert done.code == 0, done.err
    threads, others = (timeless(tmp_path / chosen) for chosen in ("threads", runner))
    assert len(threads) == 9
    assert threads == others


@pytest.mark.parametrize("runner", CLUSTERS)
def test_a_cluster_keeps_to_the_limits(runner: str, run_of: Any, generate: Generate, store_of: Any) -> None:
    with Provider(Slow(played_offline(run_of), 0.1)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=4", f"runner={runner}", "runner.workers=4"]
        few = [f"{seat}.provider.calls_at_once=2" for seat in ("model", "user")]
        assert generate(*overrides, *few).code == 0
        assert max(visit.at_once for visit in provider.visits) == 2
    assert len(played(store_of(*overrides))) == 8


@pytest.mark.parametrize("runner", CLUSTERS)
def test_a_cluster_ends_with_its_run(runner: str, run_of: Any, environ: dict[str, str], tmp_path: Path) -> None:
    """Ctrl-C: what is under way is finished. Killed: nobody plays on what the same command plays again."""
    with Provider(Slow(played_offline(run_of), 0.3)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, f"runner={runner}", "runner.workers=2"]
        for number, (sent, expected) in enumerate([(signal.SIGINT, 130), (signal.SIGKILL, -9)]):
            asked = len(provider.requests)
            run = Under([*overrides, "trials=20", f"root=outputs{number}"], tmp_path, environ)
            wait_until(lambda asked=asked: len(provider.requests) >= asked + 10, run.process)
            run.interrupt(sent) if sent == signal.SIGINT else run.process.kill()
            code, said = run.end()
            assert code == expected, said
            until = time.monotonic() + 15
            while group(run.process.pid) and time.monotonic() < until:
                time.sleep(0.1)
            assert group(run.process.pid) == []
    assert "WorkerDied" not in said


@pytest.mark.skipif(importlib.util.find_spec("prefect_dask") is not None, reason="it is installed")
def test_a_cluster_that_is_not_installed_is_named_with_what_installs_it(
    run_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(REPO / "flows")
    from tautraj.orchestration.task_runners import make_task_runner

    with pytest.raises(ConfigError, match=r"pip install -e '\.\[dask\]'"):
        make_task_runner(run_of("runner=dask"))


def timeless(root: Path) -> list[Any]:
    """Everything but the times."""

    def of(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: of(value) for key, value in node.items() if key not in ("started", "seconds")}
        return [of(item) for item in node] if isinstance(node, list) else node

    return [of(json.loads(path.read_bytes())) for path in sorted(root.glob("*/*/episodes/*.json"))]
