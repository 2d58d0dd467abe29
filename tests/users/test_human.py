"""The customer in the terminal, at a real one: a pseudo-terminal stands for the person's."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.cli import REPO

DOOR = [sys.executable, str(REPO / "flows" / "generate.py")]


def run_at(terminal: int | None, tmp_path: Path, *words: str) -> subprocess.Popen[str]:
    chosen = ["user=human", f"root={tmp_path}/out", "tracking=none", *words]
    return subprocess.Popen(
        [*DOOR, *chosen],
        cwd=tmp_path,
        env={**os.environ, "PREFECT_HOME": str(tmp_path / "prefect")},
        stdin=terminal if terminal is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_is_refused_where_nobody_can_type(tmp_path: Path, workers: str) -> None:
    out, err = run_at(None, tmp_path, f"runner.workers={workers}").communicate(timeout=120)
    assert (out, err.count("\n")) == ("", 1)
    assert "needs a terminal" in err
    assert not (tmp_path / "out").exists()


def test_one_conversation_at_a_time(tmp_path: Path) -> None:
    master, terminal = pty.openpty()
    out, err = run_at(terminal, tmp_path).communicate(timeout=120)
    assert (out, err) == ("", "error: user=human plays one conversation at a time: add runner.workers=1\n")
    os.close(master)


def test_what_is_typed_is_said_and_tools_are_used(tmp_path: Path, prefect_home: Callable[[Path], str]) -> None:
    """Telecom, with the oracle as the agent: a tool that is not there, one that is, a word, and the end."""
    prefect_home(tmp_path / "prefect")
    master, terminal = pty.openpty()
    words = ["domain=telecom", "split=small", "tasks.limit=1", "runner.workers=1"]
    process = run_at(terminal, tmp_path, *words)
    typed = ["/nope", "/check_status_bar", "My phone does not work.", "###STOP###"]
    os.write(master, "".join(f"{line}\n" for line in typed).encode())
    out, err = process.communicate(timeout=240)
    os.close(master)
    assert process.returncode == 0, err
    assert "Your tools: check_status_bar" in out
    assert "Agent: Hi! How can I help you today?" in out
    [record] = [json.loads(path.read_text()) for path in (tmp_path / "out").rglob("episodes/*.json")]
    customer = [turn for turn in record["turns"] if turn["seat"] == "user"]
    assert [turn["kind"] for turn in customer] == ["mistake", "tool_call", "message", "message"]
    assert [turn["message"] for turn in customer][2:] == ["My phone does not work.", "###STOP###"]
    assert record["outcome"]["kind"] == "user_stop"
