"""The command line as a user types it: where the tests that come in by it agree.

The fixtures `server`, `environ`, `generate` and `store_of` stand in `conftest`.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from support.provider.server import Provider
from tautraj.store import Store

REPO = Path(__file__).parents[2]


class Finished(NamedTuple):
    code: int
    out: str
    err: str


Generate = Callable[..., Finished]


def command(overrides: Sequence[str], door: str = "generate") -> list[str]:
    return [sys.executable, str(REPO / "flows" / f"{door}.py"), *overrides]


def by_the_door(door: str, *words: str, cwd: Path, env: dict[str, str] | None = None) -> Finished:
    """Its command, typed in the folder `cwd`. `env`: None for this process's own."""
    typed = command(words, door)
    done = subprocess.run(typed, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    return Finished(done.returncode, done.stdout, done.stderr)


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
