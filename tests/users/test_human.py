"""The customer in the terminal, at a real one: a pseudo-terminal stands for the person's."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support.cli import Finished, by_the_door


class Terminal(NamedTuple):
    typing: int
    stdin: int


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    master, slave = pty.openpty()
    yield Terminal(master, slave)
    os.close(master)
    os.close(slave)


def run_at(stdin: int, tmp_path: Path, *words: str, **variables: str) -> Finished:
    chosen = ["user=human", f"root={tmp_path}/out", "tracking=none", *words]
    env = {**os.environ, "PREFECT_HOME": str(tmp_path / "prefect"), **variables}
    return by_the_door("generate", *chosen, cwd=tmp_path, env=env, stdin=stdin)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_it_is_refused_where_nobody_can_type(tmp_path: Path, workers: str) -> None:
    done = run_at(subprocess.DEVNULL, tmp_path, f"runner.workers={workers}")
    assert (done.out, done.err.count("\n")) == ("", 1)
    assert "needs a terminal" in done.err
    assert not (tmp_path / "out").exists()


def test_one_conversation_at_a_time(terminal: Terminal, tmp_path: Path) -> None:
    _, out, err = run_at(terminal.stdin, tmp_path, "runner.workers=2")
    assert (out, err) == ("", "error: user=human plays one conversation at a time: leave out runner.workers=2\n")


def test_what_is_typed_is_said_and_tools_are_used(terminal: Terminal, server: str, tmp_path: Path) -> None:
    """Telecom, with the oracle as the agent: a tool that is not there, one that is, a word, and the end."""
    typed = ["/nope", "/check_status_bar", "My phone does not work.", "###STOP###"]
    os.write(terminal.typing, "".join(f"{line}\n" for line in typed).encode())
    words = ["domain=telecom", "split=small", "tasks.limit=1"]
    done = run_at(terminal.stdin, tmp_path, *words, PREFECT_API_URL=server, COLUMNS="60")
    assert done.code == 0, done.err
    assert "Your tools: check_status_bar" in done.out
    assert "Agent: Hi! How can I help you today?" in done.out
    scenario = done.out.partition("Agent: ")[0]
    assert max(map(len, scenario.splitlines())) <= 60, "lines are as wide as the terminal"
    [record] = [json.loads(path.read_text()) for path in (tmp_path / "out").rglob("episodes/*.json")]
    customer = [turn for turn in record["turns"] if turn["seat"] == "user"]
    assert [turn["kind"] for turn in customer] == ["mistake", "tool_call", "message", "message"]
    assert [turn["message"] for turn in customer][2:] == ["My phone does not work.", "###STOP###"]
    assert record["outcome"]["kind"] == "user_stop"
