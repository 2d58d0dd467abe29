"""The benchmark behind one interface: tasks, worlds, prompts, grades. One folder per benchmark."""

import functools
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tautraj.benchmarks.base import Benchmark, EntityRef, Observation, Scenario, Task, World, get_stop_word
from tautraj.config import BenchmarkConfig, Domain

if TYPE_CHECKING:
    from tautraj.benchmarks.tau2.adapter import Tau2

__all__ = [
    "Benchmark",
    "EntityRef",
    "Observation",
    "Scenario",
    "Task",
    "World",
    "copy_domain_files",
    "format_toml",
    "get_stop_word",
    "open_benchmark",
    "open_world",
    "read_packaged_split",
]


@functools.lru_cache(maxsize=8)
def open_benchmark(bench: BenchmarkConfig, domain: Domain) -> Benchmark:
    """The benchmark's domain, loaded once per process. Raises `ConfigError` if it does not exist."""
    if bench.name == "tau_bench":
        from tautraj.benchmarks.tau_bench.adapter import TauBench

        return TauBench(domain, bench.world) if domain.data_dir is None else _open_in_classic(bench, domain)
    _silence_tau2()
    from tautraj.benchmarks.tau2.adapter import Tau2

    return Tau2(domain, bench.world)


def _open_in_classic(bench: BenchmarkConfig, domain: Domain) -> Benchmark:
    """A synthetic world of τ² in classic τ-bench."""
    from tautraj.benchmarks.tau_bench.synthetic import SyntheticTauBench, SyntheticWorld

    tau2 = _open_tau2(domain)
    return SyntheticTauBench(domain, bench.world, SyntheticWorld(tau2, tau2.folder, tau2.task_set))


def open_world(domain: Domain, tasks: Mapping[str, Any]) -> tuple[Benchmark, dict[str, str]]:
    """A domain of τ² with these tasks (task id -> τ²'s JSON) instead of its own; and task id -> why it is refused."""
    return _open_tau2(domain).with_tasks(tasks)


def _open_tau2(domain: Domain) -> "Tau2":
    _silence_tau2()
    from tautraj.benchmarks.tau2.adapter import Tau2

    opened = open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), domain)
    assert isinstance(opened, Tau2)
    return opened


def copy_domain_files(domain: str, folder: Path) -> None:
    """Copy what a domain of τ² consists of, but tasks and databases: policies, manuals, workflows."""
    own = shutil.ignore_patterns("tasks*.json", "split_tasks*.json", "db.*", "user_db.*", "__pycache__")
    shutil.copytree(_find_packaged_folder(domain), folder, ignore=own, dirs_exist_ok=True)


def read_packaged_split(domain: str, split: str) -> list[str]:
    """Task ids of a split of τ²'s package, whatever `data_dir` a run plays."""
    ids: list[str] = json.loads((_find_packaged_folder(domain) / "split_tasks.json").read_bytes())[split]
    return ids


def format_toml(data: dict[str, Any]) -> str:
    """A database as TOML, by the writer that made τ²'s own. There is no None in it."""
    import toml

    return str(toml.dumps(data))


def _find_packaged_folder(domain: str) -> Path:
    _silence_tau2()
    from tau2.utils import DATA_DIR

    return Path(DATA_DIR) / "tau2" / "domains" / domain


def _silence_tau2() -> None:
    """tau2 logs every tool result, and its registry as soon as it is imported."""
    from loguru import logger

    logger.remove()
