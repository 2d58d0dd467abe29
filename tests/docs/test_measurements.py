"""The scripts under `measurements/` run and print what the documents show."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import REPO


@pytest.mark.slow
def test_reward_bounds_prints_the_rows_shown(tmp_path: Path) -> None:
    script = [sys.executable, str(REPO / "measurements" / "reward_bounds.py"), "tau2/telecom/test"]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *_, row = done.stdout.splitlines()
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert f"| {' | '.join(cells[:5])} |" in (REPO / "docs" / "benchmarks.md").read_text()
    assert list(tmp_path.iterdir()) == []


def test_soak_says_what_it_takes() -> None:
    """What it does is held by `test_soak`."""
    script = [sys.executable, str(REPO / "measurements" / "soak.py"), "--help"]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--kills" in done.stdout


@pytest.mark.slow
def test_trace_cost_prints_what_a_trace_costs(tmp_path: Path) -> None:
    script = [sys.executable, str(REPO / "measurements" / "trace_cost.py"), "--episodes", "2"]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    *_, none, sample = done.stdout.splitlines()
    assert none.startswith("| none | 2 |")
    assert sample.startswith("| sample | 2 |")
    assert list(tmp_path.iterdir()) == []
