"""`flows/synthesize.py` killed or interrupted in the middle: the same command writes what it would have written."""

import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.running_process import Under, wait_until
from support.worlds import make_here, request_of

pytestmark = pytest.mark.slow

N = 200
"""Tasks: three parts of 50 drafts each."""


def command(out: Path) -> list[str]:
    return ["domain=retail", f"n={N}", "seed=7", "workers=2", f"out={out}", f"root={out.parent}"]


def begin(out: Path, environ: dict[str, str]) -> Under:
    return Under(command(out), out.parent, environ, "synthesize", cold=True)


def read_all(world: Path) -> dict[str, bytes]:
    return {str(path.relative_to(world)): path.read_bytes() for path in world.rglob("*") if path.is_file()}


def list_making(out: Path) -> list[int]:
    """Processes, of any session, that make parts of this world's command."""
    listing = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], capture_output=True, text=True, check=True)
    found = [line.split(maxsplit=1) for line in listing.stdout.splitlines()]
    return [int(pid) for pid, args in found if "multiprocessing" in args and _has_cwd(int(pid), out.parent)]


def _has_cwd(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder
    except OSError:
        return False


def wait_for_none(out: Path) -> None:
    until = time.monotonic() + 60
    while list_making(out):
        assert time.monotonic() < until, "a process outlives the command"
        time.sleep(0.1)


def test_a_killed_command_is_taken_up_and_writes_the_same_bytes(environ: dict[str, str], tmp_path: Path) -> None:
    """Killed as soon as its folder is there, and with a part made: nothing is in its place. Then it is left alone."""
    out = tmp_path / "world"
    for parts in (0, 1):
        under = begin(out, environ)
        while not out.exists() or len(list(out.glob(".making/parts/*.json"))) < parts:
            assert under.process.poll() is None, under.end()
            time.sleep(0.02)
        under.process.kill()
        under.end()
        wait_for_none(out)
        assert {path.name for path in out.iterdir()} <= {"synthesis.yaml", ".making"}
    code, log = begin(out, environ).end()
    assert code == 0, log
    undisturbed = make_here(request_of("retail", tmp_path / "undisturbed", N))
    assert read_all(out) == read_all(undisturbed)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_of_the_group_lets_the_parts_under_way_finish(
    number: signal.Signals, environ: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "world"
    under = begin(out, environ)
    wait_until(lambda: len(list(out.glob(".making/parts/*.json"))) >= 1, under.process)
    under.interrupt(number)
    code, log = under.end()
    assert (code, f"Stopped by {number.name}. The same command goes on" in log) == (128 + number, True), log
    assert "Traceback" not in log
    assert not list(out.glob(".making/partial/*"))
    wait_for_none(out)
