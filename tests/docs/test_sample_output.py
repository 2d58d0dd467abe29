"""README's samples of output are what the program prints, line by line, for the commands above them.

Played in this process, without Prefect and MLflow. Not here: what a flow prints while it plays
(`tests/end_to_end/test_generate.py`).
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support import sample_runs
from support.cli import REPO

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.grading.regrade import RegradeRequest, explain_episode
from tautraj.orchestration.episode_tasks import conclude_cell
from tautraj.report.terminal import tables
from tautraj.runs.plan import plan_run
from tautraj.runs.progress import RunProgress
from tautraj.runs.scheduler import CellRun

RunOf = Callable[..., Run]
ANY = (r"(?<=│ seconds ).*\d\.\d\d", r"(?<=/runs/)[0-9a-f]{32}$")
"""What differs from run to run: seconds, MLflow's id of the run."""
MLFLOW = "make ui, then http://127.0.0.1:5000/#/experiments/1/runs/" + 32 * "0"


def find_sample(first_line: str) -> list[str]:
    """Lines of README's block that begins with `first_line`."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", (REPO / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    [sample] = [text for language, text in blocks if not language and text.startswith(first_line)]
    return list(sample.splitlines())


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs' directories are under a folder of their own."""
    monkeypatch.chdir(tmp_path)


def test_the_closing_table(run_of: RunOf, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_of()
    sample_runs.played(run)
    progress = RunProgress(plan_run(run))
    numbers, links = conclude_cell(CellRun({}, progress))
    capsys.readouterr()
    tables.print_summary(progress, numbers, {**links, "MLflow": MLFLOW})
    printed = capsys.readouterr().out.splitlines()
    assert [mask(line) for line in printed] == [mask(line) for line in find_sample("oracle__scripted__")]


def test_an_explained_reward(run_of: RunOf, capsys: pytest.CaptureFixture[str]) -> None:
    store = sample_runs.played(run_of("tasks.limit=8", "user_strategy.patience=3"))
    command = re.search(r"flows/regrade\.py (run=\S+) (explain=\S+)", (REPO / "README.md").read_text())
    assert command and command[1] == f"run={store.url}"
    request = parse_as(RegradeRequest, compose_tree(list(command.groups()), "regrade"))
    capsys.readouterr()
    tables.print_explanation(explain_episode([store], request))
    assert capsys.readouterr().out.splitlines() == find_sample(command[2].removeprefix("explain="))


def mask(line: str) -> str:
    """`line` without what differs from run to run, and without the blanks that fill a title's line."""
    return re.sub("|".join(ANY), "#", line).rstrip()
