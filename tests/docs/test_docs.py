"""Every command in the documents is right: planned, as by a dry run, or a target of the Makefile that others test.

Of commands on existing run directories only the words are checked. And every link leads somewhere. Not here: what the
notebooks and docs/extending.md do (`test_notebooks`, `test_extending`).
"""

import json
import re
import shlex
from pathlib import Path

import pytest
from support.cli import REPO
from support.planning import check_command

from tautraj.config.command_line import compose_tree
from tautraj.config.identity import identify_cell
from tautraj.config.parse import parse_run
from tautraj.trajectory import Grade, Outcome, ToolCall, Trajectory, Turn

DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (REPO / "docs").glob("*.md"))]
PLAIN = {"source .venv/bin/activate", "cp .env.example .env"}
DOORS = {path.name for path in (REPO / "flows").glob("*.py") if "__main__" in path.read_text()}
BRACKETS = ("[", "{")
WORDS_OF_HYDRAS = ("-m", "--help", "--cfg", "job")
SHOWN_RUNS: list[list[str]] = [[], ["split=train"], ["tasks.limit=8", "user_strategy.patience=3"]]
"""Whose run directories the documents name."""


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been played where the commands are typed."""
    monkeypatch.chdir(tmp_path)


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (REPO / document).read_text(), re.DOTALL)


def commands() -> list[str]:
    lines = [line for document in DOCUMENTS for block in blocks(document, "bash") for line in block.splitlines()]
    return sorted({line.split("  #")[0].strip() for line in lines if line.strip()})


def test_there_are_commands() -> None:
    assert {"make generate", "make test", "make check", "make ui", "python flows/generate.py"} <= set(commands())


@pytest.mark.parametrize("command", commands())
def test_every_command_is_right(command: str) -> None:
    first, *words = [word for word in shlex.split(command) if not re.match(r"[A-Z_]+=", word)]
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
        door = Path(words[0])
        if door.name not in DOORS or "--config-dir" in words:
            return  # a script; or a folder of the reader's own: `test_extending` does what is written there
        for overrides in cells([word for word in words[1:] if word not in WORDS_OF_HYDRAS]):
            check_command(door.stem, overrides)


def prefect_takes(words: list[str]) -> None:
    """By the command line's own parser: commands, options, what must not be missing."""
    from prefect.cli._app import _app

    words = [word for word in words if word != "--no-prompt"]  # of the program, not of the command
    _app.parse_args(words, exit_on_error=False, print_error=False)
    for word in words:
        if word.startswith("overrides="):
            deployed = next(found for found in words if "/" in found).rpartition("/")[2]
            with pytest.MonkeyPatch.context() as worker:
                worker.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example.org")  # as docs/deploy.md sets it there
                check_command(deployed, json.loads(word.removeprefix("overrides=")))


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
        "python flows/sweep.py user=gpt4o 'grid.user=[gpt4o,claude]'",
        "python flows/generate.py split=dev",
    ],
)
def test_a_slip_in_a_command_would_be_seen(command: str) -> None:
    with pytest.raises(Exception, match=r"--alll|--limit|servr|upgrad|--prt|leave out user=gpt4o|split"):
        test_every_command_is_right(command)


def cells(overrides: list[str]) -> list[list[str]]:
    """The cells of a sweep, one choice after the other."""
    sweep = [word.split("=", 1) for word in overrides]
    widest = max((len(value.split(",")) for _, value in sweep if not value.startswith(BRACKETS)), default=1)
    return [[f"{key}={pick(value, index)}" for key, value in sweep] for index in range(widest)]


def pick(value: str, index: int) -> str:
    choices = [value] if value.startswith(BRACKETS) else value.split(",")
    return choices[index % len(choices)]


def test_the_record_shown_is_a_real_one() -> None:
    """Every key of the abridged record exists where it stands."""
    [text] = blocks("docs/run-directory.md", "json")
    shown = json.loads(text)
    assert set(shown) <= {*Trajectory.model_fields, "schema"}
    for turn in shown["turns"]:
        assert set(turn) <= set(Turn.model_fields)
        assert set(turn.get("tool_call", {})) <= set(ToolCall.model_fields)
    assert set(shown["outcome"]) <= set(Outcome.model_fields)
    assert set(shown["grade"]) <= set(Grade.model_fields)


def test_the_run_directories_named_are_those_that_the_commands_make() -> None:
    text = "\n".join((REPO / document).read_text() for document in DOCUMENTS)
    named = set(re.findall(r"oracle__scripted__[a-z]+-[a-z]+-[0-9a-f]{8}", text))
    assert named == {identify_cell(parse_run(compose_tree(overrides))).folder for overrides in SHOWN_RUNS}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    text = re.sub(r"```.*?```", "", (REPO / document).read_text(), flags=re.DOTALL)
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, anchor = link.partition("#")
        path = (REPO / document).parent / file if file else REPO / document
        assert path.exists(), link
        assert not anchor or anchor in anchors(path), link


def anchors(path: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_env_example_names_every_key() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (REPO / ".env.example").read_text(), re.MULTILINE))
    wanted = {
        match
        for path in (REPO / "conf" / "provider").glob("*.yaml")
        for match in re.findall(r"api_key_env: ([A-Z_]+)", path.read_text())
    }
    assert wanted <= named
