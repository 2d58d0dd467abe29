"""The notebooks run from first cell to last on this environment's python, and are committed without outputs."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient import NotebookClient
from support.cli import REPO, Generate
from support.worlds import make_here, request_of

from tautraj.store import Store
from tautraj.store.discovery import list_runs

FOLDER = REPO / "notebooks"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
Execute = Callable[[str], nbformat.NotebookNode]


class OurPython(KernelSpecManager):
    """Knows one kernel, which needs to be installed nowhere."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


@pytest.fixture
def execute(tmp_path: Path, prefect_home: Callable[[Path], str]) -> Execute:
    """Execute a notebook as an editor does, with everything that it leaves behind in `tmp_path`."""
    kept = ("TMPDIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR", "HF_HOME")
    variables = {name: str(tmp_path / name.lower()) for name in kept}
    for folder in variables.values():
        Path(folder).mkdir()
    variables["PREFECT_HOME"] = prefect_home(tmp_path / "prefect")

    def run(name: str) -> nbformat.NotebookNode:
        notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
        kernel = AsyncKernelManager(kernel_spec_manager=OurPython())
        client = NotebookClient(notebook, km=kernel, timeout=300, resources={"metadata": {"path": str(FOLDER)}})
        try:
            client.execute(env={**os.environ, **variables})
        finally:
            run_sync(kernel.shutdown_kernel)(now=True)  # whoever made it ends it
        return notebook

    return run


def told(notebook: nbformat.NotebookNode) -> str:
    """What was printed and shown as text."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


def pictures(notebook: nbformat.NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.slow
def test_a_run_is_read_and_its_reward_explained(execute: Execute) -> None:
    text = told(execute("01_read_a_run"))
    assert "8 graded; not averaged: 0 ungraded, 0 failed" in text
    assert "customer_stopped_early" in text
    readme = (REPO / "README.md").read_text()
    _, *lines = readme.partition("18-t0-58a1be0a: reward 0.0")[2].partition("```")[0].splitlines()
    assert len(lines) > 5
    assert [line for line in lines if line not in text] == []  # what README shows


@pytest.mark.slow
def test_cells_are_compared(execute: Execute) -> None:
    notebook = execute("02_compare_runs")
    assert pictures(notebook) == 2
    text = told(notebook)
    for cell in ("forgets 0.2", "forgets 0.25", "forgets 0.5"):
        assert cell in text
    assert "more than luck" in text and "may be luck" in text
    assert "usd_per_success" in text


@pytest.mark.slow
def test_a_dataset_is_built(execute: Execute) -> None:
    text = told(execute("03_build_a_dataset"))
    for said in (
        "shares a customer with a test task",
        "guard=off: ",
        "# Customer-support conversations",
        "validation",
    ):
        assert said in text
    assert "prompts: " in text


@pytest.mark.slow
def test_a_world_is_made_proved_played_and_exported(execute: Execute) -> None:
    text = told(execute("04_make_a_world"))
    assert "'V7': {'gold': 1.0, 'nothing': 0.0, 'without the last write': 0.0}" in text  # proved
    assert "Rejection(check='V8', why='the solver comes to another state')" in text
    assert """Rejection(check='V5', why="the order or profile is another customer's")""" in text
    assert "20 graded; not averaged: 0 ungraded, 0 failed" in text
    assert "reward 1.0\n" in text
    assert "a test task of its world" in text


@pytest.mark.slow
def test_two_models_are_compared_task_by_task(
    execute: Execute, generate: Generate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in place of each: one that omits its last write, one that follows the policy.

    The loop's paths are relative to where it ran, and the notebook runs in its own folder.
    """
    make_here(request_of("retail", tmp_path / "learn" / "worlds" / "shop"))
    played = ("domain.data_dir=learn/worlds/shop", "split=base", "tracking=none", "root=learn")
    for name, seats in {
        "before": ("model=rehearsed_forgetful", "model.extra.forgets=1.0", "user=rehearsed"),
        "after-1": ("agent=rules", "model=rules", "user_strategy=goal"),
    }.items():
        assert generate(*seats, *played, f"name={name}").code == 0
    pretend_training(tmp_path / "learn")
    monkeypatch.setenv("LEARN_ROOT", str(tmp_path / "learn"))
    notebook = execute("05_train_and_measure")
    assert "image/png" in notebook.cells[-2].outputs[-1].data
    text = told(notebook)
    assert "after-1: 20 of 20, 100 %" in text.replace("100%", "100 %")
    assert re.search(r"only after-1: [1-9]\d*; only before: 0;", text)
    assert "reward 1.0, ended: user_stop" in text


def pretend_training(root: Path) -> None:
    """The program after the training as the seat of a model that was trained there, with its log."""
    [path] = [Path(url, "run.yaml") for url in list_runs(str(root)) if Store(url).read_config()["name"] == "after-1"]
    config = yaml.safe_load(path.read_text())
    config["model"]["weights"] = "learn/models/a-1"
    path.write_text(yaml.safe_dump(config))
    log = root / "models" / "a-1" / "log.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text('{"step": 5, "loss": 1.0}\n{"step": 10, "loss": 0.1}\n')


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_committed_as_it_was_written(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata == METADATA
    for cell in notebook.cells:
        assert cell.metadata == {}
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


def test_every_notebook_is_executed_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {
        "01_read_a_run",
        "02_compare_runs",
        "03_build_a_dataset",
        "04_make_a_world",
        "05_train_and_measure",
    }
