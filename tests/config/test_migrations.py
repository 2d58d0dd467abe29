"""What older versions wrote is read, resumed and fed back; what a newer one wrote is refused by name.

`golden/<schema>/` holds run directories as each version left them (`golden/make.py`). Not here: files that are no
records (`test_run_directory`).
"""

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.cli import REPO

from tautraj.config import Run
from tautraj.config.migrations import upgrade_run
from tautraj.errors import StoreError
from tautraj.metrics import summarise
from tautraj.runs.plan import plan_run
from tautraj.store import Store
from tautraj.store.migrations import upgrade_episode
from tautraj.trajectory import SCHEMA_VERSION, Trajectory

GOLDEN = REPO / "tests" / "golden"
RUNS = sorted(path.parent.relative_to(GOLDEN) for path in GOLDEN.glob("*/*/run.yaml"))
EPISODES = sorted(path.relative_to(GOLDEN) for path in GOLDEN.glob("*/*/episodes/*.json"))
every_run = pytest.mark.parametrize("run", RUNS, ids=str)
every_episode = pytest.mark.parametrize("episode", EPISODES, ids=str)


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """A copy, since reading may set things aside."""
    return Path(shutil.copytree(GOLDEN, tmp_path / "golden"))


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def contains(whole: Any, part: Any) -> bool:
    """Whether everything in `part` is in `whole` as it was."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return repr(whole) == repr(part)


def test_every_schema_has_its_golden_records() -> None:
    assert {run.parts[0] for run in RUNS} == {str(number) for number in range(1, SCHEMA_VERSION + 1)}
    assert {path.parts[0] for path in EPISODES} == {run.parts[0] for run in RUNS}
    assert all(read(GOLDEN / path)["schema"] == int(path.parts[0]) for path in EPISODES)


@every_run
def test_the_run_directory_of_an_older_version_loads_whole(golden: Path, run: Path) -> None:
    store = Store(str(golden / run))
    store.check()
    loaded = list(store.read_episodes())
    assert len(loaded) == len(list((GOLDEN / run).glob("episodes/*")))
    assert {trajectory.schema_version for trajectory in loaded} == {SCHEMA_VERSION}
    written = sorted((GOLDEN / run).glob("failures/*"))
    assert [failure.kind for failure in store.read_failures(set())] == [read(path)["kind"] for path in written]
    assert [bool(spent.usage) for spent in store.read_wasted_usage()] == ["usage" in read(path) for path in written]
    assert all(summarise(trajectory).id == trajectory.id for trajectory in loaded)


@every_episode
def test_nothing_that_was_in_it_changes_and_the_reward_is_kept(episode: Path) -> None:
    found = read(GOLDEN / episode)
    before = copy.deepcopy(found)
    loaded = Trajectory.model_validate(upgrade_episode(found, "here"))
    assert found == before
    assert contains(loaded.model_dump(by_alias=True, mode="json") | {"schema": found["schema"]}, found)
    assert (loaded.reward, loaded.ungraded) == (found["reward"], found["ungraded"])


@pytest.mark.parametrize("episode", [path for path in EPISODES if path.parts[0] == str(SCHEMA_VERSION)], ids=str)
def test_what_this_version_writes_is_this_schema(episode: Path) -> None:
    """A field more or less is another schema: raise SCHEMA, say in `schemas` what it brought, add golden records."""
    text = (GOLDEN / episode).read_text()
    assert Trajectory.model_validate_json(text).model_dump_json(by_alias=True, indent=1) == text


@every_run
def test_opening_it_makes_it_one_of_this_schema(golden: Path, run: Path) -> None:
    store = Store(str(golden / run))
    store.open({"trials": 1}, "")
    assert yaml.safe_load((golden / run / "run.yaml").read_text()) == {"schema": SCHEMA_VERSION, "trials": 1}
    assert len(list(store.read_episodes())) == len(list((GOLDEN / run).glob("episodes/*")))


@pytest.mark.parametrize("schema", [str(number) for number in range(2, SCHEMA_VERSION + 1)])
def test_the_same_command_resumes_it(golden: Path, schema: str, run_of: Callable[..., Run]) -> None:
    """Nothing is played again. In schema 1 the folders' names were made of less."""
    root = golden / "outputs"
    shutil.copytree(golden / schema, root / "default")
    plan = plan_run(run_of("domain=mock", "split=base", "tasks.ids=[create_task_1]", "tracking=none", root=root))
    assert (len(plan.rows), plan.owed) == (1, [])


DOOR = """
from tautraj.config.command_line import run_cli
from tautraj.config.identity import identify_cell
from tautraj.config.parse import parse_run

run_cli(lambda cfg: print(identify_cell(parse_run(cfg)).folder))
"""


def fed_back(path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "door.py").write_text(DOOR)
    words = ["--config-dir", str(path), "--config-name", "run"]
    return subprocess.run(
        [sys.executable, folder / "door.py", *words], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("run", [run for run in RUNS if run.name.startswith("x-")], ids=str)
def test_its_run_yaml_fed_back_is_its_run(run: Path, tmp_path: Path) -> None:
    ended = fed_back(GOLDEN / run, tmp_path)
    assert ended.stderr == ""
    name, _, _ = run.name.rpartition("-")
    assert ended.stdout.strip().rpartition("-")[0] == name
    assert run.parts[0] == "1" or ended.stdout.strip() == run.name


def test_a_newer_run_yaml_fed_back_is_refused_by_name(golden: Path, tmp_path: Path) -> None:
    path = golden / RUNS[-1]
    path.joinpath("run.yaml").write_text(
        (path / "run.yaml").read_text().replace(f"schema: {SCHEMA_VERSION}", "schema: 99")
    )
    ended = fed_back(path, tmp_path)
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: the run.yaml that is fed back has schema 99;")
    assert f"reads up to schema {SCHEMA_VERSION}. Update tautraj, or" in line
    assert ended.returncode == 2


NO_SCHEMAS = [
    SCHEMA_VERSION + 1,
    10**9,
    0,
    -1,
    str(SCHEMA_VERSION),
    float(SCHEMA_VERSION),
    True,
    None,
    [],
    {},
    "x" * 1000,
]


@pytest.mark.parametrize("schema", NO_SCHEMAS, ids=lambda schema: str(schema)[:10])
def test_a_schema_that_is_not_known_is_refused_by_name_and_left_alone(golden: Path, schema: object) -> None:
    episode, run = golden / EPISODES[-1], golden / EPISODES[-1].parts[0] / EPISODES[-1].parts[1]
    episode.write_text(json.dumps({**read(episode), "schema": schema}))
    with pytest.raises(StoreError, match=r"schema \S+[,;]") as caught:
        list(Store(str(run)).read_episodes())
    assert len(str(caught.value).splitlines()) == 1 and len(str(caught.value)) < 500
    assert episode.exists()
    (run / "run.yaml").write_text(yaml.safe_dump({"schema": schema}))
    with pytest.raises(StoreError, match="schema"):
        Store(str(run)).check()


@pytest.mark.parametrize("number", range(1, SCHEMA_VERSION + 1))
@pytest.mark.parametrize("key", ["grade", "domain", "agent", "model", "user", "tasks", "limits"])
@pytest.mark.parametrize("value", [None, 1, "x", [1], {}])
def test_no_step_stumbles_over_what_is_no_record(number: int, key: str, value: object) -> None:
    found = {"schema": number, key: value}
    assert upgrade_episode(found, "")["schema"] == upgrade_run(found, "")["schema"] == SCHEMA_VERSION
