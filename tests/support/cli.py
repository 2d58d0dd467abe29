"""The command line as a user types it: where the tests that come in by it agree.

The fixtures `server`, `environ`, `generate` and `store_of` stand in `conftest`.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

from support.fork_server import REPO, Forked, may_fork
from support.provider.server import Provider
from tautraj.store import Store


class Finished(NamedTuple):
    code: int
    out: str
    err: str


Generate = Callable[..., Finished]
Process = subprocess.Popen[bytes] | Forked


def command(overrides: Sequence[str], door: str = "generate") -> list[str]:
    return [sys.executable, str(REPO / "flows" / f"{door}.py"), *overrides]


def start(
    words: Sequence[str],
    door: str = "generate",
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    log: IO[str] | int,
    errors: IO[str] | int = subprocess.STDOUT,
    start_new_session: bool = False,
    cold: bool = False,
) -> Process:
    """Its command, typed in the folder `cwd`. `env`: None for this process's own.

    `cold`: in a process that imports everything itself, as a user's does; else forked from one that has, where no
    difference can be seen.
    """
    typed, given = command(words, door), dict(os.environ if env is None else env)
    streams: dict[str, Any] = {
        "stdin": stdin,
        "stdout": log,
        "stderr": log if errors == subprocess.STDOUT else errors,
    }
    if cold or not may_fork(typed, given):
        return subprocess.Popen(typed, cwd=cwd, env=given, **streams, start_new_session=start_new_session)
    return Forked(typed, cwd=cwd, env=given, **streams, start_new_session=start_new_session)


def by_the_door(
    door: str,
    *words: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
    cold: bool = False,
) -> Finished:
    """Likewise, and waited for."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        code = start(words, door, cwd=cwd, env=env, stdin=stdin, log=out, errors=err, cold=cold).wait()
        for file in (out, err):
            file.seek(0)
        return Finished(code, out.read(), err.read())


def played(store: Store) -> dict[tuple[str, int], float | None]:
    """Reward by task and trial; fails on a task played twice."""
    found: dict[tuple[str, int], float | None] = {}
    for trajectory in store.read_episodes():
        key = (trajectory.task_id, trajectory.trial)
        assert key not in found
        found[key] = trajectory.reward
    return found


def over_http(provider: Provider, name: str) -> list[str]:
    """Overrides that seat `name` twice at the provider, without limits."""
    base = {"claude": provider.anthropic_base, "gemini": provider.gemini_base}.get(name, provider.openai_base)
    overrides = [f"model={name}", f"user={name}"]
    for seat in ("model", "user"):
        overrides += [f"{seat}.provider.api_base={base}"]
        overrides += [f"{seat}.provider.{limit}=null" for limit in ("requests_per_minute", "tokens_per_minute")]
    return overrides
