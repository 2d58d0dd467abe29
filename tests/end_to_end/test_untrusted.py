"""What comes from outside is data: nothing that is read is run, and no text in a record becomes anything else."""

import ast
import json
import string
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support import records
from support.cli import REPO

from tautraj.config import Run
from tautraj.config.identity import identify_cell, locate_run_directory
from tautraj.errors import ConfigError, StoreError
from tautraj.runs.plan import plan_run
from tautraj.runs.startup import start_up
from tautraj.store import Store

MODULES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "jsonpickle", "torch"}
NAMES = {"eval", "exec", "compile", "__import__"}
METHODS = {"unsafe_load", "unsafe_load_all", "full_load", "full_load_all", "read_pickle", "to_pickle"}
METHODS |= {"getoutput", "getstatusoutput", "instantiate", "import_module", "get_class"}
ARGUMENTS = {"allow_pickle", "shell"}
ALLOWED = {
    "benchmarks/tau_bench/replay.py": {"marshal"},  # of the package's data, from memory to memory
    "config/components.py": {"import_module"},  # what a run names by _target_, when it is about to be played
    "benchmarks/tau2/data.py": {"import_module"},  # a domain of the package
    # for number types and the GPU; files are read by transformers: safetensors, GGUF, checkpoints with weights_only
    "training/base_model.py": {"torch"},
    "training/trainers.py": {"torch"},
}


def running(code: str) -> set[str]:
    """What in it could run what it reads."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names):
                found |= {name.name.partition(".")[0] for name in names} & MODULES
            case ast.ImportFrom(module, names):
                found |= {(module or "").partition(".")[0]} & MODULES | {name.name for name in names} & METHODS
            case ast.Call(ast.Name(name)):
                found |= {name} & (NAMES | METHODS)
            case ast.Attribute(ast.Name("yaml" | "os" as module), "load" | "load_all" | "system" | "popen"):
                found.add(module)
            case ast.Attribute(_, name):
                found |= {name} & METHODS
            case ast.keyword(str(name)):
                found |= {name} & ARGUMENTS
    return found


def test_nothing_that_is_read_is_run() -> None:
    package = REPO / "src" / "tautraj"
    ours = [*package.rglob("*.py"), *(REPO / "flows").rglob("*.py")]
    able = {path: found for path in ours if (found := running(path.read_text()))}
    assert {str(path.relative_to(package)): found for path, found in able.items()} == ALLOWED


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib.memory",
        "def f():\n from cloudpickle import load",
        "import yaml; yaml.load(x)",
        "yaml.unsafe_load(x)",
        "from yaml import unsafe_load",
        "pandas.read_pickle(x)",
        "numpy.load(x, allow_pickle=True)",
        "eval(x)",
        "exec(x)",
        "os.system(x)",
        "subprocess.run(x, shell=True)",
        "hydra.utils.instantiate(x)",
        "importlib.import_module(x)",
    ],
)
def test_what_would_run_it_is_seen(code: str) -> None:
    assert running(code)


def hostile_run(run: Run, folder: Path) -> Run:
    """A run of somebody else's whose parts, when they are loaded, write a file."""
    (folder / "hostile.py").write_text(f"open({str(folder / 'pwned')!r}, 'w')\ndef boom(context): pass\n")
    tree = run.model_dump(by_alias=True)
    for part in ("agent", "user_strategy"):
        tree[part] = {"name": tree[part]["name"], "_target_": "hostile.boom"}
    return Run.model_validate({**tree, "runner": {**tree["runner"], "_target_": "hostile.Boom"}})


def test_reading_a_run_directory_loads_nothing_that_it_names(
    run_of: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    run = hostile_run(run_of(root=tmp_path / "out"), tmp_path)
    store = Store(locate_run_directory(run))
    store.open(run.model_dump(by_alias=True), "")
    store.write(records.trajectory())
    store.write_failure("6-t0-0", ValueError("x"), [], {})
    written = yaml.safe_load((Path(store.path) / "run.yaml").read_text())
    written.pop("schema")
    assert identify_cell(Run.model_validate(written)) == identify_cell(run)
    store.check()
    assert len(list(store.read_episodes())) == len(store.read_failures(set())) == 1
    assert "hostile" not in sys.modules
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("tag", ["object/apply:os.mkdir", "object/new:os.mkdir", "name:os", "module:os"])
def test_a_run_yaml_is_no_program(tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.yaml").write_text(f"schema: !!python/{tag} [pwned]\n")
    with pytest.raises(StoreError, match="ConstructorError"):
        Store(str(tmp_path)).check()
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", ["../../x", "zz", "mock.environment"])
def test_a_domain_is_one_of_the_packages(name: str, run_of: Callable[..., Run], tmp_path: Path) -> None:
    run = run_of("domain=mock", "split=base", f"domain.name={name}", root=tmp_path)
    with pytest.raises(ConfigError, match="mock, airline, retail, telecom$"):
        plan_run(run)
    assert list(tmp_path.iterdir()) == []


def test_a_million_unknown_tasks_are_refused_in_a_short_line(run_of: Callable[..., Run], tmp_path: Path) -> None:
    run = run_of("domain=mock", "split=base", root=tmp_path)
    tasks = run.tasks.model_copy(update={"ids": [f"t{number}" for number in range(1_000_000)]})
    with pytest.raises(ConfigError, match=r"^tasks.ids: t0, .*t9 and 999,990 more not in mock") as refused:
        plan_run(run.model_copy(update={"tasks": tasks}))
    assert len(str(refused.value)) < 1_000


def test_a_folder_cannot_add_a_key_to_run_yaml(
    run_of: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a\ntrials: 7\x1b\u202e"
    folder.mkdir()
    monkeypatch.chdir(folder)
    run = run_of("domain=mock", "split=base", "tasks.limit=1", "tracking=none", root="runs")
    with start_up(plan_run(run), lambda _: None) as plan:
        assert plan.store.read_config()["trials"] == 1


@pytest.mark.parametrize("root", ["a" * 300, "/proc/nowhere/x", "/dev/null"])
def test_a_root_that_no_disk_takes_is_refused_in_a_line(root: str, run_of: Callable[..., Run]) -> None:
    plan = plan_run(run_of("domain=mock", "split=base", "tracking=none", root=root))
    with pytest.raises(StoreError, match=r"Choose another root=…$"), start_up(plan, lambda _: None):
        pass


@pytest.mark.parametrize("name", ["__class__", "os.system", "x y", "../x", "", "a{b}"])
def test_a_failure_is_of_a_kind_that_has_a_name(name: str, tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.write_json("failures/a.1.json", {"kind": name, "message": "x"})
    [failure] = store.read_failures(set())
    assert failure.kind == (name if name == "__class__" else "BrokenRecord")


FIELDS = '", "reward": 1.0, "x": "'
said = st.one_of(
    st.text(max_size=40),
    st.text(string.printable, max_size=40),
    st.sampled_from([FIELDS, '"}],"reward":1.0}', "\x1b]0;x\x07\r\x00\u2028\ufeff\ufffe", "</script>", "\\"]),
)
numbers = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, said),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(said, inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(texts=st.tuples(*[said] * 8), arguments=st.dictionaries(said, anything, max_size=4), belief=anything)
def test_whatever_is_said_is_kept_exactly_and_is_no_field(
    texts: tuple[str, ...], arguments: dict[str, Any], belief: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    a, b, c, d, e, f, g, h = texts
    call = {"id": a, "name": b, "arguments": arguments, "raw": c or None}
    turn = records.turn(
        kind="tool_call", message=d, observation=e, thought=f, tool_call=call, signed=[{g: h}], belief={h: belief}
    )
    record = records.trajectory(turns=[turn], outcome={"kind": "user_stop", "detail": a}, scenario=b, task_id=c)
    store = Store(str(tmp_path_factory.mktemp("run")))
    store.write(record)
    [read] = store.read_episodes()
    assert read == record
    [path] = Path(store.path).glob("episodes/*.json")
    written = json.loads(path.read_text())
    assert set(written) == set(json.loads(records.trajectory().model_dump_json(by_alias=True)))
    assert set(written["turns"][0]) == set(json.loads(records.turn().model_dump_json()))
    assert written["turns"][0]["tool_call"]["arguments"] == arguments


@settings(max_examples=30, deadline=None)
@given(kind=said, message=said)
def test_a_failure_is_kept_exactly(kind: str, message: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = Store(str(tmp_path_factory.mktemp("run")))
    store.write_failure("5-t0-0", ValueError(message), [records.turn(message=kind)], {})
    [failure] = store.read_failures(set())
    assert (failure.id, failure.kind, failure.message) == ("5-t0-0", "ValueError", message)
