"""Provenance of a result: package versions and the git state of the code."""

import functools
import subprocess
import sys
from importlib.metadata import version

from tautraj.config.run import CONF

LIBRARIES = ("tautraj", "smolagents", "litellm", "prefect", "mlflow")


@functools.cache
def collect_versions(benchmark: str) -> dict[str, str]:
    """Package name -> version, for `LIBRARIES`, the benchmark and Python. `benchmark`: its name and version."""
    return {**{name: version(name) for name in LIBRARIES}, "benchmark": benchmark, "python": sys.version.split()[0]}


def read_git_state() -> dict[str, str]:
    """Commit of the code, and whether there are uncommitted changes; empty outside a git checkout."""

    def git(*words: str) -> str | None:
        try:
            process = subprocess.run(
                ["git", "-C", str(CONF), *words], capture_output=True, text=True, check=True, timeout=10
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return process.stdout.strip()

    commit, changed = git("rev-parse", "HEAD"), git("status", "--porcelain")
    return {} if commit is None else {"git.commit": commit, "git.dirty": str(bool(changed)).lower()}
