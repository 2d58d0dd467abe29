"""The layout of the package, and the names that are already on people's disks and in their scripts.

`golden/frozen_names.json` lists the names; none of them may go.

New ones may come. Pinned: digests of cells and episodes (they name the folders that a run resumes in), `_target_`
paths and files of `conf/`, keys of the configuration, error kinds, fields of records, positions in `index.json`,
deployments, metrics, tags.
"""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tautraj import errors, trajectory
from tautraj.config import CONF, Run
from tautraj.config.identity import identify_cell, plan_episodes
from tautraj.metrics import CompactUsage, EpisodeSummary, compute_metrics
from tautraj.store.tracking_pointer import POINTER_FILE
from tautraj.tracking.mlflow_run import PARENT_TAG
from tautraj.tracking.run_fields import PASS_HAT_METRIC
from tautraj.tracking.tracker import build_run_tags
from tautraj.trajectory import Record

RunOf = Callable[..., Run]
FROZEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / "frozen_names.json").read_text())
DIGESTS = {
    "": ("oracle__scripted__retail-test-68aae6b1", "0-t0-c61d048c", 1778538789),
    "experiment=smoke": ("oracle__scripted__mock-base-1c20b29c", "0-t0-a3dc0310", 1778538789),
    "model=gpt4o user=gpt4o model.name=gpt-4o-2024-11-20 user.name=gpt-4o-2024-11-20": (
        "gpt-4o-2024-11-20-tool_calling__gpt-4o-2024-11-20-llm__retail-test-40db9e3a",
        "0-t0-f152a599",
        1778538789,
    ),
    "model=claude model.name=claude-sonnet-4-5 model.temperature=0.0 user=gpt4o user.name=gpt-4o-2024-11-20 "
    "agent=react user_strategy=verify domain=airline split=train judge=gpt41": (
        "claude-sonnet-4-5-react__gpt-4o-2024-11-20-verify__airline-train-44d9cea9",
        "0-t0-3aa6d43f",
        1778538789,
    ),
    "model=claude_haiku_45 user=gemini user.name=gemini-2.5-flash user.temperature=0.0 judge=mistral "
    "judge.name=mistral-large-latest": (
        "claude-haiku-4-5-tool_calling__gemini-2.5-flash-llm__retail-test-e58032cd",
        "0-t0-ce15e010",
        1778538789,
    ),
    "model=openrouter model.name=deepseek/deepseek-chat user=gpt41": (
        "deepseek-deepseek-chat-tool_calling__gpt-4.1-llm__retail-test-e685c099",
        "0-t0-ef1670c0",
        1778538789,
    ),
    "model=rehearsed user=rehearsed": (
        "rehearsed-tool_calling__rehearsed-llm__retail-test-d379d347",
        "0-t0-223547d9",
        1778538789,
    ),
    "model=vllm user=ollama ~user.extra.num_ctx agent=code user_strategy=reflection domain=telecom": (
        "Qwen-Qwen3-8B-code__qwen3-8b-reflection__telecom-test-954d87f9",
        "0-t0-cf69fb30",
        1778538789,
    ),
}
"""Overrides -> folder of the cell, name and seed of its first episode, as commit 93790cc computed them.

Presets whose model has changed since then are given the model and the temperature that they had.
"""


@pytest.mark.parametrize("overrides", DIGESTS)
def test_a_cell_keeps_its_folder_and_its_episodes(run_of: RunOf, overrides: str) -> None:
    run = run_of(*overrides.split())
    first = plan_episodes(run, ["0"])[0]
    assert (identify_cell(run).folder, first.id, first.seed) == DIGESTS[overrides]


def test_conf_keeps_its_files_and_targets() -> None:
    files = {str(path.relative_to(CONF)): yaml.safe_load(path.read_text()) for path in CONF.rglob("*.yaml")}
    assert set(FROZEN["conf"]) <= set(files)
    targets = {name: tree["_target_"] for name, tree in files.items() if tree and "_target_" in tree}
    assert targets == targets | FROZEN["targets"]


def test_the_configuration_keeps_its_keys() -> None:
    assert set(FROZEN["config"]) <= set(keys(Run.model_json_schema(by_alias=True)))


def test_errors_keep_their_names_and_families() -> None:
    kinds = {
        name: [base.__name__ for base in kind.__mro__[1:-3]]
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, errors.TautrajError)
    }
    assert kinds == kinds | FROZEN["errors"]


@pytest.mark.parametrize("name", FROZEN["records"])
def test_records_keep_their_fields_in_order(name: str) -> None:
    record = getattr(trajectory, name)
    assert issubclass(record, Record)
    assert list(record.model_fields) == FROZEN["records"][name]


def test_index_json_keeps_its_positions() -> None:
    assert list(EpisodeSummary._fields) == FROZEN["index_row"]
    assert list(CompactUsage._fields) == FROZEN["index_usage"]


def test_deployments_keep_their_names() -> None:
    deployed = yaml.safe_load((CONF.parent / "prefect.yaml").read_text())["deployments"]
    assert {"generate", "sweep", "export"} <= {entry["name"] for entry in deployed}
    assert {entry["entrypoint"].rpartition(":")[2] for entry in deployed} >= {
        "generate_deployed",
        "sweep_deployed",
        "export_deployed",
    }


def test_metrics_keep_their_names() -> None:
    spent = {seat: CompactUsage(1, 0, 10, 5, 0, 0.1, 1.0) for seat in ("model", "user", "judge")}
    row = EpisodeSummary(
        "0-t0-x", "0", 0, 1.0, None, {"db": 1.0, "communicate": 1.0}, "user_stop", 3, 1, 0, 2.0, spent, 0, ()
    )
    assert set(FROZEN["metrics"]) <= set(compute_metrics([row], []))
    assert PASS_HAT_METRIC == "pass_hat_k"


def test_mlflow_keeps_its_tags_and_the_run_directory_its_pointer(store_of: Callable[..., Any], run_of: RunOf) -> None:
    from tautraj.runs.plan import plan_run

    plan = plan_run(run_of("experiment=smoke", root=Path(store_of("experiment=smoke").path).parents[1]))
    assert {"cell", "digest", "run_directory", "trials", "oracle", "version.benchmark"} <= set(build_run_tags(plan))
    assert (POINTER_FILE, PARENT_TAG) == ("mlflow.json", "mlflow.parentRunId")


def keys(schema: dict[str, Any]) -> Iterator[str]:
    """Dotted keys of a JSON schema: `model.provider.api_base`."""
    definitions = schema["$defs"]

    def walk(node: dict[str, Any], prefix: str) -> Iterator[str]:
        for name, value in node.get("properties", {}).items():
            yield f"{prefix}{name}"
            for option in [value, *value.get("anyOf", [])]:
                if "$ref" in option:
                    yield from walk(definitions[option["$ref"].rpartition("/")[2]], f"{prefix}{name}.")

    return walk(schema, "")


PACKAGE = CONF.parent / "src" / "tautraj"
PACKAGES = {
    *("config", "llms", "store", "benchmarks", "agents", "users", "grading", "runs", "tracking", "export", "report"),
    *("synthesis", "training", "orchestration"),
}
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
    for path in PACKAGE.rglob("*.py")
}


def test_there_are_fourteen_packages_and_no_folder_is_a_drawer() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == PACKAGES
    sizes = {str(folder): len(list(folder.glob("*.py"))) for folder in [PACKAGE, *PACKAGE.rglob("*/")]}
    assert max(sizes.values()) <= 16, sizes


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_says_what_it_holds_and_points_to_modules_that_exist(module: str) -> None:
    path = PACKAGE / module.replace(".", "/")
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring
    _, _, elsewhere = docstring.partition("Not here:")
    for reference in re.findall(r"`([\w./-]+)`", elsewhere):
        known = (
            reference in MODULES
            or reference.rpartition(".")[0] in MODULES - {""}
            or (CONF.parent / reference).exists()
        )
        assert known, f"{module} points to {reference}"
