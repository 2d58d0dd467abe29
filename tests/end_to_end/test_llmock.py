"""Runs against llmock, a public server that fails on purpose and judges how its client took it.

Its verdict fails a client that asks again before Retry-After has passed, asks again what cannot succeed, or asks more
than ten times; it warns of retries at once or at a constant interval, and of giving up at the first failure. llmock
stands in no lock: its uvicorn[standard] would bring another event loop to every server of this project. Not here:
faults that it does not know (`test_faults`, `soak`).
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.cli import Generate

from tautraj.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("llmock")]

LLMOCK = "llmock==0.2.2"
SERVER = """
import random, sys
from llmock.chaos import ChaosSettings
from llmock.testing import LLMockServer
random.seed(7)
with LLMockServer(chaos=ChaosSettings(error_rates={429: 0.10, 503: 0.05, 529: 0.03})) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""
TOOL_FAULTS = [{"type": "tool_fault", "kind": kind, "times": 4} for kind in ("unknown_tool", "malformed_arguments")]
PROTOCOLS = [("gpt4o", "/v1"), ("claude", "/anthropic"), ("gemini", "/gemini/v1beta"), ("mistral", "/mistral/v1")]
KEYS = {f"{vendor}_API_KEY": "k" for vendor in ("OPENAI", "ANTHROPIC", "GEMINI", "MISTRAL")}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with llmock; what it imports is here already."""
    folder = tmp_path_factory.mktemp("llmock")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), LLMOCK]
    done = subprocess.run(install, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"{LLMOCK} cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    return folder


@pytest.fixture
def address(package: Path) -> Iterator[str]:
    """A new server's: nothing was asked of it yet."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(package)},
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()  # it ends with its stdin


def ask(address: str, path: str) -> Any:
    return httpx.get(f"{address}/_llmock/{path}", timeout=30).raise_for_status().json()


def play(generate: Generate, seat: str, preset: str, api_base: str, other: str) -> None:
    words = ["tasks.limit=8", "limits.turns=12", "tracking=none", f"{seat}={preset}", other]
    words += [f"{seat}.provider.{limit}_per_minute=null" for limit in ("requests", "tokens")]
    done = generate(*words, f"{seat}.provider.api_base={api_base}", **KEYS)
    assert done.code == 0, done.err


@pytest.mark.parametrize(("preset", "path"), PROTOCOLS)
def test_llmock_passes_eight_episodes_of_each_seat(
    preset: str, path: str, address: str, generate: Generate, tmp_path: Path
) -> None:
    """The other seat is offline: where two episodes word a request alike, llmock takes them for one call."""
    httpx.post(f"{address}/_llmock/scenario", json={"behaviors": TOOL_FAULTS}).raise_for_status()
    play(generate, "model", preset, f"{address}{path}", "user=scripted")
    play(generate, "user", preset, f"{address}{path}", "model=oracle")

    verdict = ask(address, "verdict")
    assert verdict["passed"], verdict
    assert verdict["findings"] == []
    refused = [request for request in ask(address, "requests")["requests"] if request["status"] != 200]
    assert {request["status"] for request in refused} == {429, 503, 529}

    folders = list((tmp_path / "outputs").glob("*/*/episodes"))
    trajectories = [one for folder in folders for one in Store(str(folder.parent)).read_episodes()]
    assert len(trajectories) == 16
    assert not list((tmp_path / "outputs").glob("*/*/failures/*"))
    assert all(trajectory.reward is not None for trajectory in trajectories)
    in_preflight = sum("Reply with: ok" in str(request["body"]) for request in refused)
    assert sum(usage.retries for one in trajectories for usage in one.usage.values()) == len(refused) - in_preflight
    mistakes = [turn for one in trajectories for turn in one.turns if turn.kind == "mistake" and turn.tool_call]
    unknown = [turn for turn in mistakes if turn.tool_call and turn.tool_call.name == "llmock_unknown_tool"]
    assert unknown, "some of the four: a request that llmock refuses uses its fault up"
