"""Every command in the documents is right: composed by Hydra, or a target of the Makefile that other tests run."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tautraj.command_line import compose_tree
from tautraj.config import Run
from tautraj.trajectory import Grade, Outcome, ToolCall, Trajectory, Turn

REPO = Path(__file__).parents[1]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/datasets.md", "docs/deploy.md"]
PLAIN = {"source .venv/bin/activate", "cp .env.example .env"}


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (REPO / document).read_text(), re.DOTALL)


def commands() -> list[str]:
    lines = [line for document in DOCUMENTS for block in blocks(document, "bash") for line in block.splitlines()]
    return sorted({line.split("  #")[0].strip() for line in lines if line.strip()})


def test_there_are_commands() -> None:
    assert {"make generate", "make test", "make check", "make ui", "python flows/generate.py"} <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_right(command: str) -> None:
    first, *words = shlex.split(command)
    if command in PLAIN:
        assert first == "source" or (REPO / words[0]).exists()
    elif words[:2] == ["-m", "pip"]:
        extras = (REPO / "pyproject.toml").read_text()
        assert [word for word in words[3:] if not word.startswith("-") and word not in extras] == []
    elif first in ("prefect", "mlflow"):
        {"prefect": prefect_takes, "mlflow": mlflow_takes}[first](words)
    elif first == "make":
        assert re.search(rf"^{words[0]}:", (REPO / "Makefile").read_text(), re.MULTILINE)
    else:
        assert first == "python"
        assert (REPO / words[0]).exists()
        if "--config-dir" in words:
            return  # a folder of the reader's own: `test_own` does what is written there
        overrides = [word for word in words[1:] if word not in ("-m", "--help", "--cfg", "job")]
        for cell in cells(overrides):
            compose_tree(cell, Path(words[0]).stem)


def prefect_takes(words: list[str]) -> None:
    """By the command line's own parser: commands, options, what must not be missing."""
    from prefect.cli._app import _app

    words = [word for word in words if word != "--no-prompt"]  # of the program, not of the command
    _app.parse_args(words, exit_on_error=False, print_error=False)
    for word in words:
        if word.startswith("overrides="):
            deployed = next(found for found in words if "/" in found).rpartition("/")[2]
            compose_tree(json.loads(word.removeprefix("overrides=")), deployed)


def mlflow_takes(words: list[str]) -> None:
    from mlflow.cli import cli

    command, rest = cli, words
    while hasattr(command, "get_command"):
        found = command.get_command(None, rest[0])
        assert found is not None, f"mlflow has no {rest[0]}"
        command, rest = found, rest[1:]
    command.make_context("mlflow", list(rest))


def settings() -> set[str]:
    text = "".join(block for language in ("ini", "bash") for block in blocks("docs/deploy.md", language))
    return set(re.findall(r"\b((?:PREFECT|MLFLOW)_[A-Z_]+)=", text))


@pytest.mark.parametrize("name", sorted(settings()))
def test_every_setting_is_one(name: str) -> None:
    import mlflow.environment_variables
    import prefect.settings

    assert hasattr(prefect.settings if name.startswith("PREFECT") else mlflow.environment_variables, name)


@pytest.mark.parametrize(
    "command",
    [
        "prefect deploy --alll",
        "prefect gcl create x",
        "prefect servr start",
        "mlflow db upgrad x",
        "mlflow server --prt 1",
    ],
)
def test_a_slip_in_a_command_would_be_seen(command: str) -> None:
    with pytest.raises(Exception, match=r"--alll|--limit|servr|upgrad|--prt"):
        test_every_command_is_right(command)


def cells(overrides: list[str]) -> list[list[str]]:
    """The cells of a sweep, one choice after the other."""
    sweep = [word.split("=", 1) for word in overrides]
    widest = max((len(value.split(",")) for _, value in sweep if not value.startswith("[")), default=1)
    return [[f"{key}={pick(value, index)}" for key, value in sweep] for index in range(widest)]


def pick(value: str, index: int) -> str:
    choices = [value] if value.startswith("[") else value.split(",")
    return choices[index % len(choices)]


def test_the_record_shown_is_a_real_one() -> None:
    """Every key of the abridged record exists where it stands."""
    [text] = blocks("README.md", "json")
    shown = json.loads(text)
    assert set(shown) <= {*Trajectory.model_fields, "schema"}
    for turn in shown["turns"]:
        assert set(turn) <= set(Turn.model_fields)
        assert set(turn.get("tool_call", {})) <= set(ToolCall.model_fields)
    assert set(shown["outcome"]) <= set(Outcome.model_fields)
    assert set(shown["grade"]) <= set(Grade.model_fields)


def test_the_choices_in_the_table_exist(run_of: Callable[..., Run]) -> None:
    """README's table names what is under conf/, all of it."""
    text = (REPO / "README.md").read_text()
    for group in ("agent", "user_strategy", "domain", "split"):
        row = next(line for line in text.splitlines() if line.startswith(f"| `{group}`"))
        assert {path.stem for path in (REPO / "conf" / group).glob("*.yaml")} <= set(re.findall(r"`(\w+)`", row))
    row = next(line for line in text.splitlines() if line.startswith("| `model`, `user`"))
    named = set(re.findall(r"`(?:model=|user=)?(\w+)`", row))
    assert {path.stem for seat in ("model", "user") for path in (REPO / "conf" / seat).glob("*.yaml")} <= named


def test_env_example_names_every_key() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (REPO / ".env.example").read_text(), re.MULTILINE))
    wanted = {
        match
        for path in (REPO / "conf" / "provider").glob("*.yaml")
        for match in re.findall(r"api_key_env: ([A-Z_]+)", path.read_text())
    }
    assert wanted <= named
