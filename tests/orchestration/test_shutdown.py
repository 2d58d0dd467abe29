"""How a run that is under way ends early: signals, giving up, a budget; and how the same command goes on.

Through the front door, over HTTP, with threads and with processes.
"""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import Generate, over_http, played
from support.provider.replay import Replay
from support.provider.server import ChatRequest, Fault, Provider
from support.running_process import IDS, MOCK, Held, Slow, Under, group, played_offline, wait_until, workers

from tautraj.config import Run
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.xdist_group("interrupts")  # its Prefect server


@pytest.fixture(scope="module")
def recorded(run_of: Callable[..., Run]) -> list[Trajectory]:
    return played_offline(run_of)


@pytest.mark.parametrize("runner", ["threads", pytest.param("processes", marks=pytest.mark.slow)])
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_first_signal_lets_finish_what_is_under_way(
    runner: str,
    number: signal.Signals,
    recorded: list[Trajectory],
    generate: Generate,
    environ: dict[str, str],
    store_of: Any,
    tmp_path: Path,
) -> None:
    if (runner, number) == ("processes", signal.SIGTERM):
        pytest.skip("SIGTERM goes to the run alone, which is the case of threads")
    with Provider(Slow(recorded, 0.1)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=10", f"runner={runner}", "runner.workers=2"]
        store = store_of(*overrides)
        run = Under(overrides, tmp_path, environ)
        wait_until(lambda: len(list(Path(store.path).glob("episodes/*"))) >= 3, run.process)
        run.interrupt(number)
        code, said = run.end()
        assert code == 128 + number, said
        assert "those under way finish" in said
        assert "Traceback" not in said
        assert f"error: {number.name}: no new episodes were begun. The same command plays the rest." in said
        done = len(played(store))
        assert 3 <= done <= 3 + 4 + 2
        assert not list(Path(store.path).glob("failures/*")), "what was under way was not thrown away"
        assert store.read_json("metrics.json")["episodes"] == done
        begun = sum("assistant" not in {said.role for said in request.messages} for request in provider.requests)
        again = generate(*overrides)
        assert again.code == 0, again.err
    assert len(played(store)) == 20
    assert begun >= done


def test_a_second_ctrl_c_stops_at_once(
    recorded: list[Trajectory], generate: Generate, environ: dict[str, str], store_of: Any, tmp_path: Path
) -> None:
    hanging = True

    def hang(request: ChatRequest) -> Fault | None:
        return Fault("hang", seconds=60) if hanging and request.messages[-1].text != "Reply with: ok" else None

    with Provider(Replay(recorded), hang) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS]
        run = Under(overrides, tmp_path, environ)
        wait_until(lambda: len(provider.requests) >= 3, run.process)
        run.interrupt(signal.SIGINT)
        time.sleep(0.5)
        assert run.process.poll() is None, "it drains"
        run.interrupt(signal.SIGINT)
        began = time.monotonic()
        code, said = run.end()
        assert code == 130
        assert time.monotonic() - began < 10
        assert "Stopped. The same command plays the rest." in said
        hanging = False
        assert generate(*overrides).code == 0
    assert len(played(store_of(*overrides))) == 2


@pytest.mark.slow
def test_processes_end_with_a_run_that_is_killed(
    recorded: list[Trajectory], environ: dict[str, str], tmp_path: Path
) -> None:
    """Else they would play on what the same command plays again."""

    def hang(request: ChatRequest) -> Fault | None:
        return Fault("hang", seconds=20) if request.messages[-1].text != "Reply with: ok" else None

    with Provider(Replay(recorded), hang) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "runner=processes", "runner.workers=2"]
        run = Under(overrides, tmp_path, {**environ, "PREFECT_API_URL": ""})
        wait_until(lambda: len(provider.requests) >= 3, run.process)
        assert len(group(run.process.pid)) > 1
        run.process.kill()
        run.end()
        until = time.monotonic() + 10
        while group(run.process.pid) and time.monotonic() < until:
            time.sleep(0.1)
        assert group(run.process.pid) == []


@pytest.mark.slow
def test_a_process_that_dies_takes_nothing_with_it(
    recorded: list[Trajectory], environ: dict[str, str], store_of: Any, tmp_path: Path
) -> None:
    """Killed by the system for its memory, say: what it was playing is a failure, and is played again."""
    held = Held(recorded, 0.3)
    with Provider(held) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=10", "runner=processes", "runner.workers=4"]
        store = store_of(*overrides)
        run = Under([*overrides, "runner.processes=2", "runner.retry_delays_seconds=[0.1]"], tmp_path, environ)
        wait_until(lambda: len(list(Path(store.path).glob("episodes/*"))) >= 3, run.process)
        held.go_on.clear()
        wait_until(lambda: held.waiting == 4, run.process)  # each process has two conversations under way
        [first, _] = [pid for pid, args in workers(run.process.pid) if "spawn_main" in args]
        os.kill(first, signal.SIGKILL)
        held.go_on.set()
        code, said = run.end()
        assert code == 0, said
    assert len(played(store)) == 20
    failed = [json.loads(path.read_bytes()) for path in Path(store.path).glob("failures/*")]
    assert [record["kind"] for record in failed] == ["WorkerDied", "WorkerDied"]
    assert "exit code -9" in failed[0]["message"]


@pytest.mark.slow
def test_a_key_that_is_revoked_in_mid_run_stops_it(
    recorded: list[Trajectory], generate: Generate, store_of: Any
) -> None:
    revoked = True

    def refuse(request: ChatRequest) -> Fault | None:
        return Fault("status", 401, message="revoked") if revoked and request.number > 30 else None

    with Provider(Replay(recorded), refuse) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=50", "runner.workers=4"]
        overrides += ["runner.give_up_after=3"]
        done = generate(*overrides)
        assert done.code == 2
        assert "in a row failed, the last: AuthenticationFailed" in done.err
        assert "same command" in done.err
        assert "Traceback" not in done.err + done.out
        failed = list(Path(store_of(*overrides).path).glob("failures/*"))
        # Each of the four under way may yet fail, or succeed and so begin the count of three anew.
        assert 3 <= len(failed) <= 3 + 4 + 2 * 4, "not one for each of the hundred"
        assert store_of(*overrides).read_json("metrics.json")["failures_AuthenticationFailed"] == len(failed)
        revoked = False
        assert generate(*overrides).code == 0
    assert len(played(store_of(*overrides))) == 100


def test_a_budget_ends_a_run_within_what_is_under_way(
    recorded: list[Trajectory], generate: Generate, store_of: Any
) -> None:
    with Provider(Replay(recorded)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=20", "runner.workers=4"]
        done = generate(*overrides, "budget.usd=0.02")
        assert done.code == 0, done.err
        assert "budget.usd=0.02:" in done.err
        assert "Raise it and run the same command" in done.err
        assert "a success" in done.out
        numbers = store_of(*overrides).read_json("metrics.json")
        each = numbers["spent_usd"] / numbers["episodes"]
        assert 0.02 - each * 6 <= numbers["spent_usd"] <= 0.02 + each * 4
        assert generate(*overrides).code == 0
    assert len(played(store_of(*overrides))) == 40


def test_a_dry_run_calls_nobody_and_writes_nothing(
    recorded: list[Trajectory], generate: Generate, store_of: Any, tmp_path: Path
) -> None:
    with Provider(Replay(recorded)) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=3"]
        guessed = generate(*overrides, "dry_run=true")
        assert guessed.code == 0, guessed.err
        assert not provider.requests
        assert list(tmp_path.rglob("*.json")) == []
        for word in ("6 of 6", "a guess", "USD", "about 84 calls"):
            assert word in guessed.out
        assert generate(*overrides, "trials=1").code == 0
        known = generate(*overrides, "dry_run=true")
        assert "4 of 6" in known.out
        assert "2 episodes of this run" in known.out
    assert len(played(store_of(*overrides))) == 2
