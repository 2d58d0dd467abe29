"""A command that is forked does what it does in a process of its own, and ends as told; which commands are forked."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from support.cli import REPO, by_the_door, command, start
from support.fork_server import Forked, may_fork

SMALL = ["domain=mock", "split=base", "tasks.limit=1"]
NOBODY = [
    f"{seat}.provider.{setting}"
    for seat in ("model", "user")
    for setting in ("api_base=http://127.0.0.1:9", "retry_seconds=0")
]


def environment() -> dict[str, str]:
    return {**os.environ, "PREFECT_API_URL": "", "OPENAI_API_KEY": "canary"}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["dry_run=true"], id="a plan", marks=pytest.mark.slow),
        pytest.param(["model=gpt4o", "user=gpt4o", *NOBODY], id="a provider that is away", marks=pytest.mark.slow),
        pytest.param(["model=gpt5o"], id="a slip", marks=pytest.mark.slow),
    ],
)
def test_it_says_what_it_says_in_a_process_of_its_own(words: list[str], tmp_path: Path) -> None:
    found = []
    for cold in (True, False):
        folder = tmp_path / f"{cold}"
        folder.mkdir()
        done = by_the_door("generate", *SMALL, *words, cwd=folder, env=environment(), cold=cold)
        found.append((done, {path.relative_to(folder) for path in folder.rglob("*")}))
    assert may_fork(command([*SMALL, *words]), environment())
    assert found[0] == found[1]
    assert found[0][0].out + found[0][0].err


@pytest.mark.slow
def test_each_has_an_environment_of_its_own(tmp_path: Path) -> None:
    for key, other in (("canary", "finch"), ("finch", "canary")):
        words = [*SMALL, "dry_run=true", "root=${oc.env:GATEWAY_KEY}"]
        done = by_the_door("generate", *words, cwd=tmp_path, env={**environment(), "GATEWAY_KEY": key})
        assert (done.code, done.err) == (0, "")
        assert key in done.out
        assert other not in done.out


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_by_a_signal(number: signal.Signals, tmp_path: Path) -> None:
    process = start(SMALL, cwd=tmp_path, env=environment(), log=subprocess.DEVNULL, start_new_session=True)
    assert isinstance(process, Forked)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0)
    process.send_signal(number)
    assert (process.wait(), process.poll()) == (-number, -number)
    process.kill()  # nobody: it has been waited for
    assert not Path(f"/proc/{process.pid}").exists()


@pytest.mark.parametrize(
    ("words", "variables"),
    [
        (["runner=processes"], {}),
        (["--help"], {}),
        (["--cfg", "job"], {}),
        (["hydra.verbose=true"], {}),
        ([], {"HF_ENDPOINT": "http://127.0.0.1:9"}),
        ([], {"PYTHON_DOTENV_DISABLED": None}),
    ],
)
def test_what_imports_would_tell_apart_is_not_forked(words: list[str], variables: dict[str, str | None]) -> None:
    given = {name: value for name, value in {**environment(), **variables}.items() if value is not None}
    assert may_fork(command(SMALL), environment())
    assert not may_fork(command([*SMALL, *words]), given)


def test_only_the_doors_are_forked() -> None:
    assert not may_fork(["python", str(REPO / "tools" / "screenshots.py")], environment())
