"""The command that branches: a run like any other, which is killed, resumed, limited and tracked as one.

Not here: what a branch is (`tests/runs/test_branches.py`).
"""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.cli import Generate, by_the_door, start
from support.mlflow_store import ready_database
from support.tracked_runs import view

from tautraj.store import Store
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.slow

PARENTS = ["model=rehearsed_forgetful", "user=rehearsed", "tasks.limit=4", "tracking=none"]


def read_branches(root: Path) -> tuple[Store, list[Trajectory]]:
    [folder] = root.glob("default/*branches*")
    store = Store(str(folder))
    return store, list(store.read_episodes())


def test_branches_are_killed_resumed_limited_and_tracked_as_one_run(
    generate: Generate, environ: dict[str, str], tmp_path: Path, empty_mlflow: Path
) -> None:
    assert generate(*PARENTS).code == 0
    [parents] = (tmp_path / "outputs" / "default").glob("*")
    words = [f"run={parents}", "at=before_each_turn", "model=rehearsed"]

    def count_files() -> int:
        return len(list((tmp_path / "outputs").glob("default/*branches*/episodes/*.json")))

    process = start([*words, "tries=1", "tracking=none"], "branch", cwd=tmp_path, env=environ, log=subprocess.DEVNULL)
    while count_files() < 3 and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = {path.stem: path.read_bytes() for path in (tmp_path / "outputs").glob("default/*branches*/episodes/*")}

    limited = by_the_door("branch", *words, "tries=1", "tracking=none", "budget.tokens=1", cwd=tmp_path, env=environ)
    assert "budget.tokens=1" in limited.out + limited.err
    assert count_files() == len(done)

    with ready_database(empty_mlflow, tmp_path / "outputs"):
        finished = by_the_door("branch", *words, "tries=1", cwd=tmp_path, env=environ)
    assert finished.code == 0, finished.err
    store, branches = read_branches(tmp_path / "outputs")
    assert {name: Path(store.path, "episodes", f"{name}.json").read_bytes() for name in done} == done
    assert len({(made.parent.episode, made.parent.turn) for made in branches if made.parent}) == len(branches)
    assert all(made.usage["model"].calls <= len(made.turns) for made in branches)
    tracked, _ = view(store)
    assert tracked.data.params["branch.at"] == "before_each_turn"
    assert tracked.data.metrics["episodes"] == len(branches)

    config = ["--config-dir", store.path, "--config-name", "run"]
    again = by_the_door("generate", *config, cwd=tmp_path, env=environ)
    assert "This run is complete" in again.err, again.out
