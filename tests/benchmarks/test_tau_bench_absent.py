"""Classic τ-bench where its package is not installed, and where else its commit is named."""

import re
import subprocess
import sys
from pathlib import Path

from support.cli import REPO

WITHOUT_PACKAGE = """
import runpy, sys
sys.modules["tau_bench"] = None  # as if it were not there, in every environment
sys.path.insert(0, "{door.parent}")  # as for any script
sys.argv = ["flows/generate.py", "benchmark=tau_bench", "split=train"]
runpy.run_path("{door}", run_name="__main__")
"""


def test_without_the_package_one_line_says_how_to_install_it(tmp_path: Path) -> None:
    script = WITHOUT_PACKAGE.format(door=REPO / "flows" / "generate.py")
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: benchmark=tau_bench needs the package tau_bench")
    assert line.endswith(f": pip install --no-deps '{requirement()}'")
    assert list(tmp_path.iterdir()) == []


def test_the_page_names_the_same_commit() -> None:
    assert f"pip install --no-deps '{requirement()}'" in (REPO / "docs" / "benchmarks.md").read_text()


def requirement() -> str:
    """What the optional extra asks for."""
    found = re.search(r'^tau_bench = \["(tau_bench @ git\+https://\S+@[0-9a-f]{40})"\]$', pyproject(), re.MULTILINE)
    assert found
    return found[1]


def pyproject() -> str:
    return (REPO / "pyproject.toml").read_text()
