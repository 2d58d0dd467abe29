"""Two processes, one run directory: the second is told who has it, and nothing is played twice.

Not here: what a killed process leaves behind (`test_run_directory`), a run that owes nothing and needs none
(`test_generate`).
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import Finished, by_the_door
from support.provider.server import Answer, Provider

from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.errors import PreflightError, StoreError
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.runs.startup import start_up
from tautraj.store import Store
from tautraj.store.lock import exclusive_lock

SMALL = ["domain=mock", "split=base", "tasks.limit=1", "tracking=none"]
HOLDER = """
import sys, time
from tautraj.store.lock import exclusive_lock
from tautraj.store import Store

with exclusive_lock(Store(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def generate(*overrides: str, cwd: Path, **variables: str) -> Finished:
    return by_the_door("generate", *overrides, cwd=cwd, env={**os.environ, "PREFECT_API_URL": "", **variables})


def test_the_second_process_is_told_who_has_it_and_calls_nobody(run_of: Callable[..., Run], tmp_path: Path) -> None:
    with Provider(lambda _: Answer("ok")) as provider:
        seats = [f"{seat}.provider.api_base={provider.openai_base}" for seat in ("model", "user")]
        overrides = [*SMALL, "model=gpt4o", "user=gpt4o", *seats]
        with exclusive_lock(Store(locate_run_directory(run_of(*overrides, root=tmp_path / "outputs")))):
            second = generate(*overrides, cwd=tmp_path, OPENAI_API_KEY="k")
            assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [".lock"]
        assert provider.requests == []
    assert (second.code, second.out) == (2, "")
    (line,) = second.err.splitlines()
    mine = f"process {os.getpid()} on host {re.escape(socket.gethostname())} since 20.*"
    assert re.fullmatch(rf"error: outputs/default/\S+ is being written by {mine}\. Wait for it, stop it, or .+", line)


def test_what_another_process_played_meanwhile_is_not_owed(run_of: Callable[..., Run], tmp_path: Path) -> None:
    run = run_of("domain=mock", "split=base", "tasks.limit=3", "tracking=none", root=tmp_path)
    plan = plan_run(run)
    play(run, plan.owed[1])
    with start_up(plan, print) as now:
        assert now.owed == [plan.owed[0], plan.owed[2]]
        assert [row.id for row in now.rows] == [plan.owed[1].id]


def test_a_holder_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "run"))
    with subprocess.Popen([sys.executable, "-c", HOLDER, store.path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=f"process {holder.pid} "), exclusive_lock(store):
            pass
        holder.send_signal(signal.SIGKILL)
    with exclusive_lock(store):
        pass


@pytest.mark.parametrize(
    "text",
    [
        '{"pid": 1, "host": "h", "since": 1e30}',
        '{"pid": 1, "host": "h", "since": NaN}',
        '{"since": 0}',
        "[1]",
        "",
        "[" * 100_000,
    ],
    ids=lambda text: text[:40],
)
def test_a_holder_whose_lock_file_was_edited_is_another_process(text: str, tmp_path: Path) -> None:
    store = Store(str(tmp_path / "run"))
    with exclusive_lock(store):
        Path(store.path, ".lock").write_text(text)
        with pytest.raises(StoreError, match="is being written by another process"), exclusive_lock(store):
            pass


def test_a_run_that_is_refused_leaves_no_trace(
    run_of: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    plan = plan_run(run_of(*SMALL, "model=gpt4o", root=tmp_path / "outputs"))
    with pytest.raises(PreflightError, match="OPENAI_API_KEY"), start_up(plan, print):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_when_a_run_is_refused(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "run"))
    store.write_json("metrics.json", {})
    with exclusive_lock(store):
        pass
    assert store.read_json("metrics.json") == {}


@pytest.mark.parametrize("root", ["file", "/proc", "loop", "n" * 300, "a\0b"])
def test_a_place_that_cannot_be_locked_is_named_in_one_line(root: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    printed = root.replace("\0", "\\x00")
    with (
        pytest.raises(StoreError, match=f"^.*{re.escape(printed)}/run cannot be written: .+ Choose another root=…$"),
        exclusive_lock(Store(str(tmp_path / root / "run"))),
    ):
        pass


def test_an_object_store_is_not_locked() -> None:
    store = Store("memory://hold/run")
    with exclusive_lock(store), exclusive_lock(store):
        store.write_json("metrics.json", {})
